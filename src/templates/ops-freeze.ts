/** Freezes: the answer to whoever set or lifted one, and what everybody else sees of it. */
import type { Block, FreezeChange } from '../records/block.ts';
import { actionIds, runValue } from './actions.ts';
import { actions, plainMessage, section } from './blocks.ts';
import type { Message } from './message.ts';
import { escaped, handle, when } from './text.ts';

const named = (environment: string | null): string =>
  environment === null ? 'All environments' : escaped(environment, 63);
const are = (environment: string | null): string => (environment === null ? 'are' : 'is');
const untilWords = (until: number | null): string => (until === null ? '' : ` until ${when(until)}`);

/** `before` is the freeze in whose place it came. */
export function frozen({ environment, until, reason }: Block, before: Block | null): Message {
  const instead = before
    ? ` It takes the place of the freeze${before.by ? ` by ${handle(before.by)}` : ''}: ${escaped(before.reason, 500)}`
    : '';
  const line = `🧊 *${named(environment)}* ${are(environment)} frozen${untilWords(until)}: ${escaped(reason, 600)}.\nDeploys are refused, rollbacks go on.${instead}`;
  const value = runValue(`/ops thaw ${environment ?? 'all'}`);
  const button = value ? [{ label: 'Thaw', action: actionIds.run, value }] : [];
  return plainMessage(line, section(line), ...actions('freeze', button));
}

/** `still` is a freeze of all environments that goes on. */
export function thawed(environment: string | null, still: Block | null): Message {
  const line = `☀️ *${named(environment)}* ${are(environment)} not frozen any more.`;
  return plainMessage(
    still
      ? `${line}\nBut all environments are frozen${untilWords(still.until)}: ${escaped(still.reason, 600)}`
      : line,
  );
}

export function freezeAnnounced(change: FreezeChange): Message {
  const { environment, by } = change;
  if (change.verb === 'thaw') {
    return plainMessage(
      `☀️ *${named(environment)} ${are(environment)} thawed* by ${handle(by)}: deploys may go on.`,
    );
  }
  return plainMessage(
    `🧊 *${named(environment)} ${are(environment)} frozen* by ${handle(by)}${untilWords(change.until)}: ${escaped(change.reason, 600)}\n` +
      `Deploys are refused, rollbacks go on. \`/ops thaw ${escaped(environment ?? 'all', 63)}\` ends it.`,
  );
}

/** For whoever froze or thawed something where the channel does not take the announcement. */
export const freezeUnseen = (channel: string, why: string): Message =>
  plainMessage(`⚠️ It could not be announced in ${escaped(channel, 90)}: ${escaped(why, 500)}`);
