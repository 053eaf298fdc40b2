/** Makes the timeline follow messages that people pin, add, edit and delete: looks at the message as it is now. */
import type { People } from '../../clients/people.ts';
import type { SlackMessage } from '../../clients/slack/read.ts';
import { SlackRefused } from '../../clients/slack-errors.ts';
import type { SlackRooms } from '../../clients/slack-rooms.ts';
import type { Store } from '../../clients/store/index.ts';
import type { Act, What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import { cut } from '../../templates/text.ts';
import type { World } from '../deployment/world.ts';
import type { Queues } from '../queues.ts';
import { type Followed, isPin } from './followed.ts';
import { linksIn, mentioned, plainWords } from './message-text.ts';

export interface NotingWorld extends Pick<World, 'clock'> {
  store: Pick<Store, 'incidentAt' | 'inbox' | 'tellIncident' | 'openIncidents' | 'loadIncident'>;
  people: Pick<People, 'nameOf'>;
  rooms: Pick<SlackRooms, 'message'>;
  queues: Pick<Queues, 'wakeIncident'>;
}

/**
 * Gives the incident whose timeline was told, or null where nothing had to be. `name` names the event, so that it counts
 * once. Safe to run twice. Throws SlackAway where Slack has to be asked later.
 */
export async function followMessage(
  name: string,
  asked: Followed,
  world: NotingWorld,
): Promise<string | null> {
  const { channel, ts, event } = asked;
  const message = event === 'deleted' ? null : await read(channel, ts, world);
  const incident = await incidentOf(asked, message?.thread ?? null, world);
  if (incident === null) return null;
  const key = `${channel}:${ts}`;
  const noter = await notedBy(incident, key, world);
  const what = await becomes(asked, message, noter !== null, key, world);
  const by = asked.person ?? noter;
  if (!what || !by) return null;
  const named = by.name === by.id ? { id: by.id, name: await world.people.nameOf(by.id) } : by;
  const from: Act['from'] = event === 'added' ? 'shortcut' : 'reaction';
  await world.store.tellIncident(incident, name, { at: asked.at, by: named, from, channel, what });
  await world.queues.wakeIncident(incident);
  return incident;
}

/** Null where it is gone, and where the bot may not look. */
async function read(channel: string, ts: string, { rooms }: NotingWorld): Promise<SlackMessage | null> {
  try {
    return await rooms.message(channel, ts);
  } catch (error) {
    if (error instanceof SlackRefused) return null;
    throw error;
  }
}

/** The war room's, that of the thread under the card, or the one that noted it from elsewhere. */
async function incidentOf(
  { incident, channel, ts }: Followed,
  thread: string | null,
  { store }: NotingWorld,
): Promise<string | null> {
  if (incident !== null) return (await store.loadIncident(incident)) ? incident : null;
  const place = (await store.incidentAt(channel)) ?? (await store.incidentAt(`${channel}:${thread ?? ts}`));
  if (place !== null) return place;
  const open = await store.openIncidents();
  return open.find(({ timeline }) => timeline.some((e) => e.message === `${channel}:${ts}`))?.id ?? null;
}

/** Who made a line of the timeline of it; null: nobody did. */
async function notedBy(id: string, key: string, { store }: NotingWorld): Promise<Person | null> {
  const incident = await store.loadIncident(id);
  const line = incident?.timeline.find((e) => e.message === key);
  // The message that an incident was declared from is nobody's note.
  if (line) return line.by ?? incident?.declaredBy ?? null;
  const waiting = await store.inbox(id, incident?.read ?? 0);
  return waiting.find(({ what }) => what.kind === 'note' && what.message === key)?.by ?? null;
}

/** What the timeline has to be told, by what the message is now: events may come late, and in any order. */
async function becomes(
  { event, given }: Followed,
  message: SlackMessage | null,
  isNoted: boolean,
  key: string,
  world: NotingWorld,
): Promise<What | null> {
  const removed: What | null = isNoted ? { kind: 'note-removed', message: key } : null;
  if (event === 'deleted') return removed;
  const isPinned = message?.reactions.some(isPin) ?? false;
  if (event === 'reacted' && !isPinned) return removed;
  if (event === 'edited' && !isNoted) return null;
  const said = message ? fromSlack(message) : given && { ...given, links: given.link ? [given.link] : [] };
  if (!said) return removed;
  const text = await lineOf(said, world);
  const links = [...new Set([...said.links, ...linksIn(said.text)])].slice(0, 20);
  return event === 'edited'
    ? { kind: 'note-edited', message: key, text, links }
    : { kind: 'note', message: key, text, links, said: saidAt(key) };
}

interface Said {
  text: string;
  user: string | null;
  links: string[];
}

/** Images and other files are kept as links. */
const fromSlack = ({ text, user, link, files }: SlackMessage): Said => ({
  text: [text, ...files.map(({ title, name }) => `[${title || name || 'file'}]`)].filter(Boolean).join(' '),
  user,
  links: [link, ...files.flatMap((file) => (URL.canParse(file.link) ? [file.link] : []))],
});

/** Slack's names of messages are times: seconds since 1970 with a fraction. */
const saidAt = (key: string): number => {
  const seconds = Number(key.slice(key.lastIndexOf(':') + 1));
  return Number.isFinite(seconds) ? Math.floor(seconds * 1000) : 0;
};

/** What an act takes. */
const longest = 3000;
/** A crowd that is mentioned must not cost a call each. */
const mostNames = 10;

/** With its author: whoever pins it is somebody else. */
async function lineOf({ text, user }: Said, { people }: NotingWorld): Promise<string> {
  const ids = [...new Set([...(user ? [user] : []), ...mentioned(text)])].slice(0, mostNames);
  const names = new Map(await Promise.all(ids.map(async (id) => [id, await people.nameOf(id)] as const)));
  const words = plainWords(text, (id) => names.get(id)) || '(no text)';
  return cut(user ? `@${names.get(user) ?? user}: ${words}` : words, longest);
}
