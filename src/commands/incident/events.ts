/** What happens in Slack without anybody asking the bot: pins, edits, deletions, somebody opens the Home tab. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Followed, isPin } from '../../jobs/incident/followed.ts';
import type { Desk } from '../desk.ts';

const reaction = z.object({
  type: z.enum(['reaction_added', 'reaction_removed']),
  user: z.string(),
  reaction: z.string(),
  item: z.object({ type: z.literal('message'), channel: z.string(), ts: z.string() }),
  item_user: z.string().nullish(),
});

const message = z.object({
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  ts: z.string(),
  thread_ts: z.string().nullish(),
  text: z.string().nullish(),
});
const change = z.object({
  type: z.literal('message'),
  subtype: z.enum(['message_changed', 'message_deleted']),
  channel: z.string(),
  message: message.nullish(),
  previous_message: message.nullish(),
  deleted_ts: z.string().nullish(),
});

const opened = z.object({ type: z.literal('app_home_opened'), tab: z.literal('home'), user: z.string() });

/** What Slack sent: the event, its id, and which user the bot is. */
export interface HeardEvent {
  event: unknown;
  id: string;
  self: string | null;
}

/** Slack counts an event as delivered once Bolt has it, so a store that is away for a moment must not lose it. */
const tries = 5;
const between = 1_000;

export async function hearEvent(heard: HeardEvent, desk: Desk): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      return await follow(heard, desk);
    } catch (error) {
      if (left <= 1) throw error;
      await sleep(between);
    }
  }
}

async function follow({ event, id, self }: HeardEvent, desk: Desk): Promise<void> {
  const home = opened.safeParse(event);
  if (home.success) return desk.queues.redrawHome(home.data.user);
  if (!desk.catalog.incidents) return;
  const asked = pinned(event, self, desk) ?? (await changed(event, self, desk));
  if (asked) await desk.queues.run(`message-${id.replaceAll(':', '_')}`, asked);
}

/** Where the message is, only the message tells: a worker reads it. What the bot wrote is in the timeline already. */
function pinned(event: unknown, self: string | null, { clock }: Desk): Followed | null {
  const read = reaction.safeParse(event);
  if (!read.success) return null;
  const { user, reaction: name, item, item_user } = read.data;
  if (!isPin(name) || user === self || (self !== null && item_user === self)) return null;
  return followed('reacted', item.channel, item.ts, user, clock.now());
}

const followed = (
  event: Followed['event'],
  channel: string,
  ts: string,
  user: string | null,
  at: number,
): Followed => ({
  kind: 'message',
  event,
  channel,
  ts,
  incident: null,
  person: user === null ? null : { id: user, name: user },
  given: null,
  at,
});

/** Of all messages that anybody edits, those that are lines of a timeline. */
async function changed(
  event: unknown,
  self: string | null,
  { store, clock }: Desk,
): Promise<Followed | null> {
  const read = change.safeParse(event);
  if (!read.success) return null;
  const { subtype, channel, message: after, previous_message: before, deleted_ts } = read.data;
  const isDeleted = subtype === 'message_deleted';
  const ts = isDeleted ? (deleted_ts ?? before?.ts) : after?.ts;
  const about = after ?? before;
  const user = about?.user ?? null;
  if (!ts || (user !== null && user === self) || (!isDeleted && user === null)) return null;
  // Slack tells of previews of links as edits too.
  if (!isDeleted && after && before && after.text === before.text) return null;
  const thread = about?.thread_ts;
  const isPlace = (await store.incidentAt(channel)) ?? (await store.incidentAt(`${channel}:${thread ?? ts}`));
  const key = `${channel}:${ts}`;
  const isLine =
    isPlace !== null ||
    (await store.openIncidents()).some(({ timeline }) => timeline.some((line) => line.message === key));
  if (!isLine) return null;
  // Whoever deletes it may be an admin: Slack names the author alone.
  return followed(isDeleted ? 'deleted' : 'edited', channel, ts, isDeleted ? null : user, clock.now());
}
