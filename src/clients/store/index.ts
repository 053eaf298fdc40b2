/** The store: everything that must outlive a process, in Redis, read and written through one parsed shape each. */
import type { Redis } from 'ioredis';
import { alertGroups } from './alerts.ts';
import { auditTrail } from './audit.ts';
import { decisions } from './decisions.ts';
import { deployments } from './deployments.ts';
import { homes } from './homes.ts';
import { defineIncidentScripts } from './incident-scripts.ts';
import { incidents } from './incidents.ts';
import { locks } from './locks.ts';
import { notes } from './notes.ts';
import { proofs } from './proofs.ts';
import { redisClock } from './redis-clock.ts';
import { defineScripts } from './scripts.ts';

export type Store = ReturnType<typeof createStore>;

export interface StoreOptions {
  /** Real milliseconds in which Redis must have taken a person's answer, or it does not count; null: whenever. */
  readonly patience: number | null;
  /** Told in words of what came too late. */
  readonly warn: (text: string) => void;
}

/** Redis' clock and ours drift apart, and either may be turned. */
const clockComparedEvery = 30_000;

/** `prefix` keeps several installations apart in one Redis. */
export function createStore(redis: Redis, prefix: string, options: Partial<StoreOptions> = {}) {
  defineScripts(redis);
  defineIncidentScripts(redis);
  const key = (...parts: (string | number)[]) => [prefix, ...parts].join(':');
  const clock = redisClock(() => redis.time());
  redis.on('ready', () => void clock.compare());
  if (redis.status === 'ready') void clock.compare();
  const comparing = setInterval(() => void clock.compare(), clockComparedEvery).unref();
  redis.once('end', () => clearInterval(comparing));
  const timed = { patience: null, warn: () => {}, ...options, clock };
  return {
    ...deployments(redis, key, timed),
    ...incidents(redis, key, timed),
    ...alertGroups(redis, key, timed),
    ...decisions(redis, key, timed),
    ...locks(redis, key),
    ...proofs(redis, key),
    ...auditTrail(redis, key),
    ...notes(redis, key),
    ...homes(redis, key),
  };
}

export type Key = (...parts: (string | number)[]) => string;
