/** Deployment records: created once for each request, saved only over the revision that was read. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type Deployment, deployment, isEnded, mayHoldLock, stopQuestion } from '../../records/deployment.ts';
import type { AuditEntry } from '../../records/entries.ts';
import { Refusal } from '../../records/refusal.ts';
import { SaveConflict, TooLate } from './errors.ts';
import type { Key, StoreOptions } from './index.ts';
import { responseUrlLives } from './notes.ts';
import type { RedisClock } from './redis-clock.ts';
import { keptFor } from './retention.ts';

/**
 * The record was written by another release of the bot, or is damaged. Nothing can be done with it but to leave it, its
 * job and its lock as they are for a release that reads it.
 */
export class UnreadableRecord extends Refusal {
  constructor(message: string) {
    super('unreadable', message, 'Nothing is done with it until a release of the bot runs that reads it.');
  }
}

const requestsRemembered = 10 * 60_000;

export function deployments(
  redis: Redis,
  key: Key,
  { clock, warn }: { clock: RedisClock } & Pick<StoreOptions, 'warn'>,
) {
  const load = async (id: string): Promise<Deployment | null> => {
    const json = await redis.hget(key('deployment', id), 'json');
    return json === null ? null : parse(id, json);
  };
  const loadReadable = async (ids: string[]): Promise<Deployment[]> => {
    const loaded = await Promise.allSettled(ids.map(load));
    return loaded.flatMap((result) => {
      if (result.status === 'fulfilled') return result.value ?? [];
      if (result.reason instanceof UnreadableRecord) return [];
      throw result.reason;
    });
  };

  return {
    /**
     * Stores a new deployment under the next id. `request` names the click or command, so that the same one
     * delivered twice gives the same deployment. Nothing happens if Redis gets to it later than `within` real ms.
     * The response URL is kept as `keepResponseUrl` would.
     */
    async createDeployment(
      draft: Omit<Deployment, 'id' | 'revision' | 'schema'>,
      request: string,
      audit: AuditEntry,
      within: number,
      responseUrl: string | null = null,
    ): Promise<{ id: string; fresh: boolean }> {
      const record = { id: '@', schema: 1, revision: 0, ...draft };
      const [answer, id] = await redis.pilothouseCreate(
        key('counter'),
        key('request', request),
        key('deployments'),
        key('active'),
        key('audit'),
        await clock.notAfter(within),
        `${key('deployment')}:`,
        JSON.stringify(record),
        JSON.stringify({ ...audit, deployment: '@' }),
        requestsRemembered,
        responseUrl ?? '',
        `${key('answer-to')}:`,
        responseUrlLives,
      );
      if (answer === 'late') {
        warn(`a request reached Redis more than ${within} ms after it came in, and was refused`);
        // If it was our idea of Redis' clock that was wrong, the next request must not find it so.
        void clock.compare();
        throw new TooLate('The store took too long.');
      }
      return { id, fresh: answer === 'created' };
    },

    load,

    /** The deployment that a request became, or null. */
    async requested(request: string): Promise<string | null> {
      return redis.get(key('request', request));
    },

    /** Saves over the revision that was read and gives the record with its new one; throws SaveConflict. */
    async save(d: Deployment, audit: readonly AuditEntry[]): Promise<Deployment> {
      const saved = { ...d, revision: d.revision + 1 };
      const done = await redis.pilothouseSave(
        key('deployment', d.id),
        key('lock', d.environment),
        key('active'),
        key('audit'),
        key('screen', d.id),
        key('deployments'),
        key('expiring'),
        key('decision', d.id, stopQuestion),
        d.id,
        d.revision,
        JSON.stringify(saved),
        keptFor(d),
        mayHoldLock(d) ? 0 : 1,
        wouldDisregardStop(d) ? 1 : 0,
        ...audit.map((entry) => JSON.stringify(entry)),
      );
      if (done !== 1)
        throw new SaveConflict(`${d.id} was saved or stopped by somebody else after revision ${d.revision}.`);
      return saved;
    },

    /** The ids of all deployments that have not ended, readable or not. */
    async activeIds(): Promise<string[]> {
      return redis.smembers(key('active'));
    },

    /** All deployments that have not ended, oldest first, without those that this release can't read. */
    async activeDeployments(): Promise<Deployment[]> {
      const found = await loadReadable(await redis.smembers(key('active')));
      return found.filter((d) => !isEnded(d)).sort((a, b) => a.requestedAt - b.requestedAt);
    },

    /** The newest deployments, newest first, without those that this release can't read. */
    async recentDeployments(count: number): Promise<Deployment[]> {
      return loadReadable(await redis.zrange(key('deployments'), 0, String(count - 1), 'REV'));
    },
  };
}

function parse(id: string, json: string): Deployment {
  const stored: unknown = JSON.parse(json);
  const readable = deployment.safeParse(stored);
  if (readable.success) return readable.data;
  const schema = anySchema.safeParse(stored).data?.schema;
  const [issue] = readable.error.issues;
  throw new UnreadableRecord(
    schema === undefined || schema === ourSchema
      ? `The record of ${id} is damaged (${issue?.path.join('.')}: ${issue?.message}).`
      : `${id} was stored by another release of this bot: its record has schema ${schema}, and this release reads ${ourSchema}.`,
  );
}

const ourSchema = deployment.shape.schema.value;
const anySchema = z.object({ schema: z.union([z.number(), z.string()]) });

/** An end with which a stop that came in the last moment would be lost, though it could still be heeded. */
const wouldDisregardStop = ({ ending, stoppedBy, hold }: Deployment): boolean =>
  stoppedBy === null &&
  (ending === 'succeeded' || (ending === 'left' && (hold?.choices.includes('roll-back') ?? false)));
