/** The key that every message of ours carries in its metadata, and finding a message by it. */
import type { WebClient } from '@slack/web-api';
import type { SlackCaller } from './call.ts';

export interface PostedMessage {
  channel: string;
  ts: string;
}

export const metadataOf = (key: string) => ({ event_type: 'pilothouse_message', event_payload: { key } });

/** The message that was posted under this key, at or after `since` (ms since 1970), if there is one. */
export async function findByKey(
  client: WebClient,
  { call }: SlackCaller,
  { channel, key, since, thread }: { channel: string; key: string; since: number; thread?: string },
): Promise<PostedMessage | null> {
  const oldest = String(Math.floor(since / 1000) - 60);
  for (let cursor: string | undefined; ; ) {
    const query = {
      channel,
      oldest,
      inclusive: true,
      include_all_metadata: true,
      limit: 200,
      ...(cursor && { cursor }),
    };
    const page = thread
      ? await call('conversations.replies', () => client.conversations.replies({ ...query, ts: thread }), {
          channel,
        })
      : await call('conversations.history', () => client.conversations.history(query), { channel });
    const found = page.messages?.find((message) => keyIn(message) === key);
    if (found?.ts) return { channel, ts: found.ts };
    cursor = page.response_metadata?.next_cursor;
    if (!cursor) return null;
  }
}

function keyIn(message: object): unknown {
  if (!('metadata' in message)) return undefined;
  const { metadata } = message;
  if (typeof metadata !== 'object' || metadata === null || !('event_payload' in metadata)) return undefined;
  const payload = metadata.event_payload;
  return typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
}
