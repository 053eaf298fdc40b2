/** A desk on the test run's Redis, with Skillancer's catalog and queues that nobody works on. */
import { readFileSync } from 'node:fs';
import { realClock } from '../../src/clients/clock.ts';
import { ready, workerConnection } from '../../src/clients/redis.ts';
import { createStore } from '../../src/clients/store/index.ts';
import type { Desk } from '../../src/commands/desk.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { createQueues } from '../../src/jobs/queues.ts';
import type { Person } from '../../src/records/deployment.ts';
import { testRedis } from '../support/redis.ts';

/** The catalog knows the rights of these two; of everybody else the cache knows nothing. */
export const deployer = 'U0000ANA1';
export const visitor = 'U0000DAVE';

export interface OpenDesk {
  desk: Desk;
  /** Forgets the audit and all decisions, as if it were another day; throws if the audit cannot be read back. */
  nextDay(): Promise<void>;
  /** Removes everything. */
  close(): Promise<void>;
}

const example = new URL('../../examples/skillancer.yml', import.meta.url);
export const catalog = loadCatalog(readFileSync(example, 'utf8'), 'skillancer.yml');

export async function openDesk(): Promise<OpenDesk> {
  const { url, prefix } = testRedis();
  const redis = workerConnection(url, { onError: () => {} });
  await ready(redis, 10_000);
  const store = createStore(redis, prefix);
  const queues = createQueues(redis, prefix);

  /** Questions that somebody may have answered today. */
  const answered = new Set<string>();
  return {
    desk: {
      catalog,
      store: {
        ...store,
        // A refusal because the machine was busy would say nothing about the input.
        createDeployment: (draft, request, audit, _within, responseUrl) =>
          store.createDeployment(draft, request, audit, 60_000, responseUrl),
        decide: (id, question, ...answer) => {
          answered.add(`${prefix}:decision:${id}:${question}`);
          return store.decide(id, question, ...answer);
        },
      },
      queues,
      people: { mayCached },
      clock: realClock,
    },
    nextDay: async () => {
      await store.auditTail(10_000);
      await redis.unlink(`${prefix}:audit`, ...answered);
      answered.clear();
    },
    close: async () => {
      await queues.close();
      for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 10_000 })) {
        if (keys.length > 0) await redis.unlink(keys);
      }
      redis.disconnect();
    },
  };
}

function mayCached({ id }: Person): 'yes' | 'no' | 'unknown' {
  if (id === deployer) return 'yes';
  return id === visitor ? 'no' : 'unknown';
}
