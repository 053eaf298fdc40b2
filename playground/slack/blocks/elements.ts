/** Block Kit's buttons and text inputs, and which elements may stand where, with Slack's limits (Slack documentation; comments of @slack/types). */
import { z } from 'zod';
import { datetimepicker, pickers, selects } from './menus.ts';
import { common, dispatch, label } from './mixins.ts';
import { richText } from './rich-text.ts';
import { actionId, imageElement, plainOption, plainText } from './text.ts';

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
