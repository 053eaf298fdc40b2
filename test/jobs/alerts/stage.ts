/** Everything that alerts are handled with, on the test run's Redis and a simulated Slack; probes answer as they are told. */
import { pino } from 'pino';
import { startSlack } from '../../../playground/slack/index.ts';
import type { Clock } from '../../../src/clients/clock.ts';
import { createLimiter } from '../../../src/clients/limiter.ts';
import { ready, workerConnection } from '../../../src/clients/redis.ts';
import { createSlackWriter, slackClient } from '../../../src/clients/slack.ts';
import { createStore } from '../../../src/clients/store/index.ts';
import type { AnswerWorld } from '../../../src/jobs/alerts/answer.ts';
import { handleAlert } from '../../../src/jobs/alerts/handle.ts';
import type { AlertWorld } from '../../../src/jobs/alerts/world.ts';
import { createQueues } from '../../../src/jobs/queues.ts';
import { slackLogger } from '../../../src/log.ts';
import type { Alert } from '../../../src/records/alert.ts';
import type { Incident } from '../../../src/records/incident.ts';
import { catalogWith } from '../../alerts/catalog.ts';
import { testRedis } from '../../support/redis.ts';
import { people } from '../../support/world.ts';
import { start } from './samples.ts';

export async function openStage({ alerts, automatic }: { alerts?: string; automatic?: string } = {}) {
  const { url, prefix } = testRedis();
  const redis = workerConnection(url, { onError: () => {} });
  await ready(redis, 10_000);
  const store = createStore(redis, prefix);
  const queues = createQueues(redis, prefix);
  let now = start;
  const clock: Clock = { now: () => now, real: (ms) => Math.min(ms, 5_000), sleep: async () => {} };
  const slack = await startSlack({
    clock: { ...clock, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))) },
    signingSecret: 'signing-secret-of-a-test',
    botToken: 'xoxb-test',
    appToken: 'xapp-test',
    ...people,
    channels: ['incidents'],
    latencyMs: 1,
  });
  const logger = slackLogger(pino({ level: 'silent' }), 'web-api');
  const writer = createSlackWriter(
    slackClient('xoxb-test', slack.apiUrl, logger),
    createLimiter(redis, { prefix, clock }),
    clock,
  );
  /** Addresses whose probes fail, or cannot tell. */
  const failing = new Set<string>();
  const unknown = new Set<string>();
  let probes = 0;
  const world: AlertWorld & AnswerWorld = {
    clock,
    catalog: catalogWith(alerts, automatic),
    store,
    queues,
    slack: writer,
    probe: async ({ name, url: address }) => {
      probes++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      const verdict = unknown.has(address) ? 'unknown' : failing.has(address) ? 'failed' : 'ok';
      return { name, url: address, verdict, took: null, because: null };
    },
  };
  const address = (service: string, probe: string) => `http://production.example.com/${service}/${probe}`;
  return {
    world,
    redis,
    prefix,
    store,
    queues,
    slack,
    probes: () => probes,
    passTo: (at: number) => {
      now = at;
    },
    /** As a worker does: again and again while there is something to wait for that comes at once. */
    handle: async (alert: Alert): Promise<number | null> => {
      for (let visit = 0; visit < 100; visit++) {
        const again = await handleAlert(alert, world, visit > 0);
        if (again === null || again > now + 1_000) return again;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('no end');
    },
    takeDown: (...services: string[]) => {
      for (const service of services) {
        for (const probe of ['live', 'ready']) failing.add(address(service, probe));
      }
    },
    hide: (service: string) => unknown.add(address(service, 'ready')),
    incidents: async (): Promise<Incident[]> => (await store.recentIncidents(100)).reverse(),
    /** What an incident was told, a word each. */
    told: async (id: string): Promise<string[]> =>
      (await store.inbox(id)).map(({ what }) =>
        what.kind === 'alert' ? `${what.alert.title} ${what.alert.state}` : what.kind,
      ),
    /** Takes an incident out of the open ones, as its worker does when people resolve it. */
    resolve: async (id: string) => {
      const i = await store.loadIncident(id);
      if (!i) throw new Error(`no ${id}`);
      await store.saveIncident({ ...i, status: 'resolved' }, { audit: [], blocks: null, settled: true });
    },
    close: async () => {
      await Promise.all([queues.close(), slack.stop()]);
      redis.disconnect();
    },
  };
}
export type Stage = Awaited<ReturnType<typeof openStage>>;
