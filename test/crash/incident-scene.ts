/** An incident of the simulated company as a test sees it: alerts come in, people act, and everything said can be read. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fromAlertmanager, sendAlert } from '../../playground/alerts.ts';
import { people, workspace } from '../../playground/estate.ts';
import { messageText, namesIn } from '../../playground/say.ts';
import type { Message } from '../../playground/slack/types.ts';
import type { Stage } from '../../playground/stage.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { createStore, type Store } from '../../src/clients/store/index.ts';
import type { Incident } from '../../src/records/incident.ts';

export const minute = 60_000;

/** What both kinds of stages have: the playground's own, and the one whose workers are killed. */
export type Surroundings = Pick<
  Stage,
  'slack' | 'cloud' | 'outside' | 'clock' | 'scale' | 'estate' | 'redis'
> & {
  /** Where alerts are taken. */
  readonly url: string;
};

/** A message of the bot. */
export interface Said {
  /** Of its metadata. */
  readonly key: string;
  /** What kind of message it is: `update 3`, `findings`; of a line of the timeline, `line: ` and that line's kind. */
  readonly kind: string;
  /** In the clock's milliseconds. */
  readonly at: number;
  readonly text: string;
  readonly message: Message;
}

export interface Scene extends Surroundings {
  readonly store: Store;
  /** Alertmanager tells that an alert fires for a service of production, or is over. */
  alert(name: string, service: string, state?: 'firing' | 'resolved'): Promise<void>;
  /** Everything in production answers 503 until its tasks are new ones; or it is well. */
  production(is: 'failing' | 'well'): void;
  record(id?: string): Promise<Incident>;
  /** The war room's name; throws while there is none. */
  room(id?: string): Promise<string>;
  /** In #incidents: cards and what was shown to everybody. */
  inChannel(): Promise<Said[]>;
  /** The card first. */
  inThread(id?: string): Promise<Said[]>;
  inRoom(id?: string): Promise<Said[]>;
  /** The bot's direct messages to somebody. */
  toPerson(name: string): Promise<Said[]>;
  /** Types `/incident …`; throws where the answer does not say what it should. */
  types(as: string, command: string, answer: RegExp): Promise<void>;
  /** Fills in the form that is open for somebody; throws where it is refused. */
  fills(as: string, values: Record<string, string>): Promise<void>;
  /** Waits, in real milliseconds, until `look` gives something. */
  until<R>(what: string, look: () => R | undefined | Promise<R | undefined>, patience?: number): Promise<R>;
  /** Waits until the record is like this. */
  once(what: string, holds: (i: Incident) => boolean, patience?: number, id?: string): Promise<Incident>;
  /** Waits until the clock shows it. */
  clockAt(time: number): Promise<void>;
  close(): void;
}

const usually = 20_000;

export function openScene(around: Surroundings): Scene {
  const { slack, cloud, outside, clock, estate, redis: where } = around;
  const redis = workerConnection(where.url, { onError: () => {} });
  const store = createStore(redis, where.prefix);
  const names = namesIn(slack, people, workspace.userGroups);
  const began = new Map<string, number>();

  const record = async (id = 'INC-1') => {
    const found = await store.loadIncident(id);
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  };
  const until: Scene['until'] = async (what, look, patience = usually) => {
    for (const end = performance.now() + patience; ; await sleep(25)) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`waited ${patience / 1000} s in vain for ${what}`);
    }
  };
  const said = async (messages: readonly Message[]): Promise<Said[]> => {
    const records = new Map((await store.recentIncidents(20)).map((i) => [i.id, i]));
    return messages.flatMap((message) => {
      const key = message.metadata?.event_payload.key;
      if (!message.byBot || typeof key !== 'string') return [];
      const [id = '', effect = ''] = key.split(':');
      return {
        key,
        kind: kindOf(effect, records.get(id)),
        at: Number(message.ts) * 1000,
        text: messageText(message, names),
        message,
      };
    });
  };
  const room = async (id?: string) => {
    const { room: found } = await record(id);
    if (!found) throw new Error('there is no war room');
    return found.id;
  };

  return {
    ...around,
    store,
    record,
    until,
    alert: async (name, service, state = 'firing') => {
      const since = began.get(name + service) ?? clock.now();
      began.set(name + service, since);
      const trouble = {
        name,
        service,
        environment: 'production',
        state,
        began: since,
        metric: 'http_5xx_rate',
        ...(state === 'resolved' && { ended: clock.now() }),
      };
      const answer = await sendAlert(
        around.url,
        fromAlertmanager(outside.alertSecrets.alertmanager, [trouble]),
      );
      if (!answer.ok) throw new Error(`the alert was refused: ${answer.status} ${await answer.text()}`);
    },
    production: (is) => {
      for (const service of estate.catalog.services) {
        cloud.break.service(
          estate.cluster('production'),
          service,
          is === 'well' ? 'fine' : 'errors',
          'new-tasks',
        );
      }
    },
    room,
    inChannel: () => said(slack.messages('incidents')),
    inThread: async (id) => {
      const { card } = await record(id);
      return card ? said(slack.thread('incidents', card.ts)) : [];
    },
    inRoom: async (id) => {
      const { room: found } = await record(id);
      return found ? said(slack.messages(found.id)) : [];
    },
    toPerson: (name) => said(slack.messages(`@${name}`)),
    types: async (as, command, answer) => {
      const before = slack.ephemerals(as).length;
      const { error } = await slack.command(command, { as });
      if (error) throw new Error(`${command}: ${error}`);
      const told = () => slack.ephemerals(as).slice(before);
      await until(`${answer} in the answer to ${command}`, () =>
        told().some((message) => answer.test(messageText(message, names))) ? true : undefined,
      ).catch((failure: Error) => {
        const words = told().map((message) => messageText(message, names));
        throw new Error(`${failure.message}; told was ${words.join('\n') || 'nothing'}`);
      });
    },
    fills: async (as, values) => {
      await until(`a form for ${as}`, () => slack.modal(as));
      const { error, errors } = await slack.fill(values, { as });
      if (error || errors) throw new Error(`the form was refused: ${error ?? JSON.stringify(errors)}`);
    },
    once: (what, holds, patience, id) =>
      until(
        what,
        async () => {
          const i = await store.loadIncident(id ?? 'INC-1');
          return i && holds(i) ? i : undefined;
        },
        patience,
      ),
    clockAt: (time) => sleep(clock.real(Math.max(0, time - clock.now()))),
    close: () => redis.disconnect(),
  };
}

/** Without the numbers that only this run has. */
function kindOf(effect: string, i: Incident | undefined): string {
  const line = /^line-(\d+)$/.exec(effect);
  if (line) return `line: ${i?.timeline.find(({ n }) => n === Number(line[1]))?.kind ?? 'unknown'}`;
  const update = /^(update|draft)-(\d+)(@channel)?$/.exec(effect);
  if (update) return `${update[1]} ${update[2]}`;
  return effect.replace(/@channel$/, '').replace(/-\d+$/, '');
}
