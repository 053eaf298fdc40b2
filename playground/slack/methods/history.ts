/** conversations.history and conversations.replies. */
import { z } from 'zod';
import { channelFor } from '../lookup.ts';
import { isTopLevel, wire } from '../messages.ts';
import { mayReadHistory } from '../scopes.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel, State } from '../state.ts';
import type { Message } from '../types.ts';
import { count, flag, type Methods, method, page, type Rule } from './call.ts';

const rule: Rule = { tier: 3 };
const window = {
  channel: z.string(),
  oldest: z.string().optional(),
  latest: z.string().optional(),
  inclusive: flag,
  limit: count(1000, 100),
  cursor: z.string().optional(),
  include_all_metadata: flag,
};

export const historyMethods: Methods = {
  'conversations.history': method(rule, window, (args, state) => {
    const channel = readableChannel(state, args.channel);
    const found = channel.messages.filter((message) => isTopLevel(message) && isWithin(message.ts, args));
    return answer(state, found.toReversed(), args);
  }),

  'conversations.replies': method(rule, { ...window, ts: z.string() }, (args, state) => {
    const channel = readableChannel(state, args.channel);
    const named = channel.messages.find((message) => message.ts === args.ts);
    if (!named) throw new SlackError('thread_not_found');
    const root = named.threadTs ?? named.ts;
    const found = channel.messages.filter(
      (message) => message.ts === root || (message.threadTs === root && isWithin(message.ts, args)),
    );
    return answer(state, found, args);
  }),
};

function readableChannel(state: State, id: string): Channel {
  const channel = channelFor(state, id);
  mayReadHistory(state, channel.kind);
  if (!channel.members.has(state.bot.id)) throw new SlackError('not_in_channel');
  return channel;
}

interface Window {
  oldest?: string | undefined;
  latest?: string | undefined;
  inclusive?: boolean | undefined;
}

/** Both ends are outside unless `inclusive`. */
function isWithin(ts: string, { oldest, latest, inclusive }: Window): boolean {
  const at = Number(ts);
  if (inclusive && (ts === oldest || ts === latest)) return true;
  return (!oldest || at > Number(oldest)) && (!latest || latest === 'now' || at < Number(latest));
}

function answer(
  state: State,
  messages: Message[],
  args: { limit: number; cursor?: string | undefined; include_all_metadata?: boolean | undefined },
): Record<string, unknown> {
  const { items, next } = page(messages, args);
  return {
    messages: items.map((message) =>
      wire(state, message, { withMetadata: args.include_all_metadata ?? false }),
    ),
    has_more: next !== '',
    ...(next && { response_metadata: { next_cursor: next } }),
  };
}
