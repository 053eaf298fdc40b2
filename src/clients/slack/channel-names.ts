/** The ids of channels that the catalog calls by name, remembered until Slack refuses one. */
import type { WebClient } from '@slack/web-api';
import { SlackRefused } from '../slack-errors.ts';
import type { SlackCaller } from './call.ts';

/** Ids by `#name`. */
export type KnownNames = Map<string, string>;

/** A channel that Slack refuses may have been archived, and another one may have its name by now. */
export function forget(names: KnownNames, id: string): void {
  for (const [name, known] of names) if (known === id) names.delete(name);
}

/** `#name` as an id; what is no name is an id already. Throws `SlackRefused` where there is none. */
export async function channelIdOf(
  channel: string,
  names: KnownNames,
  client: WebClient,
  { call }: SlackCaller,
): Promise<string> {
  if (!channel.startsWith('#')) return channel;
  const known = names.get(channel);
  if (known) return known;
  for (let cursor: string | undefined; ; ) {
    const page = await call('conversations.list', () =>
      client.conversations.list({
        types: 'public_channel,private_channel',
        exclude_archived: true,
        limit: 1000,
        ...(cursor && { cursor }),
      }),
    );
    for (const { name, id } of page.channels ?? []) if (name && id) names.set(`#${name}`, id);
    const found = names.get(channel);
    if (found) return found;
    cursor = page.response_metadata?.next_cursor;
    if (!cursor) throw new SlackRefused(`the name ${channel}`, 'channel_not_found');
  }
}
