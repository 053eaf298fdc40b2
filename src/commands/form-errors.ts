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

/** A refusal of one answer of a form. */
export class FieldRefusal extends Refusal {
  /** The block in which it stands. */
  readonly field: string;

  constructor(field: string, { code, message, hint }: Pick<Refusal, 'code' | 'message' | 'hint'>) {
    super(code, message, hint);
    this.field = field;
  }
}

/** Shows a refusal beside the answer that it is about, if the form has that; else beside the first one. */
export function errorsIn(view: ViewSubmitAction['view'], refusal: Refusal): Record<string, string> {
  const { code, message, hint } = refusal;
  const wanted = refusal instanceof FieldRefusal ? refusal.field : (blockOf[code] ?? formBlocks.environment);
  // Slack takes errors for inputs alone.
  const ids = view.blocks.filter(({ type }) => type === 'input').map((block) => block.block_id ?? '');
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
