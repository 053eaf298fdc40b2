/** Where in a form a refusal is shown. */
import type { ViewSubmitAction } from '@slack/bolt';
import type { Refusal } from '../records/refusal.ts';
import { formBlocks } from '../templates/forms.ts';

/** Shows a refusal beside the answer that it is about, if the form has that; else beside the first one. */
export function errorsIn(
  view: ViewSubmitAction['view'],
  { code, message, hint }: Refusal,
): Record<string, string> {
  const wanted = blockOf[code] ?? formBlocks.environment;
  const ids = view.blocks.map((block) => block.block_id ?? '');
  const id = ids.includes(wanted) ? wanted : (ids[0] ?? wanted);
  return { [id]: `${message} ${hint}`.slice(0, 2000) };
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
