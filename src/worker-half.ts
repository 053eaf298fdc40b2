/** The half of the process that works: targets, outside services, workers, and the sweep. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createAlb } from './clients/alb.ts';
import { createAws } from './clients/aws.ts';
import type { Clock } from './clients/clock.ts';
import { createEcr } from './clients/ecr.ts';
import { createGitHubIssues } from './clients/github-issues.ts';
import type { Limiter } from './clients/limiter.ts';
import { createPagerDuty } from './clients/pagerduty.ts';
import type { People } from './clients/people.ts';
import { createProbe } from './clients/probe.ts';
import type { SlackWriter } from './clients/slack.ts';
import { createRoomClaims, createSlackRooms } from './clients/slack-rooms.ts';
import { createStatuspage } from './clients/statuspage.ts';
import { createStore } from './clients/store/index.ts';
import type { Catalog } from './config/catalog.ts';
import type { ProcessSettings } from './config/environment.ts';
import { createIncidentMetrics } from './incident-metrics.ts';
import { createSight } from './jobs/home/sight.ts';
import { redrawHomes } from './jobs/home.ts';
import type { Queues } from './jobs/queues.ts';
import { keepSweeping, sweep } from './jobs/sweep.ts';
import { startWorkers } from './jobs/workers.ts';
import type { createMetrics } from './metrics.ts';
import type { Incident } from './records/incident.ts';
import { ecsTarget } from './targets/ecs.ts';

export interface WorkSettings {
  settings: ProcessSettings;
  catalog: Catalog;
  clock: Clock;
  /** Slack's Web API. */
  client: WebClient;
  limiter: Limiter;
  slack: SlackWriter;
  people: People;
  queues: Queues;
  metrics: ReturnType<typeof createMetrics>;
  log: Logger;
  /** A connection that waits for Redis as long as it takes. */
  redis: Redis;
}

/** Real milliseconds between two sweeps. */
const sweepEvery = 5_000;

export function startWork({ settings, metrics, log, redis, client, ...given }: WorkSettings) {
  const { catalog, clock, limiter, queues } = given;
  const store = createStore(redis, settings.prefix);
  const aws = createAws({ limiter });
  const shared = {
    ...given,
    store,
    rooms: createSlackRooms(client, limiter, createRoomClaims(redis, settings.prefix)),
    target: ecsTarget({ aws, ecr: createEcr({ aws }), clock }),
    probe: createProbe(clock),
  };
  const incidentMetrics = createIncidentMetrics(metrics.registry);
  /** Homes only show: their troubles are no reason to hold up what they show. */
  const showHomes = () =>
    redrawHomes(shared).catch((err: unknown) => log.warn({ err }, 'Home could not be drawn anew'));
  const workers = startWorkers(
    redis,
    settings.prefix,
    {
      ...shared,
      incidents: catalog.incidents
        ? {
            ...shared,
            ...outsideOf(settings, limiter, clock),
            alb: createAlb({ aws }),
            showIncident: async (after: Incident, before: Incident) => {
              incidentMetrics.changed(before, after);
              await queues.redrawIncident(after.id);
              await showHomes();
            },
          }
        : null,
      permalink: (channel, ts) => soon(shared.rooms.permalink(channel, ts)),
      showHomes,
      home: { ...shared, log, sight: createSight({ ...shared, permalink: shared.rooms.permalink }) },
      show: async ({ id }) => {
        await queues.redraw(id);
        await showHomes();
      },
      ended: metrics.ended,
      trouble: ({ id, step }, err) => log.warn({ deployment: id, step, err }, 'a step could not tell'),
    },
    log,
  );
  const sweeping = keepSweeping(
    async () => {
      await sweep(store, queues);
      if (catalog.incidents) incidentMetrics.open(await store.openIncidents());
    },
    sweepEvery,
    (err) => log.warn({ err }, 'the sweep failed'),
  );
  return {
    /** Finishes what is under way, unless `atOnce`: somebody else goes on with it then. */
    stop: async (atOnce: boolean): Promise<void> => {
      sweeping.stop();
      await workers.close(atOnce);
    },
  };
}

/** A link is worth two seconds, and never a failure. */
const soon = (link: Promise<string>): Promise<string | null> =>
  Promise.race([link.catch(() => null), sleep(2_000, null, { ref: false })]);

/** What the environment names no token for is not there; the catalog's other ways are taken then. */
function outsideOf({ pagerduty, statuspage, github }: ProcessSettings, limiter: Limiter, clock: Clock) {
  return {
    pagerduty: pagerduty.routingKey || pagerduty.token ? createPagerDuty(pagerduty, clock) : null,
    statuspage: statuspage.token
      ? createStatuspage({ token: statuspage.token, apiUrl: statuspage.apiUrl }, { clock, limiter })
      : null,
    github: github.token ? createGitHubIssues({ token: github.token, apiUrl: github.apiUrl }, clock) : null,
  };
}
