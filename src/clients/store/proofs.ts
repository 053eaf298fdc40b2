/** Which revisions were proven healthy where: what production gets from staging, and what rollbacks return to. */
import type { Redis } from 'ioredis';
import { type Proof, proof } from '../../records/entries.ts';
import type { Key } from './index.ts';

const keptPerService = 100;

export function proofs(redis: Redis, key: Key) {
  return {
    /** May be called again with the same proof without effect. */
    async addProof(entry: Proof): Promise<void> {
      const name = key('proof', entry.environment, entry.service);
      await redis
        .multi()
        .zadd(name, entry.provenAt, JSON.stringify(entry))
        .zremrangebyrank(name, 0, -keptPerService - 1)
        .exec();
    },

    /** Newest first. */
    async proofsOf(environment: string, service: string, most = keptPerService): Promise<Proof[]> {
      const found = await redis.zrange(key('proof', environment, service), 0, String(most - 1), 'REV');
      return found.map((json) => proof.parse(JSON.parse(json)));
    },
  };
}
