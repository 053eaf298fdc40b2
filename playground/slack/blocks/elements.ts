/** Block Kit's interactive elements with Slack's limits (Slack documentation; comments of @slack/types). */
import { z } from 'zod';
import { richText } from './rich-text.ts';
import { actionId, anyOption, confirm, imageElement, optionGroup, plainOption, plainText } from './text.ts';

const common = { action_id: actionId.optional(), confirm: confirm.optional() };
const focus = { focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plainText(150).optional() };
const menu = { ...common, ...focus, ...placeholder };
const several = { max_selected_items: z.number().int().min(1).optional() };
const dispatch = {
  action_id: actionId.optional(),
  ...focus,
  ...placeholder,
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z
        .array(z.enum(['on_enter_pressed', 'on_character_entered']))
        .min(1)
        .optional(),
    })
    .optional(),
};
const label = { accessibility_label: z.string().max(75).optional() };
const conversationFilter = {
  filter: z
    .strictObject({
      include: z
        .array(z.enum(['im', 'mpim', 'private', 'public']))
        .min(1)
        .optional(),
      exclude_external_shared_channels: z.boolean().optional(),
      exclude_bot_users: z.boolean().optional(),
    })
    .optional(),
  default_to_current_conversation: z.boolean().optional(),
};
const staticOptions = {
  options: z.array(plainOption).min(1).max(100).optional(),
  option_groups: z.array(optionGroup).min(1).max(100).optional(),
};
const oneList = (element: { options?: unknown; option_groups?: unknown }) =>
  (element.options === undefined) !== (element.option_groups === undefined);
const ONE_LIST = 'must define either `options` or `option_groups`';

export const button = z.strictObject({
  type: z.literal('button'),
  ...common,
  ...label,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

const workflowButton = z.strictObject({
  type: z.literal('workflow_button'),
  ...common,
  ...label,
  text: plainText(75),
  workflow: z.looseObject({ trigger: z.looseObject({ url: z.string() }) }),
  style: z.enum(['primary', 'danger']).optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  ...common,
  options: z.array(plainOption).min(1).max(5),
});

const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...common,
  ...focus,
  options: z.array(anyOption).min(1).max(10),
  initial_options: z.array(anyOption).min(1).optional(),
});
const radioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...common,
  ...focus,
  options: z.array(anyOption).min(1).max(10),
  initial_option: anyOption.optional(),
});

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...menu,
  initial_date: z.iso.date().optional(),
});
const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...menu,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});
const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...common,
  ...focus,
  initial_date_time: z.number().int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const selects = [
  z
    .strictObject({
      type: z.literal('static_select'),
      ...menu,
      ...staticOptions,
      initial_option: plainOption.optional(),
    })
    .refine(oneList, ONE_LIST),
  z
    .strictObject({
      type: z.literal('multi_static_select'),
      ...menu,
      ...several,
      ...staticOptions,
      initial_options: z.array(plainOption).min(1).optional(),
    })
    .refine(oneList, ONE_LIST),
  z.strictObject({
    type: z.literal('external_select'),
    ...menu,
    initial_option: plainOption.optional(),
    min_query_length: z.number().int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('multi_external_select'),
    ...menu,
    ...several,
    initial_options: z.array(plainOption).min(1).optional(),
    min_query_length: z.number().int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('users_select'), ...menu, initial_user: z.string().optional() }),
  z.strictObject({
    type: z.literal('multi_users_select'),
    ...menu,
    ...several,
    initial_users: z.array(z.string()).min(1).optional(),
  }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...menu,
    ...conversationFilter,
    initial_conversation: z.string().optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('multi_conversations_select'),
    ...menu,
    ...several,
    ...conversationFilter,
    initial_conversations: z.array(z.string()).min(1).optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...menu,
    initial_channel: z.string().optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('multi_channels_select'),
    ...menu,
    ...several,
    initial_channels: z.array(z.string()).min(1).optional(),
  }),
] as const;

const textInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...dispatch,
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().int().min(0).max(3000).optional(),
  max_length: z.number().int().min(1).max(3000).optional(),
});
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  ...dispatch,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});
const lineInput = <Name extends string>(name: Name) =>
  z.strictObject({ type: z.literal(name), ...dispatch, initial_value: z.string().optional() });
const richTextInput = z.strictObject({
  type: z.literal('rich_text_input'),
  ...dispatch,
  initial_value: richText.optional(),
  min_lines: z.number().int().min(1).max(100).optional(),
  max_lines: z.number().int().min(1).max(100).optional(),
});
const fileInput = z.strictObject({
  type: z.literal('file_input'),
  action_id: actionId.optional(),
  filetypes: z.array(z.string()).min(1).optional(),
  max_files: z.number().int().min(1).max(10).optional(),
});

const feedbackButton = z.strictObject({ text: plainText(75), ...label, value: z.string().max(2000) });

export const contextActionElement = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('feedback_buttons'),
    action_id: actionId.optional(),
    positive_button: feedbackButton,
    negative_button: feedbackButton,
  }),
  z.strictObject({
    type: z.literal('icon_button'),
    ...common,
    ...label,
    icon: z.string().min(1),
    text: plainText(75),
    value: z.string().max(2000).optional(),
    visible_to_user_ids: z.array(z.string()).optional(),
  }),
]);

const pickers = [checkboxes, radioButtons, datepicker, timepicker] as const;

export const actionsElement = z.discriminatedUnion('type', [
  button,
  workflowButton,
  overflow,
  datetimepicker,
  richTextInput,
  ...pickers,
  ...selects,
]);
export const accessoryElement = z.discriminatedUnion('type', [
  button,
  workflowButton,
  overflow,
  imageElement,
  ...pickers,
  ...selects,
]);
export const inputElement = z.discriminatedUnion('type', [
  textInput,
  numberInput,
  lineInput('email_text_input'),
  lineInput('url_text_input'),
  richTextInput,
  fileInput,
  datetimepicker,
  ...pickers,
  ...selects,
]);
