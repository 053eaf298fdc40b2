/** Messages of an incident: each is written from the record as it is when it is sent, and posted once. */
import type { PostedMessage } from '../../../clients/slack.ts';
import { SlackRefused } from '../../../clients/slack-errors.ts';
import type { Effect } from '../../../records/effect.ts';
import { type Incident, isOver } from '../../../records/incident.ts';
import { incidentCard } from '../../../templates/incident/card.ts';
import { incidentPost } from '../../../templates/incident/posts.ts';
import { roomCard } from '../../../templates/incident/room-card.ts';
import type { Message } from '../../../templates/message.ts';
import { viewOf } from '../view.ts';
import { type IncidentWorld, rulesOf } from '../world.ts';
import type { Carry } from './index.ts';

export const postCard: Carry<'card'> = async (i, effect, world) => {
  const channel = await world.slack.channelId(rulesOf(world).channel);
  return once(i, effect, { channel }, incidentCard(i, await viewOf(i, world)), world);
};

export const postRoomCard: Carry<'room-card'> = async (i, effect, world) => {
  if (!i.room) throw noRoom();
  const posted = await once(i, effect, { channel: i.room.id }, roomCard(i, await viewOf(i, world)), world);
  await world.rooms.pin(posted.channel, posted.ts);
  return posted;
};

export const post: Carry<'post'> = async (i, effect, world) => {
  if (isVoid(i, effect)) return {};
  const place = placeOf(i, effect.what.place);
  const { ts, channel } = await once(
    i,
    effect,
    place,
    incidentPost(i, effect.what.post, await viewOf(i, world)),
    world,
  );
  return { channel, ts };
};

export const direct: Carry<'direct'> = async (i, effect, world) => {
  if (isVoid(i, effect)) return {};
  const message = incidentPost(i, effect.what.post, await viewOf(i, world));
  await world.slack.direct(effect.what.to, message, keyOf(i, effect), effect.since, 'incident');
  return {};
};

/** What had to wait so long that it is no longer true: the draft of an update that was sent, a question that was answered. */
function isVoid(i: Incident, { what }: Parameters<typeof post>[1] | Parameters<typeof direct>[1]): boolean {
  switch (what.post.kind) {
    case 'draft':
    case 'overdue-update':
      return isOver(i) || (i.updates.at(-1)?.n ?? 0) >= what.post.n;
    case 'roles':
      return isOver(i) || what.post.missing.every((role) => i.roles[role] !== null);
    case 'mitigate':
      return isOver(i);
    case 'findings':
      return i.findings?.at !== what.post.at;
    default:
      return false;
  }
}

interface Place {
  channel: string;
  thread?: string;
  broadcast?: boolean;
}

function placeOf({ room, card, isPrivate }: Incident, place: 'home' | 'channel'): Place {
  if (place === 'home' && room) return { channel: room.id };
  if (!card)
    throw isPrivate ? noRoom() : new SlackRefused('a message', 'there is neither a card nor a war room');
  return { channel: card.channel, thread: card.ts, ...(place === 'channel' && { broadcast: true }) };
}

const noRoom = (): SlackRefused => new SlackRefused('a message', 'there is no war room');

const keyOf = ({ id }: Pick<Incident, 'id'>, { key }: Pick<Effect, 'key'>): string => `${id}:${key}`;

/** Whoever is not the first to try looks whether the message arrived: an answer may have been lost, or a process. */
async function once(
  i: Incident,
  effect: Effect,
  { channel, thread, broadcast = false }: Place,
  message: Message,
  { slack, store }: IncidentWorld,
): Promise<PostedMessage> {
  const key = keyOf(i, effect);
  const begun = await store.hasBegun(i.id, effect.key);
  const found = begun ? await slack.find(channel, key, effect.since, thread) : null;
  return (
    found ??
    slack.post(channel, message, key, {
      ...(thread && { thread }),
      broadcast,
      urgency: 'incident',
      sure: () => store.begin(i.id, effect.key),
    })
  );
}
