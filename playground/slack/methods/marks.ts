/** pins.*, reactions.* and bookmarks.*: what sticks to messages and channels. */
import { z } from 'zod';
import { channelFor, messageIn, writableChannel } from '../lookup.ts';
import { wire } from '../messages.ts';
import { addReaction, removeReaction } from '../reactions.ts';
import { SlackError } from '../slack-error.ts';
import { announce, type Bookmark, type Channel, type State } from '../state.ts';
import type { Message } from '../types.ts';
import { type Methods, method } from './call.ts';

const message = { channel: z.string(), timestamp: z.string() };
/** Slack documentation of pins.add. */
const MOST_PINS = 100;
/** Slack documentation of bookmarks.add. */
const MOST_BOOKMARKS = 100;
const isLink = (link: string): boolean => /^https?:\/\//.test(link) && URL.canParse(link);

export const markMethods: Methods = {
  'pins.add': method({ tier: 2, scopes: ['pins:write'], writes: true }, message, (args, state) => {
    const { channel, found } = place(state, args);
    if (found.pinned) throw new SlackError('already_pinned');
    if (channel.pins.length >= MOST_PINS) throw new SlackError('too_many_pins');
    found.pinned = true;
    channel.pins.push(found.ts);
    announcePin(state, 'pin_added', channel, found);
    return {};
  }),
  'pins.remove': method({ tier: 2, scopes: ['pins:write'], writes: true }, message, (args, state) => {
    const { channel, found } = place(state, args);
    if (!found.pinned) throw new SlackError('no_pin');
    found.pinned = false;
    channel.pins.splice(channel.pins.indexOf(found.ts), 1);
    announcePin(state, 'pin_removed', channel, found);
    return {};
  }),
  'pins.list': method({ tier: 2, scopes: ['pins:read'] }, { channel: z.string() }, (args, state) => {
    const channel = channelFor(state, args.channel);
    const pinned = channel.pins.toReversed().map((ts) => messageIn(channel, ts));
    return {
      items: pinned.map((one) => ({ type: 'message', channel: channel.id, message: wire(state, one) })),
    };
  }),

  'reactions.add': method(
    { tier: 3, scopes: ['reactions:write'], writes: true },
    { ...message, name: z.string() },
    (args, state) => {
      addReaction(state, place(state, args).found, args.name, state.bot.id);
      return {};
    },
  ),
  'reactions.remove': method(
    { tier: 2, scopes: ['reactions:write'], writes: true },
    { ...message, name: z.string() },
    (args, state) => {
      removeReaction(state, place(state, args).found, args.name, state.bot.id);
      return {};
    },
  ),
  'reactions.get': method({ tier: 3, scopes: ['reactions:read'] }, message, (args, state) => {
    const channel = channelFor(state, args.channel);
    const shown = { ...wire(state, messageIn(channel, args.timestamp)) };
    return { type: 'message', channel: channel.id, message: shown };
  }),

  'bookmarks.add': method(
    { tier: 2, scopes: ['bookmarks:write'], writes: true },
    {
      channel_id: z.string(),
      title: z.string().min(1),
      type: z.literal('link'),
      link: z.string().optional(),
      emoji: z.string().optional(),
    },
    (args, state) => {
      const channel = writableChannel(state, args.channel_id);
      if (!args.link || !isLink(args.link)) throw new SlackError('invalid_link');
      if (channel.bookmarks.length >= MOST_BOOKMARKS) throw new SlackError('too_many_bookmarks');
      const bookmark: Bookmark = {
        id: state.nextId('Bk'),
        title: args.title,
        link: args.link,
        ...(args.emoji && { emoji: args.emoji }),
      };
      channel.bookmarks.push(bookmark);
      return { bookmark: shownBookmark(channel, bookmark) };
    },
  ),
  'bookmarks.list': method(
    { tier: 3, scopes: ['bookmarks:read'] },
    { channel_id: z.string() },
    (args, state) => {
      const channel = channelFor(state, args.channel_id);
      return { bookmarks: channel.bookmarks.map((one) => shownBookmark(channel, one)) };
    },
  ),
  'bookmarks.edit': method(
    { tier: 2, scopes: ['bookmarks:write'], writes: true },
    {
      channel_id: z.string(),
      bookmark_id: z.string(),
      title: z.string().optional(),
      link: z.string().optional(),
      emoji: z.string().optional(),
    },
    (args, state) => {
      const channel = writableChannel(state, args.channel_id);
      const bookmark = bookmarkIn(channel, args.bookmark_id);
      if (args.link && !isLink(args.link)) throw new SlackError('invalid_link');
      if (args.title) bookmark.title = args.title;
      if (args.link) bookmark.link = args.link;
      if (args.emoji) bookmark.emoji = args.emoji;
      return { bookmark: shownBookmark(channel, bookmark) };
    },
  ),
  'bookmarks.remove': method(
    { tier: 2, scopes: ['bookmarks:write'], writes: true },
    { channel_id: z.string(), bookmark_id: z.string() },
    (args, state) => {
      const channel = writableChannel(state, args.channel_id);
      channel.bookmarks.splice(channel.bookmarks.indexOf(bookmarkIn(channel, args.bookmark_id)), 1);
      return {};
    },
  ),
};

function announcePin(state: State, type: string, channel: Channel, found: Message): void {
  announce(state, {
    type,
    user: state.bot.id,
    channel_id: channel.id,
    item: { type: 'message', channel: channel.id, message: wire(state, found), created_by: state.bot.id },
  });
}

function place(
  state: State,
  { channel: id, timestamp }: { channel: string; timestamp: string },
): { channel: Channel; found: Message } {
  const channel = writableChannel(state, id);
  return { channel, found: messageIn(channel, timestamp) };
}

function bookmarkIn(channel: Channel, id: string): Bookmark {
  const found = channel.bookmarks.find((one) => one.id === id);
  if (!found) throw new SlackError('not_found');
  return found;
}

function shownBookmark(channel: Channel, bookmark: Bookmark): Record<string, unknown> {
  return { ...bookmark, channel_id: channel.id, type: 'link' };
}
