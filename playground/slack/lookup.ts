/** Finds channels, people and messages by what callers call them, with Slack's errors where there is none. */
import { SlackError } from './slack-error.ts';
import type { Channel, State } from './state.ts';
import type { Message, MessagePlace, Person } from './types.ts';

/** For tests and pages: a handle or an id. Throws an Error that names the person. */
export function person(state: State, name: string): Person {
  const handle = name.replace(/^@/, '');
  const found = state.people.get(name) ?? [...state.people.values()].find((one) => one.name === handle);
  if (!found) throw new Error(`Nobody in this workspace is called "${name}"`);
  return found;
}

/**
 * For tests and pages: a name (with or without '#'), an id, or '@ana' for the bot's direct messages with ana.
 * Throws an Error that names the channel.
 */
export function channelCalled(state: State, name: string): Channel {
  const found = name.startsWith('@') ? imWith(state, person(state, name).id) : findChannel(state, name);
  if (!found) throw new Error(`No channel in this workspace is called "${name}"`);
  return found;
}

/** For the Web API: an id, or where `byName` the name with '#'. What is not public exists for its members only. */
export function channelFor(state: State, reference: string, { byName = false } = {}): Channel {
  const found = byName ? findChannel(state, reference) : state.channels.get(reference);
  if (!found || !isVisible(state, found)) throw new SlackError('channel_not_found');
  return found;
}

/** The bot was in what it archived, and Slack goes on showing it that. */
export const isVisible = (state: State, { kind, members, archived, creator }: Channel): boolean =>
  kind === 'public' || members.has(state.bot.id) || (archived && creator === state.bot.id);

/** A channel that the bot may write to. */
export function writableChannel(state: State, reference: string, options?: { byName: boolean }): Channel {
  const channel = channelFor(state, reference, options);
  if (channel.archived) throw new SlackError('is_archived');
  if (!channel.members.has(state.bot.id)) throw new SlackError('not_in_channel');
  return channel;
}

export function messageIn(channel: Channel, ts: string): Message {
  const found = channel.messages.find((message) => message.ts === ts);
  if (!found) throw new SlackError('message_not_found');
  return found;
}

export function messageAt(state: State, { channel, ts }: MessagePlace): Message {
  const found = findMessage(state, channelCalled(state, channel).id, ts);
  if (!found) throw new Error(`No message ${ts} in #${channel}`);
  return found;
}

function findMessage(state: State, channelId: string, ts: string): Message | undefined {
  const isIt = (message: Message) => message.channel === channelId && message.ts === ts;
  return state.channels.get(channelId)?.messages.find(isIt) ?? state.ephemerals.find(isIt);
}

function findChannel(state: State, reference: string): Channel | undefined {
  const name = reference.replace(/^#/, '');
  return (
    state.channels.get(reference) ?? [...state.channels.values()].find((channel) => channel.name === name)
  );
}

/** The bot's direct messages with this person, if they ever began. */
export function imWith(state: State, userId: string): Channel | undefined {
  return [...state.channels.values()].find((channel) => channel.kind === 'im' && channel.members.has(userId));
}
