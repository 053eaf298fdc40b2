/** Writes, edits and shows messages, whoever says them: the Web API, an acknowledgement, a response_url or a person. */

import type { KnownBlock, MessageAttachment, MessageMetadata } from '@slack/types';
import { checkAttachments, checkMessageBlocks } from './blocks/check.ts';
import { wireFile } from './files.ts';
import { mentionsOf } from './mentions.ts';
import { SlackError } from './slack-error.ts';
import { announce, type Channel, type State } from './state.ts';
import type { Message, SlackFile } from './types.ts';

export interface Content {
  text: string;
  blocks: KnownBlock[];
  attachments: MessageAttachment[];
}

/** Slack cuts at 40,000 characters (Slack documentation); refusing shows the bot's mistake earlier. */
const MOST_TEXT = 40_000;

/** Throws what Slack answers to content it does not take. */
export function contentFrom(
  state: State,
  given: { text?: string | undefined; blocks?: unknown; attachments?: unknown },
): Content {
  const text = given.text ?? '';
  const blocks = checkMessageBlocks(given.blocks, state.faults.refusedBlocks);
  const attachments = checkAttachments(given.attachments, state.faults.refusedBlocks);
  if (text.trim() === '' && blocks.length === 0 && attachments.length === 0) throw new SlackError('no_text');
  if (text.length > MOST_TEXT) throw new SlackError('msg_too_long');
  return { text, blocks, attachments };
}

export interface Draft extends Content {
  user: string;
  threadTs?: string;
  broadcast?: boolean;
  metadata?: MessageMetadata;
  files?: SlackFile[];
}

export function say(state: State, channel: Channel, draft: Draft): Message {
  const message: Message = {
    ...newMessage(state, channel.id, draft),
    kind: 'message',
    ...(draft.threadTs && { threadTs: rootOf(channel, draft.threadTs), broadcast: draft.broadcast ?? false }),
    ...(draft.metadata && { metadata: draft.metadata }),
  };
  channel.messages.push(message);
  announceMessage(state, channel, message);
  return message;
}

/** What only one person sees. `slackbot` is Slack's own voice. */
export function whisper(
  state: State,
  {
    to,
    channel,
    kind = 'ephemeral',
    ...draft
  }: Draft & { to: string; channel: string; kind?: Message['kind'] },
): Message {
  const message: Message = {
    ...newMessage(state, channel, draft),
    kind,
    to,
    ...(draft.threadTs && { threadTs: draft.threadTs }),
  };
  state.ephemerals.push(message);
  return message;
}

export function slackbotSays(state: State, to: string, channel: string, text: string): Message {
  return whisper(state, {
    to,
    channel,
    kind: 'slackbot',
    user: 'USLACKBOT',
    text,
    blocks: [],
    attachments: [],
  });
}

export function edit(state: State, message: Message, content: Content): void {
  const before = structuredClone(message);
  Object.assign(message, content, { mentions: mentionsOf(content) });
  if (message.kind !== 'message') return;
  message.edited = { user: message.user, ts: state.nextTs() };
  announceChange(state, 'message_changed', message, { previous_message: wire(state, before) });
}

export function remove(state: State, message: Message): void {
  const home = message.kind === 'message' ? state.channels.get(message.channel)?.messages : state.ephemerals;
  const place = home?.indexOf(message) ?? -1;
  if (place >= 0) home?.splice(place, 1);
  const pins = state.channels.get(message.channel)?.pins ?? [];
  if (pins.includes(message.ts)) pins.splice(pins.indexOf(message.ts), 1);
  if (message.kind === 'message') {
    announceChange(state, 'message_deleted', message, { deleted_ts: message.ts });
  }
}

export function isTopLevel(message: Message): boolean {
  return message.threadTs === undefined || message.threadTs === message.ts || message.broadcast === true;
}

function repliesTo(channel: Channel, ts: string): Message[] {
  return channel.messages.filter((message) => message.threadTs === ts && message.ts !== ts);
}

/** A message as the Web API and payloads show it; metadata only where it was asked for. */
export function wire(state: State, message: Message, { withMetadata = false } = {}): Record<string, unknown> {
  const channel = state.channels.get(message.channel);
  const replies = channel ? repliesTo(channel, message.ts) : [];
  return {
    type: 'message',
    ...(message.files.length > 0 && { subtype: 'file_share' }),
    ...(message.broadcast && { subtype: 'thread_broadcast' }),
    user: message.user,
    ...(message.byBot && { bot_id: state.bot.botId, app_id: state.bot.appId, team: state.team.id }),
    text: message.text,
    ts: message.ts,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
    ...(message.files.length > 0 && { files: message.files.map(wireFile) }),
    ...(message.reactions.length > 0 && { reactions: message.reactions }),
    ...(message.edited && { edited: message.edited }),
    ...(message.pinned && { pinned_to: [message.channel] }),
    ...(message.threadTs && { thread_ts: message.threadTs }),
    ...(replies.length > 0 && {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users: [...new Set(replies.map((reply) => reply.user))],
      latest_reply: replies.at(-1)?.ts,
    }),
    ...(withMetadata && message.metadata && { metadata: message.metadata }),
  };
}

function newMessage(state: State, channel: string, draft: Draft): Omit<Message, 'kind'> {
  const { text, blocks, attachments } = draft;
  return {
    channel,
    ts: state.nextTs(),
    user: draft.user,
    byBot: draft.user === state.bot.id,
    text,
    blocks,
    attachments,
    files: draft.files ?? [],
    reactions: [],
    mentions: mentionsOf({ text, blocks, attachments }),
    pinned: false,
  };
}

/** Slack keeps threads flat: answering a reply answers its parent. */
function rootOf(channel: Channel, ts: string): string {
  const parent = channel.messages.find((message) => message.ts === ts);
  if (!parent) throw new SlackError('thread_not_found');
  return parent.threadTs ?? parent.ts;
}

const CHANNEL_TYPE = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' } as const;

function announceMessage(state: State, channel: Channel, message: Message): void {
  if (!channel.members.has(state.bot.id)) return;
  const event = { ...wire(state, message), channel: channel.id, event_ts: message.ts };
  announce(state, { ...event, type: 'message', channel_type: CHANNEL_TYPE[channel.kind] });
  if (!message.byBot && message.mentions.includes(state.bot.id) && channel.kind !== 'im') {
    announce(state, { ...event, type: 'app_mention' });
  }
}

function announceChange(
  state: State,
  subtype: string,
  message: Message,
  more: Record<string, unknown>,
): void {
  const channel = state.channels.get(message.channel);
  if (!channel?.members.has(state.bot.id)) return;
  const ts = state.nextTs();
  announce(state, {
    type: 'message',
    subtype,
    hidden: true,
    channel: channel.id,
    channel_type: CHANNEL_TYPE[channel.kind],
    ...(subtype === 'message_changed' && { message: wire(state, message) }),
    ...more,
    ts,
    event_ts: ts,
  });
}
