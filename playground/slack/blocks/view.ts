/** Slack's rules for modals and home tabs. */
import type { HomeView, ModalView } from '@slack/types';
import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import { homeBlock, modalBlock } from './blocks.ts';
import { invalid, refusals } from './check.ts';
import { at, complaints } from './complaints.ts';
import { assignIds } from './ids.ts';
import { structure } from './structure.ts';
import { plainText } from './text.ts';

/** Bytes of a view's JSON (Slack documentation of views.open). */
const MOST_BYTES = 250_000;
const MOST_BLOCKS = 100;

const common = {
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const modal = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    blocks: z.array(modalBlock).max(MOST_BLOCKS),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
    ...common,
  })
  .refine(
    (view) => view.submit !== undefined || !view.blocks.some((block) => block.type === 'input'),
    'a `submit` is required when an input block is in the view',
  );
const home = z.strictObject({
  type: z.literal('home'),
  blocks: z.array(homeBlock).max(MOST_BLOCKS),
  ...common,
});

/** Throws a SlackError: invalid_arguments with Slack's sentences and pointers into /view, view_too_large. */
export function checkModal(value: unknown, refused: ReadonlySet<string>): ModalView {
  mustBeModal(value, problems(value, modal, refused));
  return { ...value, blocks: assignIds(value.blocks) };
}

export function checkHome(value: unknown, refused: ReadonlySet<string>): HomeView {
  mustBeHome(value, problems(value, home, refused));
  return { ...value, blocks: assignIds(value.blocks) };
}

function problems(
  value: unknown,
  schema: typeof modal | typeof home,
  refused: ReadonlySet<string>,
): string[] {
  if (typeof value !== 'object' || value === null) return [at('must be a JSON object', ['view'])];
  if (Buffer.byteLength(JSON.stringify(value)) > MOST_BYTES) throw new SlackError('view_too_large');
  const parsed = schema.safeParse(value);
  const blocks: unknown = Reflect.get(value, 'blocks');
  const root = ['view', 'blocks'];
  return [
    ...(Array.isArray(blocks) ? refusals(blocks, refused, root) : []),
    ...(parsed.success ? structure(parsed.data.blocks, root) : complaints(parsed.error, value, ['view'])),
  ];
}

function mustBeModal(_value: unknown, errors: string[]): asserts _value is ModalView {
  if (errors.length > 0) throw invalid('invalid_arguments', errors);
}
function mustBeHome(_value: unknown, errors: string[]): asserts _value is HomeView {
  if (errors.length > 0) throw invalid('invalid_arguments', errors);
}
