/** 10,000 hostile alerts (`FUZZ_ALERTS` says how many, `FUZZ_SEED` which) over real HTTP, each sent twice, with a worker behind. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DelayedError, Worker } from 'bullmq';
import fc from 'fast-check';
import { realClock } from '../../src/clients/clock.ts';
import { handleAlert } from '../../src/jobs/alerts/handle.ts';
import { alert } from '../../src/records/alert.ts';
import { catalogWith } from '../alerts/catalog.ts';
import { type Front, openFront } from '../alerts/stage.ts';
import { type Case, hopelessPosts, signedPosts } from './alert-posts.ts';

const wanted = Number(process.env.FUZZ_ALERTS ?? 10_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const each = 50;
const documented = [200, 401, 404, 413, 415, 422, 503];

let front: Front;
let worker: Worker;
const failures: unknown[] = [];
beforeAll(async () => {
  front = await openFront();
  const refused = async () => Promise.reject(new Error('nobody is asked here'));
  const world = {
    clock: realClock,
    catalog: catalogWith(),
    store: front.store,
    queues: front.queues,
    slack: { channelId: refused, find: refused, post: refused, update: refused },
    probe: async ({ name, url }: { name: string; url: string }) => ({
      name,
      url,
      verdict: 'ok' as const,
      took: 1,
      because: null,
    }),
  };
  worker = new Worker(
    'alerts',
    async (job, token) => {
      const again = await handleAlert(alert.parse(job.data), world, job.attemptsStarted > 1);
      if (again === null) return;
      await job.moveToDelayed(Math.min(again, Date.now() + 200), token);
      throw new DelayedError();
    },
    { connection: front.redis, prefix: front.prefix, concurrency: 20 },
  );
  worker.on('failed', (job, error) => failures.push({ data: job?.data, error }));
  worker.on('error', (error) => failures.push(error));
});
afterAll(async () => {
  await worker.close();
  await front.close();
});

const send = async ({ post }: Case): Promise<number> => {
  const { path, headers, body } = post;
  const response = await fetch(front.url + path, { method: 'POST', headers, body });
  const text = await response.text();
  expect(text.length).toBeLessThan(300);
  return response.status;
};

const quiet = async (): Promise<void> => {
  for (;;) {
    const { waiting = 0, active = 0, delayed = 0 } = await front.queues.alerts.getJobCounts();
    if (waiting + active + delayed === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** What was opened is forgotten; that the deliveries came in is not. */
const forget = async (): Promise<void> => {
  for (const kind of ['alert-group', 'incident', 'inbox', 'told', 'active-incidents', 'audit']) {
    for await (const keys of front.redis.scanStream({ match: `${front.prefix}:${kind}*`, count: 1_000 })) {
      if (keys.length > 0) await front.redis.unlink(keys);
    }
  }
};

async function judge(
  cases: fc.Arbitrary<Case>,
  check: (all: readonly Case[], statuses: readonly number[]) => Promise<void>,
): Promise<Map<string, number>> {
  const tally = new Map<string, number>();
  const batch = fc.array(cases, { minLength: each, maxLength: each, size: 'max' });
  await fc.assert(
    fc.asyncProperty(batch, async (all) => {
      const twice = await Promise.all(all.map((one) => Promise.all([send(one), send(one)])));
      await quiet();
      expect(failures).toEqual([]);
      const statuses = twice.map(([first, second]) => {
        expect(documented).toContain(first);
        expect(second).toBe(first);
        return first;
      });
      for (const status of statuses) tally.set(String(status), (tally.get(String(status)) ?? 0) + 1);
      await check(all, statuses);
      await forget();
    }),
    { numRuns: Math.ceil(wanted / 2 / each), seed, endOnFailure: true },
  );
  return tally;
}

test('what is not signed, too old or nonsense comes to nothing', async () => {
  const tally = await judge(hopelessPosts(front.sns), async (_, statuses) => {
    expect(await front.store.recentIncidents(10)).toEqual([]);
    expect(await front.redis.keys(`${front.prefix}:alert-group:*`)).toEqual([]);
    // An empty list of alerts is nothing, and nothing wrong.
    expect(statuses.filter((status) => status === 503)).toEqual([]);
  });
  expect([...tally.keys()].sort()).toEqual(
    ['200', '401', '404', '413', '415', '422'].filter((s) => tally.has(s)),
  );
  for (const status of ['401', '404', '415', '422']) expect(tally.get(status)).toBeGreaterThan(0);
}, 600_000);

test('what is signed opens one incident for each service at most, however often it comes', async () => {
  let opened = 0;
  const tally = await judge(signedPosts(front.sns), async (_, statuses) => {
    const incidents = await front.store.recentIncidents(100);
    const subjects = incidents.map((i) => `${i.environment}/${i.services.join()}`);
    opened += incidents.length;
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(subjects.filter((subject) => !subject.startsWith('production/'))).toEqual([]);
    expect(incidents.length).toBeLessThanOrEqual(statuses.filter((status) => status === 200).length);
    // Probes say that all is well.
    expect(incidents.filter((i) => i.severity !== 'P3')).toEqual([]);
    for (const { id, alerts } of incidents) {
      // With their times: what a source says of two things by one name is news each time.
      const told = (await front.store.inbox(id)).flatMap(({ what }) =>
        what.kind === 'alert'
          ? [`${what.alert.source} ${what.alert.key} ${what.alert.state} ${what.alert.at}`]
          : [],
      );
      const known = alerts.map((a) => `${a.source} ${a.key} firing ${a.since}`);
      expect([...told, ...known].sort()).toEqual([...new Set([...told, ...known])].sort());
    }
  });
  expect(opened).toBeGreaterThan(wanted / 2 / each);
  expect(tally.get('200')).toBeGreaterThan(wanted / 10);
  expect(tally.get('422')).toBeGreaterThan(0);
}, 600_000);
