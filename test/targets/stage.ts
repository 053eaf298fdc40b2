/** A simulated AWS with a target on it, for the tests of this folder: time runs fast, Redis is real. */
import { Redis } from 'ioredis';
import { type CloudOptions, type CloudService, startCloud } from '../../playground/cloud/index.ts';
import { createAws } from '../../src/clients/aws.ts';
import { clockFrom, clockText } from '../../src/clients/clock.ts';
import { createEcr } from '../../src/clients/ecr.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import type { ServicePlace } from '../../src/config/catalog.ts';
import { freshRollout, type Rollout } from '../../src/records/rollout.ts';
import { ecsTarget } from '../../src/targets/ecs.ts';
import type { Change } from '../../src/targets/target.ts';
import { testRedis } from '../support/redis.ts';

export const cluster = 'prod';
const registry = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

/** Two services, on v1.1.0 with v1.2.0 pushed. The first one of a cluster carries a sidecar. */
const twoServices = ['api', 'web'].map((service) => cloudService(service));

export function cloudService(service: string, more: Partial<CloudService> = {}): CloudService {
  return {
    cluster,
    service,
    family: `prod-${service}`,
    container: 'app',
    repository: service,
    tags: ['v1.0.0', 'v1.1.0', 'v1.2.0'],
    running: 'v1.1.0',
    ...more,
  };
}

export function placeOf(service: string, more: Partial<ServicePlace['target']> = {}): ServicePlace {
  return {
    service,
    environment: 'production',
    stage: 1,
    probes: [],
    target: {
      type: 'ecs',
      cluster,
      service,
      family: `prod-${service}`,
      container: 'app',
      image: `${registry}/${service}:{version}`,
      timeout: 15 * 60_000,
      ...more,
    },
  };
}

export interface StageOptions extends Partial<Omit<CloudOptions, 'clock'>> {
  /** How many times faster than real time it goes; default 100. */
  scale?: number;
  /** Real milliseconds until a call counts as not answered. */
  timeout?: number;
}

export type Stage = Awaited<ReturnType<typeof setStage>>;

export async function setStage({ scale = 100, timeout = 10_000, ...options }: StageOptions = {}) {
  const clock = clockFrom(clockText(new Date('2026-11-20T09:00:00Z'), scale));
  const cloud = await startCloud({ clock, services: twoServices, latencyMs: 1, ...options });
  process.env.AWS_ENDPOINT_URL = cloud.awsUrl;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'playground';
  process.env.AWS_SECRET_ACCESS_KEY = 'playground';
  const { url, prefix } = testRedis();
  const redis = new Redis(url);
  const aws = createAws({ limiter: createLimiter(redis, { prefix, clock }), timeout });
  /** As after a restart: nothing is remembered. */
  const newTarget = () => ecsTarget({ aws, ecr: createEcr({ aws }), clock });
  return {
    clock,
    cloud,
    aws,
    newTarget,
    target: newTarget(),
    stop: async () => {
      await cloud.stop();
      redis.disconnect();
    },
  };
}

export const changeTo = (
  version: string,
  service = 'api',
  more: { ref?: string | null; rollout?: Rollout; target?: Partial<ServicePlace['target']> } = {},
): Change => ({
  place: placeOf(service, more.target),
  to: { version, ref: more.ref ?? null },
  rollout: more.rollout ?? freshRollout,
});

/** One visit: what the worker saves, and what could not be told. */
export async function visit({ target }: Pick<Stage, 'target'>, changes: readonly Change[]) {
  const advanced = await target.advance(changes);
  return changes.map((change, index) => ({
    change: { ...change, rollout: advanced[index]?.rollout ?? change.rollout },
    unknown: advanced[index]?.unknown,
  }));
}

/** Visits one change until it is in a phase; fails after 30 real seconds. */
export async function until(stage: Stage, change: Change, ...phases: Rollout['phase'][]) {
  const [end] = await untilAll(stage, [change], ...phases);
  if (!end) throw new Error('nothing was visited');
  return end;
}

export async function untilAll(stage: Stage, changes: readonly Change[], ...phases: Rollout['phase'][]) {
  const unknowns = new Map<number, string[]>();
  const began = performance.now();
  for (let current = [...changes]; ; ) {
    const visited = await visit(stage, current);
    current = visited.map(({ change }) => change);
    visited.forEach(({ unknown }, index) => {
      if (unknown !== undefined) unknowns.set(index, [...(unknowns.get(index) ?? []), unknown]);
    });
    if (current.every(({ rollout }) => phases.includes(rollout.phase))) {
      return current.map((change, index) => ({
        change,
        rollout: change.rollout,
        unknowns: unknowns.get(index) ?? [],
      }));
    }
    if (performance.now() - began > 30_000) {
      throw new Error(`still ${current.map(({ rollout }) => JSON.stringify(rollout)).join(', ')}`);
    }
    await stage.clock.sleep(1_000);
  }
}

export const ended = ['done', 'failed'] as const;

/** The mutating calls that changed something, as `Operation service-or-family`. */
export const effects = ({ cloud }: Stage) =>
  cloud.writes
    .filter(({ effect }) => effect)
    .map(({ operation, service, taskDefinition }) =>
      `${operation} ${service ?? taskDefinition?.split('/').at(-1)?.split(':')[0] ?? ''}`.trim(),
    );
