/** The war room: its channel, who is in it, what it links to, and its end. */
import { DateTime } from 'luxon';
import { SlackRefused } from '../../../clients/slack-errors.ts';
import { type Incident, subjectOf } from '../../../records/incident.ts';
import { Refusal } from '../../../records/refusal.ts';
import { type IncidentWorld, rulesOf } from '../world.ts';
import type { Carry } from './index.ts';
import { onCallIds } from './page.ts';

export const createRoom: Carry<'room'> = async (i, _, world) => {
  const { rooms } = world;
  const { business_hours } = rulesOf(world);
  const room = i.room ?? (await rooms.create(roomName(i, business_hours.zone), i.isPrivate, i.id));
  const id = room.id;
  const topic = `${i.drill ? 'DRILL · ' : ''}${i.id} · ${i.severity} · ${subjectOf(i)}`.slice(0, 250);
  const refused = [await refusal(rooms.topic(id, topic), 'topic')];
  for (const { title, link } of bookmarksOf(i, world)) {
    refused.push(await refusal(rooms.bookmark(id, title, link), `bookmark "${title}"`));
  }
  const lacking = refused.filter((one) => one !== null);
  const text = `War room: #${room.name}, without what Slack refused: ${lacking.join(', ')}`.slice(0, 500);
  return { channel: id, name: room.name, ...(lacking.length > 0 && { text }) };
};

/** What Slack refused, in words, or null: a room without its topic or a bookmark is a room. Throws what is not refused. */
async function refusal(work: Promise<unknown>, what: string): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    return `${what} (${error.reason})`;
  }
}

/** `inc-YYYYMMDD-<service>-<short title>`; Slack documentation, conversations.create: at most 80 of `a-z0-9_-`. */
export function roomName(
  i: Pick<Incident, 'declaredAt' | 'title' | 'services' | 'environment' | 'drill'>,
  zone: string,
): string {
  const day = DateTime.fromMillis(i.declaredAt, { zone }).toFormat('yyyyMMdd');
  const subject = slug(i.services.length === 1 ? (i.services[0] ?? '') : i.environment).slice(0, 25);
  const title = slug(i.title).slice(0, 30);
  const name = [i.drill ? 'drill' : 'inc', day, subject, title].filter(Boolean).join('-');
  // Room is left for a number where the name is taken.
  return name.slice(0, 76).replace(/-+$/, '');
}

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

function bookmarksOf(i: Incident, world: IncidentWorld): { title: string; link: string }[] {
  const { war_room, status_page } = rulesOf(world);
  const service = i.services[0] ?? '';
  const place = world.catalog.place(service, i.environment);
  const filled = (text: string) =>
    text
      .replaceAll('{service}', encodeURIComponent(service))
      .replaceAll('{environment}', encodeURIComponent(i.environment));
  return [
    ...war_room.bookmarks.map(({ title, link }) => ({ title, link: filled(link) })),
    ...(status_page?.link ? [{ title: 'Status page', link: status_page.link }] : []),
    ...(place && !i.drill ? [{ title: `${service} in AWS`, link: world.target.page(place) }] : []),
    ...i.links,
  ];
}

export const invite: Carry<'invite'> = async (i, { what }, world) => {
  if (!i.room) throw new SlackRefused('the invitations', 'there is no war room');
  const wanted = what.people ?? (await firstGuests(i, world));
  const present = await world.rooms.memberIds(i.room.id);
  const ids = wanted.filter((id) => !present.includes(id));
  if (ids.length === 0) return {};
  const { skipped } = await world.rooms.invite(i.room.id, ids);
  const count = ids.length - skipped.length;
  return { text: `Invited ${count} ${count === 1 ? 'person' : 'people'} to #${i.room.name}` };
};

/** Whoever declared it or works on it; in earnest also those on call, and whom the catalog names. */
async function firstGuests(i: Incident, world: IncidentWorld): Promise<string[]> {
  const { war_room, on_call } = rulesOf(world);
  const known = [...(i.declaredBy ? [i.declaredBy.id] : []), ...i.responders.map((p) => p.id)];
  if (i.drill) return [...new Set(known)];
  const called = await world.people.idsOf([...on_call.otherwise, ...war_room.invite]);
  return [...new Set([...known, ...(await onCallIds(world)), ...called])];
}

export const archive: Carry<'archive'> = async (i, _, world) => {
  if (i.room) await world.rooms.archive(i.room.id);
  return { text: i.room ? `#${i.room.name} was archived` : 'There was no war room to archive' };
};

export const unarchive: Carry<'unarchive'> = async (i, _, world) => {
  if (i.room) await world.rooms.unarchive(i.room.id);
  return { text: i.room ? `#${i.room.name} is open again` : 'There was no war room' };
};

/** What the incident that stays should know of a duplicate: how bad it was and where, its alerts, what people wrote. */
export const tellMerged: Carry<'merge'> = async (i, { what }, { store, queues, clock }) => {
  const into = await store.loadIncident(what.into);
  if (!into) {
    throw new Refusal(
      'no-such-incident',
      `There is no ${what.into} to merge into.`,
      'Look at /incident list.',
    );
  }
  if (into.isPrivate !== i.isPrivate) {
    throw new Refusal(
      'not-here',
      `${into.id} was not told of ${i.id}: only one of them is private, and what is private stays in its room.`,
      'Write there what those who work on it should know.',
    );
  }
  await store.tellIncident(into.id, `merged-from/${i.id}`, {
    at: clock.now(),
    by: null,
    from: 'worker',
    channel: null,
    what: { kind: 'merged-from', id: i.id, title: i.title, lines: mergedLines(i) },
  });
  await queues.wakeIncident(into.id);
  return {};
};

/** In plain words, each at most 200 characters: what people wrote comes first. */
function mergedLines(
  i: Pick<Incident, 'severity' | 'environment' | 'services' | 'alerts' | 'timeline'>,
): string[] {
  const where = i.services.length > 0 ? `${i.environment}: ${i.services.join(', ')}` : i.environment;
  const alerts = i.alerts.map(({ title, firing }) => `Alert${firing ? '' : ' (over)'}: ${title}`);
  const noted = i.timeline.filter(({ kind, state }) => kind === 'note' && state !== 'removed');
  const lines = [
    ...noted.slice(-10).map(({ text }) => text),
    `${i.severity}, ${where}`,
    ...alerts.slice(-10),
  ];
  return lines.map((line) => line.slice(0, 200));
}
