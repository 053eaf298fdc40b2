/** A channel that the bot cannot use: how Slack says so, and what people can do about it. */
import type { SlackWriter } from './slack.ts';
import { SlackRefused } from './slack-errors.ts';

const remedies: ReadonlyMap<string, string> = new Map([
  ['is_archived', 'it is archived: unarchive it, or name another channel in the catalog'],
  [
    'channel_not_found',
    'the bot sees no such channel: create it, invite the bot if it is private, or mend its name in the catalog',
  ],
  ['not_in_channel', 'the bot is not in it: invite it'],
  ['restricted_action', 'not everybody may post there: allow the bot to'],
  ['restricted_action_read_only_channel', 'it is read-only: allow the bot to post there'],
]);

/** Slack will say the same again until a person does something about the channel. */
export const isChannelClosed = (error: unknown): error is SlackRefused =>
  error instanceof SlackRefused && remedies.has(error.reason);

/** What is wrong and what to do, as the second half of a sentence. */
export const remedyFor = ({ reason }: SlackRefused): string => {
  if (reason === 'missing_scope') return 'the app lacks a scope: install it again from manifest.yml';
  return remedies.get(reason) ?? `Slack says ${reason}`;
};

/** What keeps the bot from posting in `channel` or finding what it posted, in words; null when all is well. */
export async function channelProblem(
  channel: string,
  slack: Pick<SlackWriter, 'channelId' | 'find'>,
  now: number,
): Promise<string | null> {
  try {
    await slack.find(await slack.channelId(channel), 'a look at start', now);
    return null;
  } catch (error) {
    if (error instanceof SlackRefused) {
      return `Deployments cannot be shown in ${channel}, or not be found there again: ${remedyFor(error)}.`;
    }
    return `Whether ${channel} can be used is not known: ${error instanceof Error ? error.message : error}`;
  }
}
