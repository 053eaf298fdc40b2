/** The audit: a Redis stream that is only ever appended to. */
import type { Redis } from 'ioredis';
import { type AuditEntry, auditEntry } from '../../records/entries.ts';
import type { Key } from './index.ts';

export function auditTrail(redis: Redis, key: Key) {
  return {
    async audit(entry: AuditEntry): Promise<void> {
      await redis.xadd(key('audit'), '*', 'entry', JSON.stringify(entry));
    },

    /** Newest first; only those of one deployment if it is named, looked for among the newest 10,000. */
    async auditTail(count: number, deployment?: string): Promise<AuditEntry[]> {
      const lines = await redis.xrevrange(key('audit'), '+', '-', 'COUNT', deployment ? 10_000 : count);
      return lines
        .map(([, fields]) => auditEntry.parse(JSON.parse(fields[1] ?? '')))
        .filter((entry) => !deployment || entry.deployment === deployment)
        .slice(0, count);
    },
  };
}
