/**
 * The engine turned by hand: the real steps, store and ECS target on a simulated cloud, and a clock that stands still
 * until the test turns it. One visit at a time, as a worker would make it.
 */
import { setTimeout as sleepReal } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Cloud, startCloud } from '../../playground/cloud/index.ts';
import { createAws } from '../../src/clients/aws.ts';
import type { Clock } from '../../src/clients/clock.ts';
import { createEcr } from '../../src/clients/ecr.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import type { May } from '../../src/clients/people.ts';
import { createProbe } from '../../src/clients/probe.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { createStore, type Store } from '../../src/clients/store/index.ts';
import type { Catalog } from '../../src/config/catalog.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { advance, type Stage } from '../../src/jobs/deployment/advance.ts';
import { type Choice, type ClickAnswer, decide } from '../../src/jobs/deployment/decide.ts';
import type { Deployment } from '../../src/records/deployment.ts';
import { ecsTarget } from '../../src/targets/ecs.ts';
import { testRedis } from '../support/redis.ts';
import { catalogText, estate } from '../support/world.ts';
import { ana, ben, record } from './deployment/records.ts';

export const prod = 'skillancer-prod';
export const staging = 'skillancer-staging';
export const services = ['auth-svc', 'market-svc', 'api-gateway'];

interface HandClock extends Clock {
  turn(ms: number): void;
}

/** Waits inside a call to AWS take a thousandth of their time. */
function handClock(): HandClock {
  let now = Date.UTC(2026, 10, 20, 9);
  const real = (ms: number) => Math.max(0, ms / 1000);
  return {
    now: () => now,
    real,
    sleep: async (ms, signal) => void (await sleepReal(real(ms), undefined, signal ? { signal } : {})),
    turn: (ms) => {
      now += ms;
    },
  };
}

type Request = Pick<Deployment, 'kind' | 'environment'> & Partial<Deployment> & { version?: string };

export interface ByHand {
  clock: HandClock;
  cloud: Cloud;
  catalog: Catalog;
  redis: Redis;
  prefix: string;
  store: Store;
  /** What `ana` and everybody else may do; 'yes' unless it is set. */
  rights: { answer: May };
  /** How services are looked at from outside: over HTTP, unless a test says otherwise. */
  probing: Stage['probe'];
  /** Takes an environment out of the catalog. */
  forget(environment: string): void;
  /** Incidents that were woken. */
  woken: string[];
  /** Done with the record before each step, and once it has ended. */
  beforeStep(d: Deployment): Promise<void> | void;
  /** A worker of its own: it remembers nothing of what the others saw. */
  worker(): Stage;
  ask(request: Request): Promise<string>;
  record(id: string): Promise<Deployment>;
  /** One visit, by a worker that remembers nothing. */
  visit(id: string): Promise<number | null>;
  /** Visits, each when the one before asked for it, until the record is so; gives it. */
  until(id: string, isSo: (d: Deployment) => boolean): Promise<Deployment>;
  untilIn(id: string, step: Deployment['step']): Promise<Deployment>;
  /** Visits until it has ended, and approves where it is asked; gives how it ended. */
  end(id: string): Promise<Deployment>;
  click(id: string, choice: Choice, by?: { id: string; name: string }): Promise<ClickAnswer>;
  /** The changes that had an effect, as `Operation service-or-family`. */
  effects(): string[];
  versions(cluster: string): (string | null)[];
  stop(): Promise<void>;
}

export async function byHand(text: (text: string) => string = (t) => t): Promise<ByHand> {
  const clock = handClock();
  const cloud = await startCloud({
    clock,
    services: estate(),
    latencyMs: 0,
    quotas: false,
    rolloutMs: 10_000,
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.awsUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-test',
  });
  const { url, prefix } = testRedis();
  const redis = workerConnection(url, { onError: () => {} });
  const store = createStore(redis, prefix);
  const loaded = loadCatalog(text(catalogText(cloud)), 'pilothouse.yml');
  const environments = new Map(loaded.environments);
  const catalog: Catalog = { ...loaded, environments };
  const aws = createAws({ limiter: createLimiter(redis, { prefix, clock }), timeout: 1_000 });
  const rights: ByHand['rights'] = { answer: 'yes' };
  let requests = 0;

  const worker = (): Stage => ({
    clock,
    catalog,
    store,
    people: {
      mayCached: () => rights.answer,
      may: async () => rights.answer,
      idsOf: async () => [],
      nameOf: async (id) => id,
      mentions: () => [],
      refresh: async () => {},
    },
    target: ecsTarget({ aws, ecr: createEcr({ aws }), clock }),
    probe: (probe) => hand.probing(probe),
    queues: { wakeIncident: async (id) => void hand.woken.push(id) },
    show: async (d) => hand.beforeStep(d),
    ended: () => {},
    trouble: () => {},
  });
  const load = async (id: string) => {
    const d = await store.load(id);
    if (!d) throw new Error(`there is no ${id}`);
    return d;
  };
  const click: ByHand['click'] = (id, choice, by = ben) =>
    load(id).then((d) => {
      const round = (choice.startsWith('hold') ? d.hold?.round : d.approval?.round) ?? 0;
      return decide({ deployment: id, round, choice, by }, async () => rights.answer, {
        clock,
        catalog,
        store,
      });
    });

  const hand: ByHand = {
    clock,
    cloud,
    catalog,
    redis,
    prefix,
    store,
    rights,
    woken: [],
    beforeStep: () => {},
    probing: createProbe(clock),
    forget: (environment) => void environments.delete(environment),
    worker,
    record: load,
    click,
    ask: async ({ version = null, ...request }) => {
      const now = clock.now();
      const wanted = request.wanted ?? { services, version };
      const {
        id: _,
        revision: _r,
        schema: _s,
        ...draft
      } = record({
        step: 'preflight',
        releases: [],
        requestedAt: now,
        stepSince: now,
        notBefore: now,
        story: [{ at: now, event: 'requested', service: null, by: ana, detail: null, evidence: [] }],
        ...request,
        wanted,
      });
      const audit = {
        at: now,
        who: ana,
        what: 'deploy.requested',
        deployment: null,
        environment: draft.environment,
      };
      const { id } = await store.createDeployment(
        draft,
        `request-${++requests}`,
        { ...audit, detail: null, from: 'command' },
        60_000,
      );
      return id;
    },
    visit: (id) => advance(id, worker()),
    until: async (id, isSo) => {
      for (let visits = 0; visits < 2_000; visits++) {
        const again = await hand.visit(id);
        const d = await load(id);
        if (isSo(d)) return d;
        if (again === null)
          throw new Error(`${id} ended before: ${d.ending}, ${d.problem?.summary ?? d.refusal?.message}`);
        clock.turn(Math.max(1, again - clock.now()));
      }
      throw new Error(`still not so: ${JSON.stringify(await load(id), null, 1)}`);
    },
    untilIn: (id, step) => hand.until(id, (d) => d.step === step),
    end: async (id) => {
      const d = await hand.until(id, ({ step }) => step === 'approval' || step === 'ended');
      if (d.step === 'ended') return d;
      await click(id, 'approve');
      return hand.untilIn(id, 'ended');
    },
    effects: () =>
      cloud.writes
        .filter(({ effect }) => effect)
        .map(
          ({ operation, service, taskDefinition }) =>
            `${operation} ${service ?? taskDefinition?.split('/').at(-1)?.split(':')[0] ?? ''}`,
        ),
    versions: (cluster) => services.map((service) => cloud.running(cluster, service).version),
    stop: async () => {
      await cloud.stop();
      redis.disconnect();
    },
  };
  return hand;
}
