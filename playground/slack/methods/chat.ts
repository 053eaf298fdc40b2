/** chat.*: posting, editing and deleting messages. */
import type { MessageMetadata } from '@slack/types';
import { z } from 'zod';
import { channelFor, imWith, messageIn, writableChannel } from '../lookup.ts';
import { contentFrom, edit, remove, say, whisper, wire } from '../messages.ts';
import { hasScope } from '../scopes.ts';
import { SlackError } from '../slack-error.ts';
import { addChannel, type Channel, type State } from '../state.ts';
import type { Message } from '../types.ts';
import { flag, json, type Methods, method } from './call.ts';

const content = { text: z.string().optional(), blocks: json, attachments: json };
const write = { scopes: ['chat:write'], writes: true };

export const chatMethods: Methods = {
  'chat.postMessage': method(
    { ...write, tier: 'special' },
    {
      channel: z.string().min(1),
      ...content,
      metadata: json,
      thread_ts: z.string().optional(),
      reply_broadcast: flag,
    },
    (args, state) => {
      const channel = destination(state, args.channel);
      const message = say(state, channel, {
        ...contentFrom(state, args),
        user: state.bot.id,
        ...(args.thread_ts && { threadTs: args.thread_ts, broadcast: args.reply_broadcast ?? false }),
        ...metadataFrom(args.metadata),
      });
      return { channel: channel.id, ts: message.ts, message: wire(state, message) };
    },
  ),

  'chat.update': method(
    { ...write, tier: 3 },
    { channel: z.string(), ts: z.string(), ...content, metadata: json },
    (args, state) => {
      const channel = writableChannel(state, args.channel);
      const message = ownMessage(state, channel, args.ts, 'cant_update_message');
      edit(state, message, contentFrom(state, kept(message, args)));
      Object.assign(message, metadataFrom(args.metadata));
      return { channel: channel.id, ts: message.ts, text: message.text, message: wire(state, message) };
    },
  ),

  'chat.delete': method({ ...write, tier: 3 }, { channel: z.string(), ts: z.string() }, (args, state) => {
    const channel = channelFor(state, args.channel);
    remove(state, ownMessage(state, channel, args.ts, 'cant_delete_message'));
    return { channel: channel.id, ts: args.ts };
  }),

  'chat.postEphemeral': method(
    { ...write, tier: 4 },
    { channel: z.string(), user: z.string(), ...content, thread_ts: z.string().optional() },
    (args, state) => {
      const channel = writableChannel(state, args.channel, { byName: true });
      if (!state.people.has(args.user)) throw new SlackError('user_not_found');
      if (!channel.members.has(args.user)) throw new SlackError('user_not_in_channel');
      const message = whisper(state, {
        ...contentFrom(state, args),
        user: state.bot.id,
        to: args.user,
        channel: channel.id,
        ...(args.thread_ts && { threadTs: args.thread_ts }),
      });
      return { channel: channel.id, message_ts: message.ts };
    },
  ),

  'chat.getPermalink': method(
    { tier: 'special' },
    { channel: z.string(), message_ts: z.string() },
    (args, state) => {
      const channel = channelFor(state, args.channel);
      const message = messageIn(channel, args.message_ts);
      const thread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
      const link = `https://${state.team.domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}`;
      return { channel: channel.id, permalink: `${link}${thread}` };
    },
  ),
};

/** A channel by id or name, or a person's id: then the direct message with that person. */
function destination(state: State, reference: string): Channel {
  if (!state.people.has(reference)) {
    const channel = channelFor(state, reference, { byName: true });
    const isOpen = channel.kind === 'public' && hasScope(state, 'chat:write.public');
    if (!isOpen) return writableChannel(state, reference, { byName: true });
    if (channel.archived) throw new SlackError('is_archived');
    return channel;
  }
  return imWith(state, reference) ?? openIm(state, reference);
}

export function openIm(state: State, user: string): Channel {
  const im = addChannel(state, { name: user, kind: 'im', creator: state.bot.id });
  im.members.add(user);
  return im;
}

function ownMessage(state: State, channel: Channel, ts: string, otherwise: string): Message {
  const message = messageIn(channel, ts);
  if (message.user !== state.bot.id) throw new SlackError(otherwise);
  return message;
}

/** Slack keeps the blocks and attachments of a message that an update does not mention; an empty list removes them. */
function kept(
  message: Message,
  given: { text?: string | undefined; blocks?: unknown; attachments?: unknown },
) {
  return {
    text: given.text ?? (given.blocks === undefined ? message.text : ''),
    blocks: given.blocks ?? message.blocks,
    attachments: given.attachments ?? message.attachments,
  };
}

const metadataSchema = z.object({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
});

function metadataFrom(value: unknown): { metadata?: MessageMetadata } {
  if (value === undefined || value === '') return {};
  if (!isMetadata(value)) throw new SlackError('invalid_metadata_format');
  return { metadata: value };
}

function isMetadata(value: unknown): value is MessageMetadata {
  return metadataSchema.safeParse(value).success;
}
