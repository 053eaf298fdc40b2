/** The audit: a Redis stream that is only ever appended to, and beside it one for each deployment. */
import type { Redis } from 'ioredis';
import { type AuditEntry, auditEntry } from '../../records/entries.ts';
import type { Key } from './index.ts';
import { keptAfterEnd } from './retention.ts';

export function auditTrail(redis: Redis, key: Key) {
  return {
    async audit(entry: AuditEntry): Promise<void> {
      const { deployment } = entry;
      await redis.pilothouseAudit(
        key('audit'),
        key('deployment', deployment ?? ''),
        JSON.stringify(entry),
        deployment ?? '',
        keptAfterEnd,
      );
    },

    /**
     * Newest first; only those of one deployment if it is named, which go when its record goes. A line that cannot be
     * read (another release wrote it) says so in its place.
     */
    async auditTail(count: number, deployment?: string): Promise<AuditEntry[]> {
      const stream = deployment ? key('audit', deployment) : key('audit');
      const lines = await redis.xrevrange(stream, '+', '-', 'COUNT', count);
      return lines.map(([id, fields]) => read(fields[1] ?? '') ?? unreadable(id, deployment ?? null));
    },
  };
}

function read(json: string): AuditEntry | undefined {
  try {
    return auditEntry.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** A stream's ids begin with the time at which Redis took the line. */
const unreadable = (id: string, deployment: string | null): AuditEntry => ({
  at: Number.parseInt(id, 10),
  who: null,
  what: 'unreadable',
  deployment,
  environment: null,
  detail: `line ${id} was written by another release, or is damaged`,
  from: 'worker',
});
