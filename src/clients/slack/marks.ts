/** What sticks to messages and channels: pins, bookmarks, reactions. */
import type { WebClient } from '@slack/web-api';
import { type SlackCaller, unless } from './call.ts';
import { unescaped } from './channel-text.ts';

export function createMarks(client: WebClient, { call }: SlackCaller) {
  return {
    async pin(channel: string, ts: string): Promise<void> {
      await unless(['already_pinned'], () =>
        call('pins.add', () => client.pins.add({ channel, timestamp: ts }), { channel }),
      );
    },

    /** Found again by its title; `emoji` with colons. Edited where it leads elsewhere. */
    async bookmark(id: string, title: string, link: string, emoji?: string): Promise<void> {
      const { bookmarks = [] } = await call(
        'bookmarks.list',
        () => client.bookmarks.list({ channel_id: id }),
        { channel: id },
      );
      const known = bookmarks.find((one) => unescaped(one.title ?? '') === title);
      if (!known?.id) {
        await call(
          'bookmarks.add',
          () => client.bookmarks.add({ channel_id: id, title, type: 'link', link, ...(emoji && { emoji }) }),
          { channel: id },
        );
      } else if (unescaped(known.link ?? '') !== link) {
        const bookmark = { channel_id: id, bookmark_id: known.id, link, ...(emoji && { emoji }) };
        await call('bookmarks.edit', () => client.bookmarks.edit(bookmark), { channel: id });
      }
    },

    /** `name` without colons. */
    async react(channel: string, ts: string, name: string): Promise<void> {
      await unless(['already_reacted'], () =>
        call('reactions.add', () => client.reactions.add({ channel, timestamp: ts, name }), { channel }),
      );
    },
  };
}
