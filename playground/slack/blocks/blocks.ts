/** Block Kit's blocks with Slack's limits (Slack documentation; comments of @slack/types). */
import { z } from 'zod';
import { accessoryElement, actionsElement, button, contextActionElement, inputElement } from './elements.ts';
import { richText } from './rich-text.ts';
import { tableBlocks } from './tables.ts';
import { anyText, hasOneAddress, imageElement, imageFields, mrkdwn, ONE_ADDRESS, plainText } from './text.ts';

const id = { block_id: z.string().min(1).max(255).optional() };

const section = z
  .strictObject({
    type: z.literal('section'),
    ...id,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: accessoryElement.optional(),
    expand: z.boolean().optional(),
  })
  .refine(
    (block) => block.text !== undefined || block.fields !== undefined,
    'must define either `text` or `fields`',
  );

const header = z.strictObject({ type: z.literal('header'), ...id, text: plainText(150) });
const divider = z.strictObject({ type: z.literal('divider'), ...id });
const context = z.strictObject({
  type: z.literal('context'),
  ...id,
  elements: z
    .array(z.discriminatedUnion('type', [imageElement, plainText(3000), mrkdwn(3000)]))
    .min(1)
    .max(10),
});
const actions = z.strictObject({
  type: z.literal('actions'),
  ...id,
  elements: z.array(actionsElement).min(1).max(25),
});
const contextActions = z.strictObject({
  type: z.literal('context_actions'),
  ...id,
  elements: z.array(contextActionElement).min(1).max(5),
});
const image = z
  .strictObject({ type: z.literal('image'), ...id, ...imageFields, title: plainText(2000).optional() })
  .refine(hasOneAddress, ONE_ADDRESS);
const input = z.strictObject({
  type: z.literal('input'),
  ...id,
  label: plainText(2000),
  element: inputElement,
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
});
const markdown = z.strictObject({ type: z.literal('markdown'), ...id, text: z.string().min(1).max(12_000) });
const video = z.strictObject({
  type: z.literal('video'),
  ...id,
  alt_text: z.string().min(1),
  video_url: z.url({ protocol: /^https$/ }),
  thumbnail_url: z.string().min(1),
  title: plainText(199),
  title_url: z.url({ protocol: /^https$/ }).optional(),
  author_name: z.string().max(49).optional(),
  provider_name: z.string().optional(),
  provider_icon_url: z.string().optional(),
  description: plainText(200).optional(),
});
const alert = z.strictObject({
  type: z.literal('alert'),
  ...id,
  text: anyText(3000),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});

const card = z
  .strictObject({
    type: z.literal('card'),
    ...id,
    hero_image: imageElement.optional(),
    icon: imageElement.optional(),
    title: mrkdwn(150).optional(),
    subtitle: mrkdwn(150).optional(),
    body: mrkdwn(200).optional(),
    actions: z.array(button).min(1).optional(),
  })
  .refine(
    (block) => [block.hero_image, block.title, block.actions, block.body].some((part) => part !== undefined),
    'must define at least one of `hero_image`, `title`, `actions` or `body`',
  );
const carousel = z.strictObject({
  type: z.literal('carousel'),
  ...id,
  elements: z.array(card).min(1).max(10),
});

const taskCard = z.strictObject({
  type: z.literal('task_card'),
  ...id,
  task_id: z.string().min(1).max(255),
  title: z.string().min(1),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  details: richText.optional(),
  output: richText.optional(),
  sources: z
    .array(z.strictObject({ type: z.literal('url'), url: z.string().min(1), text: z.string().min(1) }))
    .optional(),
});
const plan = z
  .strictObject({
    type: z.literal('plan'),
    ...id,
    title: z.string().min(1),
    tasks: z.array(taskCard).optional(),
  })
  .refine((block) => hasUnique((block.tasks ?? []).map((task) => task.task_id)), '`task_id` must be unique');

const [table, dataTable] = tableBlocks;
const container = z
  .strictObject({
    type: z.literal('container'),
    ...id,
    title: plainText(150).optional(),
    rich_text_title: richText.optional(),
    subtitle: anyText(150).optional(),
    icon: imageElement.optional(),
    child_blocks: z
      .array(
        z.discriminatedUnion('type', [
          actions,
          context,
          divider,
          header,
          image,
          input,
          richText,
          section,
          table,
          video,
        ]),
      )
      .min(1)
      .max(10),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  })
  .refine(
    (block) => block.title !== undefined || block.rich_text_title !== undefined,
    'must define either `title` or `rich_text_title`',
  )
  .refine(
    (block) => !block.default_collapsed || block.is_collapsible,
    '`default_collapsed` needs `is_collapsible`',
  );

const everywhere = [section, header, divider, context, actions, image, input, richText, video, card] as const;
const pages = [carousel, container, table, dataTable] as const;
const talk = [markdown, contextActions, taskCard, plan] as const;

/** What each surface accepts (Slack documentation); `alert` is for modals only (Slack changelog of 2026-04). */
export const messageBlock = z.discriminatedUnion('type', [...everywhere, ...pages, ...talk]);
export const modalBlock = z.discriminatedUnion('type', [...everywhere, alert]);
export const homeBlock = z.discriminatedUnion('type', [...everywhere, ...pages]);

function hasUnique(values: string[]): boolean {
  return new Set(values).size === values.length;
}
