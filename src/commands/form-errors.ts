/** What is wrong with a form, and where in it that is shown. */
import type { ViewSubmitAction } from '@slack/bolt';
import { ZodError } from 'zod';
import { Refusal } from '../records/refusal.ts';
import { formBlocks } from '../templates/forms.ts';
import { literal } from '../templates/text.ts';

/** Throws a `Refusal` for what no form of ours sends, such as the answers of one that another release opened. */
export function readForm<R>(read: (values: unknown) => R, values: unknown): R {
  try {
    return read(values);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new Refusal('unreadable', 'I cannot read what this form sent.', 'Close it and open it anew.');
  }
}

/** Shows a refusal beside the answer that it is about, if the form has that; else beside the first one. */
export function errorsIn(
  view: ViewSubmitAction['view'],
  { code, message, hint }: Refusal,
): Record<string, string> {
  const wanted = blockOf[code] ?? formBlocks.environment;
  const ids = view.blocks.map((block) => block.block_id ?? '');
  const id = ids.includes(wanted) ? wanted : (ids[0] ?? wanted);
  return { [id]: literal(`${message} ${hint}`, 2000) };
}
const blockOf: Readonly<Partial<Record<Refusal['code'], string>>> = {
  'bad-version': formBlocks.version,
  'unknown-version': formBlocks.version,
  'no-version': formBlocks.version,
  'unknown-service': formBlocks.services,
  'not-here': formBlocks.services,
  'missing-argument': formBlocks.services,
  'reason-needed': formBlocks.reason,
  'confirmation-needed': formBlocks.word,
};
