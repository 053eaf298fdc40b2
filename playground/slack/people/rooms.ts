/** A person opens channels, brings others in, and unarchives what was closed. */
import { channelCalled, person as personCalled } from '../lookup.ts';
import { joinChannel } from '../membership.ts';
import { addChannel, announce } from '../state.ts';
import type { Delivery } from '../types.ts';
import { did, type Wires, worst } from './wires.ts';

export function openChannel(
  { state }: Wires,
  name: string,
  by: { as: string; isPrivate?: boolean; withBot?: boolean },
): string {
  const person = personCalled(state, by.as);
  if ([...state.channels.values()].some((channel) => channel.name === name))
    throw new Error(`There is a #${name} already`);
  const kind = by.isPrivate ? 'private' : 'public';
  const channel = addChannel(state, { name, kind, creator: person.id });
  did(state, 'openChannel', person, { channel: channel.id, text: name });
  if (by.withBot) joinChannel(state, channel, state.bot.id, person.id);
  return channel.id;
}

export async function invite(
  { state, events }: Wires,
  names: string[],
  by: { as: string; in: string },
): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const channel = channelCalled(state, by.in);
  const ids = names.map((name) => (name === state.bot.name ? state.bot.id : personCalled(state, name).id));
  const { delivered } = events.during(() => {
    for (const id of ids) if (!channel.members.has(id)) joinChannel(state, channel, id, person.id);
  });
  did(state, 'invite', person, { channel: channel.id, text: names.join(', ') });
  return worst(await delivered);
}

export function unarchive({ state }: Wires, name: string, by: { as: string }): void {
  const person = personCalled(state, by.as);
  const channel = channelCalled(state, name);
  if (!channel.archived) throw new Error(`#${channel.name} is not archived`);
  channel.archived = false;
  channel.members.add(person.id);
  did(state, 'unarchive', person, { channel: channel.id });
  announce(state, { type: 'channel_unarchive', channel: channel.id, user: person.id });
}
