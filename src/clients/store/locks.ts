/** One deployment at a time changes an environment: a lock that names its owner and goes with the owner's end. */
import type { Redis } from 'ioredis';
import type { Key } from './index.ts';

export interface LockHolder {
  deployment: string;
  since: number;
}

export function locks(redis: Redis, key: Key) {
  return {
    /** Gives the owner after the call: this deployment if it took or has the lock. */
    async takeLock(environment: string, id: string, now: number): Promise<string> {
      return redis.pilothouseTakeLock(key('lock', environment), id, now, `${key('deployment')}:`);
    },

    async lockHolder(environment: string): Promise<LockHolder | null> {
      const { deployment, since } = await redis.hgetall(key('lock', environment));
      return deployment ? { deployment, since: Number(since) } : null;
    },
  };
}
