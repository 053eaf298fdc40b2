/** Acts that come in while a worker is at the incident: none is lost, none counts twice, and all count in their order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workerConnection } from '../../src/clients/redis.ts';
import { createStore, type Store } from '../../src/clients/store/index.ts';
import type { Catalog } from '../../src/config/catalog.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { advanceIncident } from '../../src/jobs/incident/advance.ts';
import { type Declaration, type DeclareWorld, declareIncident } from '../../src/jobs/incident/declare.ts';
import { createQueues, type Queues } from '../../src/jobs/queues.ts';
import type { Act } from '../../src/records/act.ts';
import type { Incident } from '../../src/records/incident.ts';
import { type Bot, startBot } from '../support/bot.ts';
import { testPrefix } from '../support/redis.ts';
import { catalogText } from '../support/world.ts';

const withIncidents = (text: string) => `${text.replace(
  'deployments: "#deployments"',
  'deployments: "#deployments", incidents: "#general"',
)}
incidents:
  on_call: { otherwise: ["@devops-lead"] }
`;

let bot: Bot;
let queues: Queues;
let redis: ReturnType<typeof workerConnection>;
let catalog: Catalog;
beforeAll(async () => {
  bot = await startBot({ catalog: withIncidents });
  catalog = loadCatalog(withIncidents(catalogText(bot.cloud)), 'pilothouse.yml');
  redis = workerConnection(bot.redis.url, { onError: () => {} });
  queues = createQueues(redis, bot.redis.prefix);
}, 30_000);
afterAll(async () => {
  await queues?.close();
  redis?.disconnect();
  await bot?.stop();
});

const declaration = (title: string): Declaration => ({
  kind: 'outage',
  title,
  severity: 'P3',
  environment: 'production',
  services: ['api-gateway'],
  drill: null,
  impact: null,
  source: { kind: 'person', id: null },
  declaredBy: null,
  detectedAt: null,
  alerts: [],
  deployments: [],
  evidence: [],
});

/** Where no worker is: the test visits by itself. */
const silent = { wakeIncident: async () => {}, runEffect: async () => {}, redrawIncident: async () => {} };

async function declare(title: string, world: Pick<DeclareWorld, 'store' | 'queues'>): Promise<string> {
  const asked = { who: null, from: 'worker' as const };
  const full = { ...world, catalog, clock: bot.clock };
  return (await declareIncident(declaration(title), title, asked, full)).id;
}

/** Taken from a message, so that nothing has to be posted for it. */
const note = (n: number, at: number): Act => ({
  at,
  by: { id: `U${n % 20}`, name: `person-${n % 20}` },
  from: 'reaction',
  channel: null,
  what: { kind: 'note', text: `Note ${n}`, links: [], message: `C0:${n}`, said: at },
});

const notesIn = ({ timeline }: Incident) =>
  timeline.filter(({ kind }) => kind === 'note').map(({ text }) => text);
const notesTold = async (store: Store, id: string) =>
  (await store.inbox(id)).flatMap(({ what }) => (what.kind === 'note' ? what.text : []));

async function read(id: string, holds: (i: Incident) => boolean): Promise<Incident> {
  return bot.until(`${id} to be read`, async () => {
    const i = await bot.store.loadIncident(id);
    return i && holds(i) ? i : undefined;
  });
}

test('hundreds of acts of many people at once are all in the record, once, in the order of the inbox', async () => {
  const id = await declare('Many write', { store: bot.store, queues });
  const tell = async (n: number) => {
    await sleep((n * 7) % 1_500);
    await bot.store.tellIncident(id, `note ${n}`, note(n, bot.clock.now()));
    await queues.wakeIncident(id);
  };
  const numbers = Array.from({ length: 400 }, (_, n) => n);
  // Slack and monitoring systems deliver things twice: every third one comes again.
  const again = numbers.filter((n) => n % 3 === 0);
  const typed = ['ana', 'ben', 'carla'].flatMap((as) =>
    Array.from({ length: 8 }, async (_, n) => {
      await sleep(n * 150);
      return bot.slack.command(`/incident note ${id} Typed by ${as}, ${n}`, { as });
    }),
  );
  await Promise.all([...numbers.map(tell), ...again.map(tell), ...typed]);

  const told = await notesTold(bot.store, id);
  expect(new Set(told).size).toBe(told.length);
  expect(told).toHaveLength(400 + 24);
  const i = await read(id, (one) => notesIn(one).length === told.length);
  expect(notesIn(i)).toEqual(told);
}, 60_000);

test('what comes in while the record is being saved is read by the next visit', async () => {
  const prefix = testPrefix();
  const store = createStore(redis, prefix);
  const id = await declare('Late', { store, queues: silent });
  let n = 0;
  const interrupted: Store = {
    ...store,
    inbox: async (...what) => {
      const acts = await store.inbox(...what);
      // Somebody is faster than the save.
      await store.tellIncident(id, `late ${n}`, note(n, bot.clock.now()));
      n++;
      return acts;
    },
  };
  const stage = { catalog, clock: bot.clock, queues: silent, showIncident: async () => {} };
  for (let visits = 0; visits < 5; visits++) await advanceIncident(id, { ...stage, store: interrupted });
  await advanceIncident(id, { ...stage, store });
  const i = await store.loadIncident(id);
  expect(i && notesIn(i)).toEqual(['Note 0', 'Note 1', 'Note 2', 'Note 3', 'Note 4']);
  expect(i?.read).toBe(5);
});

test('two workers that visit at once: one saves, the other one finds out', async () => {
  const prefix = testPrefix();
  const store = createStore(redis, prefix);
  const id = await declare('Twice', { store, queues: silent });
  const stage = { catalog, clock: bot.clock, queues: silent, showIncident: async () => {}, store };
  for (let n = 0; n < 10; n++) {
    await store.tellIncident(id, `note ${n}`, note(n, bot.clock.now()));
    const visits = await Promise.allSettled([1, 2, 3].map(() => advanceIncident(id, stage)));
    expect(visits.some(({ status }) => status === 'fulfilled')).toBe(true);
  }
  await advanceIncident(id, stage);
  const i = await store.loadIncident(id);
  expect(i && notesIn(i)).toEqual(await notesTold(store, id));
  expect(i?.timeline.map(({ n }) => n)).toEqual(i?.timeline.map((_, index) => index + 1));
});

test('an act that comes just when the job of a settled incident ends is read all the same', async () => {
  const id = await declare('Over', { store: bot.store, queues });
  await read(id, (i) => i.card !== null);
  await bot.slack.command(`/incident resolve ${id}`, { as: 'ana' });
  await bot.fill({ Impact: 'None', Resolution: 'Gone' }, { as: 'ana' });
  await read(id, (i) => i.status === 'resolved' && i.effects.every(({ state }) => state !== 'due'));
  for (let n = 0; n < 150; n++) {
    await Promise.all(
      [2 * n, 2 * n + 1].map(async (k) => {
        await sleep((k * 13) % 11);
        await bot.store.tellIncident(id, `after ${k}`, note(k, bot.clock.now()));
        await queues.wakeIncident(id);
      }),
    );
    await read(id, (i) => notesIn(i).length === 2 * n + 2);
  }
}, 60_000);
