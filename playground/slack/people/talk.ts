/** A person writes, changes, deletes and reacts. */
import { escaped, withMentions } from '../composer.ts';
import { addFile, showIn } from '../files.ts';
import { channelCalled, imWith, messageAt, person as personCalled } from '../lookup.ts';
import { joinChannel } from '../membership.ts';
import { edit as change, remove as drop, say } from '../messages.ts';
import { openIm } from '../methods/chat.ts';
import { addReaction, removeReaction } from '../reactions.ts';
import type { Channel, State } from '../state.ts';
import type { Delivery, Message, MessagePlace, Person } from '../types.ts';
import { did, type Wires, worst } from './wires.ts';

interface Posting {
  as: string;
  in: string;
  thread?: string;
  files?: { name: string; content: string }[];
}

export async function post(
  { state, events }: Wires,
  text: string,
  by: Posting,
): Promise<Delivery & { message: Message }> {
  const person = personCalled(state, by.as);
  const channel = placeCalled(state, by.in, person.id);
  if (channel.archived) throw new Error(`#${channel.name} is archived`);
  if (channel.kind === 'private' && !channel.members.has(person.id))
    throw new Error(`${person.name} is not in #${channel.name}`);
  const { result: message, delivered } = events.during(() => {
    if (!channel.members.has(person.id)) joinChannel(state, channel, person.id);
    const files = (by.files ?? []).map(({ name, content }) =>
      addFile(state, { name, user: person.id, text: content }),
    );
    for (const file of files) showIn(channel, file);
    return say(state, channel, {
      ...typed(state, text),
      files,
      user: person.id,
      ...(by.thread && { threadTs: by.thread }),
    });
  });
  did(state, 'post', person, { channel: channel.id, ts: message.ts, text: message.text });
  return { ...worst(await delivered), message };
}

interface ByMessage {
  as: string;
  message: MessagePlace;
}

export async function edit({ state, events }: Wires, text: string, by: ByMessage): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const message = own(state, person, by.message);
  const { delivered } = events.during(() => change(state, message, typed(state, text)));
  did(state, 'edit', person, { channel: message.channel, ts: message.ts, text: message.text });
  return worst(await delivered);
}

export async function remove({ state, events }: Wires, by: ByMessage): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const message = own(state, person, by.message);
  const { delivered } = events.during(() => drop(state, message));
  did(state, 'remove', person, { channel: message.channel, ts: message.ts });
  return worst(await delivered);
}

export async function react({ state, events }: Wires, name: string, by: ByMessage): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const message = messageAt(state, by.message);
  const { delivered } = events.during(() => addReaction(state, message, plain(name), person.id));
  did(state, 'react', person, { channel: message.channel, ts: message.ts, text: name });
  return worst(await delivered);
}

export async function unreact({ state, events }: Wires, name: string, by: ByMessage): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const message = messageAt(state, by.message);
  const { delivered } = events.during(() => removeReaction(state, message, plain(name), person.id));
  did(state, 'unreact', person, { channel: message.channel, ts: message.ts, text: name });
  return worst(await delivered);
}

const plain = (name: string): string => name.replaceAll(':', '');

const typed = (state: State, text: string) => ({
  text: withMentions(state, escaped(text)),
  blocks: [],
  attachments: [],
});

function own(state: State, person: Person, place: MessagePlace): Message {
  const message = messageAt(state, place);
  if (message.user !== person.id) throw new Error(`This message is not one of ${person.name}'s`);
  return message;
}

/** '@pilothouse' is the person's direct messages with the bot. */
function placeCalled(state: State, name: string, user: string): Channel {
  if (name !== `@${state.bot.name}`) return channelCalled(state, name);
  return imWith(state, user) ?? openIm(state, user);
}
