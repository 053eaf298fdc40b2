/** The bot's front for monitoring systems, over real HTTP, on the test run's Redis. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { type AlertPost, sendAlert } from '../../playground/alerts.ts';
import { type SimulatedSns, startSns } from '../../playground/sns.ts';
import { type AlertsFront, createAlerts } from '../../src/alerts/index.ts';
import { createSigningKeys } from '../../src/alerts/sns-keys.ts';
import { realClock } from '../../src/clients/clock.ts';
import { ready, workerConnection } from '../../src/clients/redis.ts';
import { createStore } from '../../src/clients/store/index.ts';
import { createHttp } from '../../src/http.ts';
import { createQueues } from '../../src/jobs/queues.ts';
import { type Alert, alert } from '../../src/records/alert.ts';
import { testRedis } from '../support/redis.ts';
import { catalogWith } from './catalog.ts';

export const secrets = {
  generic: 'secret-of-generic',
  alertmanager: 'secret-of-alertmanager',
  datadog: 'secret-of-datadog',
  pagerduty: 'secret-of-pagerduty',
};

export async function openFront(more: Partial<AlertsFront> = {}) {
  const { url: redisUrl, prefix } = testRedis();
  const redis = workerConnection(redisUrl, { onError: () => {} });
  await ready(redis, 10_000);
  const queues = createQueues(redis, prefix);
  const store = createStore(redis, prefix);
  const sns: SimulatedSns = await startSns({ now: realClock.now });
  const counted: string[] = [];
  const logged: string[] = [];
  const log = (fields: object, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`);
  const alerts = createAlerts({
    settings: { secrets, sns: { topics: [sns.topic], certificates: [sns.certificates] } },
    catalog: catalogWith(),
    clock: realClock,
    signingKeys: createSigningKeys([sns.certificates]),
    store,
    queues,
    isDraining: () => false,
    count: (source, outcome) => void counted.push(`${source} ${outcome}`),
    log: { warn: log, error: log },
    ...more,
  });
  const server = createHttp({
    alerts,
    slack: null,
    isDraining: () => false,
    trouble: async () => null,
    metrics: new Registry(),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    redis,
    prefix,
    sns,
    store,
    queues,
    counted,
    logged,
    send: async (post: AlertPost) => {
      const response = await sendAlert(url, post);
      return { status: response.status, text: await response.text() };
    },
    /** What waits for the workers. */
    raised: async (): Promise<Alert[]> => {
      const jobs = await queues.alerts.getJobs(['waiting']);
      return jobs.map(({ data }) => alert.parse(data));
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all([queues.close(), sns.stop()]);
      redis.disconnect();
    },
  };
}
export type Front = Awaited<ReturnType<typeof openFront>>;
