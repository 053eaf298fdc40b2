/** Reads the configuration, builds the clients, wires, starts, stops. Nothing else knows everything. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createAlerts } from './alerts/index.ts';
import { createSigningKeys } from './alerts/sns-keys.ts';
import { clockFrom } from './clients/clock.ts';
import { createLimiter } from './clients/limiter.ts';
import { createPeople } from './clients/people.ts';
import { checkDurability, ready, requestConnection, workerConnection } from './clients/redis.ts';
import { createSlackWriter, slackClient } from './clients/slack.ts';
import { channelProblem } from './clients/slack-channel.ts';
import { createStore } from './clients/store/index.ts';
import { patience } from './commands/desk.ts';
import { EnvironmentError, type ProcessSettings, readEnvironment, secretsOf } from './config/environment.ts';
import { CatalogError, loadCatalog } from './config/load-catalog.ts';
import { createFront } from './front.ts';
import { createHttp } from './http.ts';
import { createQueues } from './jobs/queues.ts';
import { createLog, slackLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { atMost, stopOnSignals } from './shutdown.ts';
import { startWork } from './worker-half.ts';

export interface Server {
  port: number;
  stop(): Promise<void>;
}

const redisPatience = 30_000;
/** What is under way gets so many real milliseconds to end, all in all less than the 30 s of Kubernetes and ECS. */
const patienceAtEnd = { requests: 3_000, workers: 20_000, connections: 2_000 };
/** Well within the time that a membership counts as fresh, in the clock's milliseconds. */
const peopleEvery = 4 * 60_000;

export async function startServer(settings: ProcessSettings, log: Logger): Promise<Server> {
  const catalog = loadCatalog(readFileSync(settings.catalog, 'utf8'), settings.catalog);
  const clock = clockFrom(settings.clock);
  const onError = (error: Error) => log.warn(error.message);
  const patient = workerConnection(settings.redisUrl, { onError });
  const impatient = requestConnection(settings.redisUrl, { onError });
  await Promise.all([ready(patient, redisPatience), ready(impatient, redisPatience)]);
  for (const problem of await checkDurability(patient)) log.warn(problem);

  const client = slackClient(settings.slack.botToken, settings.slack.apiUrl, slackLogger(log, 'web-api'));
  const limiter = createLimiter(patient, { prefix: settings.prefix, clock });
  const slack = createSlackWriter(client, limiter, clock);
  const people = createPeople(catalog, client, clock, (entry, error) =>
    log.warn({ entry, error: error instanceof Error ? error.message : error }, 'cannot read who this is'),
  );
  const queues = createQueues(patient, settings.prefix);
  const requestQueues = createQueues(impatient, settings.prefix);
  const metrics = createMetrics(requestQueues);
  const stops: ((redisAnswers: boolean) => Promise<unknown>)[] = [];

  const requestStore = createStore(impatient, settings.prefix, { patience, warn: (text) => log.warn(text) });

  const front =
    settings.role !== 'worker'
      ? createFront(settings, log, {
          catalog,
          clock,
          people,
          slack,
          queues: requestQueues,
          store: requestStore,
          openForm: async (trigger, view) => void (await client.views.open({ trigger_id: trigger, view })),
          log,
          count: metrics.request,
        })
      : null;

  if (settings.role !== 'web') {
    const work = startWork({
      settings,
      catalog,
      clock,
      client,
      limiter,
      slack,
      people,
      queues,
      metrics,
      log,
      redis: patient,
    });
    stops.push(async (redisAnswers) => {
      if (await atMost(patienceAtEnd.workers, work.stop(!redisAnswers))) return;
      log.warn('Some jobs did not come to an end; another worker goes on with them.');
    });
  }

  const refreshing = setInterval(() => void people.refresh(), clock.real(peopleEvery));
  void people.refresh();
  void channelProblem(catalog.slack.deployments, slack, clock.now()).then((problem) => {
    if (problem) log.warn(problem);
  });
  let isDraining = false;
  const http = createHttp({
    isDraining: () => isDraining,
    trouble: async () => ((await impatient.ping()) === 'PONG' ? null : 'Redis does not answer'),
    metrics: metrics.registry,
    slack: front?.requestListener ?? null,
    alerts:
      settings.role === 'worker' || !catalog.incidents
        ? null
        : createAlerts({
            settings: {
              secrets: { ...settings.alerts.secrets, pagerduty: settings.pagerduty.webhookSecret },
              sns: settings.alerts.sns,
            },
            catalog,
            clock,
            signingKeys: createSigningKeys(settings.alerts.sns.certificates),
            store: requestStore,
            queues: requestQueues,
            isDraining: () => isDraining,
            count: metrics.alert,
            log,
          }),
  });
  http.listen(settings.port, settings.host);
  await once(http, 'listening');
  await front?.start();
  const port = (http.address() as AddressInfo).port;
  log.info({ port, role: settings.role, mode: front?.mode ?? 'none' }, 'Pilothouse is ready');

  return {
    port,
    async stop() {
      isDraining = true;
      clearInterval(refreshing);
      const redisAnswers = await answersNow(impatient);
      const answered = atMost(patienceAtEnd.requests, front?.settled() ?? Promise.resolve());
      await Promise.all([answered.then(() => front?.stop()), ...stops.map((stop) => stop(redisAnswers))]);
      const closed = once(http, 'close');
      http.close();
      http.closeIdleConnections();
      await atMost(
        patienceAtEnd.connections,
        Promise.allSettled([closed, queues.close(), requestQueues.close()]),
      );
      http.closeAllConnections();
      patient.disconnect();
      impatient.disconnect();
    },
  };
}

/** Without Redis nothing can be finished, so nothing is waited for. */
const answersNow = (impatient: Redis): Promise<boolean> =>
  impatient.ping().then(
    () => true,
    () => false,
  );

async function main(): Promise<void> {
  try {
    const settings = readEnvironment();
    const log = createLog(settings.logLevel, secretsOf(settings));
    const server = await startServer(settings, log);
    const stop = (signal: string) => {
      log.info({ signal }, 'Pilothouse ends');
      return server.stop();
    };
    stopOnSignals(stop, (err) => log.error({ err }, 'not in good order'));
  } catch (error) {
    process.stderr.write(`${plainReason(error)}\n`);
    process.exit(1);
  }
}

/** A person reads this in a terminal: the problems, without a stack, where they are theirs to mend. */
function plainReason(error: unknown): string {
  if (error instanceof EnvironmentError) return `Pilothouse cannot start:\n${error.message}`;
  if (error instanceof CatalogError) return `The catalog has problems:\n${error.message}`;
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return `Pilothouse cannot start: ${error.message}. PILOTHOUSE_CATALOG says where the catalog is.`;
  }
  return `Pilothouse cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
