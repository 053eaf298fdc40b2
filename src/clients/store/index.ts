/** The store: everything that must outlive a process, in Redis, read and written through one parsed shape each. */
import type { Redis } from 'ioredis';
import { auditTrail } from './audit.ts';
import { decisions } from './decisions.ts';
import { deployments } from './deployments.ts';
import { locks } from './locks.ts';
import { notes } from './notes.ts';
import { proofs } from './proofs.ts';
import { defineScripts } from './scripts.ts';

export type Store = ReturnType<typeof createStore>;

/** `prefix` keeps several installations apart in one Redis. */
export function createStore(redis: Redis, prefix: string) {
  defineScripts(redis);
  const key = (...parts: (string | number)[]) => [prefix, ...parts].join(':');
  return {
    ...deployments(redis, key),
    ...decisions(redis, key),
    ...locks(redis, key),
    ...proofs(redis, key),
    ...auditTrail(redis, key),
    ...notes(redis, key),
  };
}

export type Key = (...parts: (string | number)[]) => string;
