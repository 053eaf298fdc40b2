/** The vocabulary of scripted incidents: the card in #incidents, the war room, alerts, and messages that come on time and once. */

import { fromAlertmanager, sendAlert } from '../alerts.ts';
import { people, workspace } from '../estate.ts';
import { messageText, namesIn } from '../say.ts';
import type { Message } from '../slack/types.ts';
import { Missing, type Script } from './script.ts';

type Words = string | RegExp;

export interface IncidentScript {
  /** Alertmanager tells that this alert fires (or is over) for services of production. */
  alert(
    name: string,
    services: readonly string[],
    state?: 'firing' | 'resolved',
    metric?: string,
  ): Promise<void>;
  /** The newest card in #incidents shows all of these. */
  card(words: readonly Words[] | Words, within?: string): Promise<void>;
  /** The card's thread tells these. */
  thread(words: readonly Words[], within?: string): Promise<void>;
  /** The war room is there; gives its name. */
  room(within?: string): Promise<string>;
  /** Some message of the war room shows all of these. */
  inRoom(words: readonly Words[] | Words, within?: string): Promise<void>;
  /** The pinned summary shows these. */
  summary(words: readonly Words[] | Words, within?: string): Promise<void>;
  /** Only this person sees it, in a direct message of the bot. */
  direct(person: string, words: Words, within?: string): Promise<void>;
  /** So many updates (📍) in the war room, the newest `minutes` after the one before or the declaration, and on time. */
  update(number: number, within?: string): Promise<Message>;
  /** Milliseconds of the clock at which a message was posted. */
  at(message: Pick<Message, 'ts'>): number;
  /** All of the war room's messages that begin like this. */
  posts(beginning: string): Message[];
}

const has = (text: string, wanted: Words): boolean =>
  typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);

export function incidentScript({ stage, see, note }: Script): IncidentScript {
  const { slack, outside, bots, clock } = stage;
  const names = namesIn(slack, people, workspace.userGroups);
  const text = (message: Pick<Message, 'text' | 'blocks'>) => messageText(message, names);
  const began = new Map<string, number>();

  const card = () => slack.messages('incidents').findLast(({ byBot, threadTs }) => byBot && !threadTs);
  const roomNow = () =>
    slack.channels().findLast(({ name }) => name.startsWith('inc-') || name.startsWith('drill-'));
  const inRoom = (): Message[] => {
    const room = roomNow();
    return room ? slack.messages(room.id) : [];
  };
  const pinned = () => inRoom().find((message) => message.pinned);
  const all = (wanted: readonly Words[] | Words) => [wanted].flat();
  const shows = (message: Message | undefined, wanted: readonly Words[] | Words) =>
    message !== undefined && all(wanted).every((one) => has(text(message), one));

  const posts = (beginning: string) => inRoom().filter((message) => text(message).startsWith(beginning));

  return {
    async alert(name, services, state = 'firing', metric) {
      note(`Alertmanager: ${name} is ${state} (${services.join(', ')})`);
      const troubles = services.map((service) => {
        const key = `${name} ${service}`;
        const since = began.get(key) ?? clock.now();
        began.set(key, since);
        const over = state === 'resolved' && { ended: clock.now() };
        return {
          name,
          service,
          environment: 'production',
          state,
          began: since,
          ...over,
          ...(metric && { metric }),
        };
      });
      const response = await sendAlert(
        bots[0].url,
        fromAlertmanager(outside.alertSecrets.alertmanager, troubles),
      );
      if (!response.ok)
        throw new Missing(`The alert was refused: ${response.status} ${await response.text()}`);
    },
    card: (wanted, within) =>
      see(
        `${all(wanted).join(' and ')} on the incident's card${card() ? `\n${text(card() ?? { text: '', blocks: [] })}\n` : ''}`,
        () => shows(card(), wanted),
        within,
      ),
    thread: (wanted, within) =>
      see(
        `${wanted.join(', ')} in the thread of the incident's card`,
        () => {
          const parent = card();
          const told = parent ? slack.thread('incidents', parent.ts).map(text).join('\n') : '';
          return wanted.every((one) => has(told, one));
        },
        within,
      ),
    async room(within) {
      await see('A war room', () => roomNow() !== undefined, within);
      return roomNow()?.name ?? '';
    },
    inRoom: (wanted, within) =>
      see(
        `${all(wanted).join(' and ')} in the war room`,
        () => inRoom().some((message) => shows(message, wanted)),
        within,
      ),
    summary: (wanted, within) =>
      see(`${all(wanted).join(' and ')} on the pinned summary`, () => shows(pinned(), wanted), within),
    direct: (person, wanted, within) =>
      see(
        `${wanted} in a direct message to ${person}`,
        () => slack.messages(`@${person}`).some((message) => shows(message, wanted)),
        within,
      ),
    async update(number, within = '20m') {
      await see(`Update ${number} in the war room`, () => posts('📍').length >= number, within);
      const message = posts('📍')[number - 1];
      if (!message) throw new Missing(`There is no update ${number}.`);
      return message;
    },
    at: ({ ts }) => Number(ts) * 1000,
    posts,
  };
}

/** Slots are kept to the second of real time: a fast clock does not make the machine faster. */
export function onTime(what: string, at: number, due: number, scale: number): void {
  const late = (at - due) / scale;
  if (late > 1_000 || late < -1_000) {
    throw new Missing(
      `${what} came ${(late / 1000).toFixed(2)} s of real time ${late > 0 ? 'late' : 'early'}.`,
    );
  }
}
