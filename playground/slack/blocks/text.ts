/** Block Kit's composition objects with Slack's limits (Slack documentation; comments of @slack/types). */
import { z } from 'zod';

export const actionId = z.string().min(1).max(255);

export const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

export const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });

export const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

export const confirm = z.strictObject({
  title: plainText(100).optional(),
  text: anyText(300),
  confirm: plainText(30).optional(),
  deny: plainText(30).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

const optionOf = <Text extends z.ZodType>(text: Text) =>
  z.strictObject({
    text,
    value: z.string().min(1).max(150),
    description: plainText(75).optional(),
    url: z.string().max(3000).optional(),
  });

/** For menus and overflow. */
export const plainOption = optionOf(plainText(75));
/** For radio buttons and checkboxes. */
export const anyOption = optionOf(anyText(75));

export const optionGroup = z.strictObject({
  label: plainText(75),
  options: z.array(plainOption).min(1).max(100),
});

const imageAddress = {
  image_url: z.string().min(1).max(3000).optional(),
  slack_file: z.strictObject({ id: z.string().optional(), url: z.string().optional() }).optional(),
};

export const imageFields = { ...imageAddress, alt_text: z.string().min(1).max(2000) };

/** Slack wants exactly one of an address and a file. */
export function hasOneAddress(image: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (image.image_url === undefined) !== (image.slack_file === undefined);
}
export const ONE_ADDRESS = 'must provide either image_url or slack_file';

export const imageElement = z
  .strictObject({ type: z.literal('image'), ...imageFields })
  .refine(hasOneAddress, ONE_ADDRESS);
