/** Incident records and their inboxes: what people do is kept first, in order, and only the worker writes the record. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type Act, act } from '../../records/act.ts';
import { type Block, block } from '../../records/block.ts';
import type { AuditEntry } from '../../records/entries.ts';
import { type Incident, incident, isOver } from '../../records/incident.ts';
import { UnreadableRecord } from './deployments.ts';
import { SaveConflict, TooLate } from './errors.ts';
import type { Key, StoreOptions } from './index.ts';
import type { RedisClock } from './redis-clock.ts';
import { incidentsKept } from './retention.ts';

const requestsRemembered = 24 * 60 * 60_000;

/** A record as it is created: the store gives it its id. */
export type IncidentDraft = Omit<Incident, 'id' | 'revision' | 'schema' | 'read'>;

export function incidents(
  redis: Redis,
  key: Key,
  { clock, warn, patience }: { clock: RedisClock } & StoreOptions,
) {
  const late = (what: string, within: number) => {
    warn(`${what} reached Redis more than ${within} ms after it came in, and was refused`);
    void clock.compare();
    return new TooLate('The store took too long.');
  };
  const loadIncident = async (id: string): Promise<Incident | null> => {
    const json = await redis.hget(key('incident', id), 'json');
    return json === null ? null : parse(id, json);
  };
  const loadAll = async (ids: readonly string[]): Promise<Incident[]> => {
    const loaded = await Promise.allSettled(ids.map(loadIncident));
    return loaded.flatMap((result) => {
      if (result.status === 'fulfilled') return result.value ?? [];
      if (result.reason instanceof UnreadableRecord) return [];
      throw result.reason;
    });
  };

  return {
    /**
     * Stores a new incident under the next id. `request` names what asked for it (a command, a deployment, an alert's
     * episode), so that the same one twice gives the same incident. Nothing happens if Redis gets to it later than
     * `within` real milliseconds; null: whenever. `blocks`, with the id and the incident "@", holds from that moment on.
     */
    async createIncident(
      draft: IncidentDraft,
      request: string,
      audit: AuditEntry,
      within: number | null,
      blocks: Block | null = null,
    ): Promise<{ id: string; fresh: boolean }> {
      const record = { id: '@', schema: 1, revision: 0, read: 0, ...draft };
      const [answer, id] = await redis.pilothouseCreateIncident(
        key('incident-counter'),
        key('incident-request', request),
        key('incidents'),
        key('active-incidents'),
        key('audit'),
        key('blocks'),
        within === null ? '' : await clock.notAfter(within),
        `${key('incident')}:`,
        JSON.stringify(record),
        JSON.stringify({ ...audit, incident: '@' }),
        requestsRemembered,
        blocks ? JSON.stringify(blocks) : '',
      );
      if (answer === 'late') throw late('an incident', within ?? 0);
      return { id, fresh: answer === 'created' };
    },

    loadIncident,

    /**
     * Puts an act into the inbox. `name` is the same for the same click or event, so that one delivered twice counts
     * once. Gives false where there is no such incident. Throws TooLate where Redis gets to it later than the store's
     * patience allows; the act does not count then.
     */
    async tellIncident(id: string, name: string, what: Act): Promise<boolean> {
      const answer = await redis.pilothouseTell(
        key('inbox', id),
        key('incident', id),
        key('told', id),
        JSON.stringify(act.parse(what)),
        name,
        patience === null ? '' : await clock.notAfter(patience),
        incidentsKept,
      );
      if (answer === 'late') throw late(`an act on ${id}`, patience ?? 0);
      return answer !== 'unknown';
    },

    /** The acts from number `from` on (0 is the first). */
    async inbox(id: string, from = 0): Promise<Act[]> {
      const found = await redis.lrange(key('inbox', id), from, -1);
      return found.map((json) => act.parse(JSON.parse(json)));
    },

    /**
     * Saves over the revision that was read and gives the record with its new one; throws SaveConflict. `blocks` is what
     * the incident keeps from its environment from now on; `settled`: nothing is left to be done, so its job may end.
     */
    async saveIncident(
      record: Incident,
      { audit, blocks, settled }: { audit: readonly AuditEntry[]; blocks: Block | null; settled: boolean },
    ): Promise<Incident> {
      const saved = { ...record, revision: record.revision + 1 };
      const places = placesOf(record);
      const done = await redis.pilothouseSaveIncident(
        key('incident', record.id),
        key('active-incidents'),
        key('audit'),
        key('blocks'),
        key('incident-places'),
        record.id,
        record.revision,
        JSON.stringify(saved),
        settled ? incidentsKept : 0,
        blocks ? JSON.stringify(blocks) : '',
        places.length,
        ...places,
        ...audit.map((entry) => JSON.stringify(entry)),
      );
      if (done !== 1) throw new SaveConflict(`${record.id} was saved by somebody else.`);
      return saved;
    },

    /** Of all incidents for which something is left to be done, readable or not. */
    async activeIncidentIds(): Promise<string[]> {
      return redis.smembers(key('active-incidents'));
    },

    /** Those that are not over, oldest first. */
    async openIncidents(): Promise<Incident[]> {
      const found = await loadAll(await redis.smembers(key('active-incidents')));
      return found.filter((i) => !isOver(i)).sort((a, b) => a.declaredAt - b.declaredAt);
    },

    /** Newest first. */
    async recentIncidents(count: number): Promise<Incident[]> {
      return loadAll(await redis.zrange(key('incidents'), 0, String(count - 1), 'REV'));
    },

    /** The incident whose war room this channel is, or whose card this message (`channel:ts`) is. */
    async incidentAt(place: string): Promise<string | null> {
      return redis.hget(key('incident-places'), place);
    },

    /** Freezes, open incidents and emergencies, whether or not they have run out. */
    async blocks(): Promise<Block[]> {
      return Object.values(await redis.hgetall(key('blocks'))).map((json) => block.parse(JSON.parse(json)));
    },

    /** A freeze: there is one an environment, and a new one takes the place of the old. */
    async putBlock(frozen: Block): Promise<void> {
      await redis.hset(key('blocks'), frozen.id, JSON.stringify(frozen));
    },

    /** Gives whether there was one. */
    async removeBlock(id: string): Promise<boolean> {
      return (await redis.hdel(key('blocks'), id)) === 1;
    },

    /** Written down right before an effect is asked for: whoever tries after that looks whether it was done. */
    async begin(id: string, effect: string): Promise<void> {
      await redis.set(key('begun', id, effect), '1', 'PX', incidentsKept);
    },
    /** A digest of what one of its messages shows now. */
    async shown(id: string, place: 'card' | 'room'): Promise<string | null> {
      return redis.hget(key('shown', id), place);
    },
    async keepShown(id: string, place: 'card' | 'room', digest: string): Promise<void> {
      await redis
        .multi()
        .hset(key('shown', id), place, digest)
        .pexpire(key('shown', id), incidentsKept)
        .exec();
    },

    async hasBegun(id: string, effect: string): Promise<boolean> {
      return (await redis.exists(key('begun', id, effect))) === 1;
    },
  };
}

/** Where messages belong to this incident: its war room, and the thread under its card. */
function placesOf({ room, card }: Incident): string[] {
  return [...(room ? [room.id] : []), ...(card ? [`${card.channel}:${card.ts}`] : [])];
}

function parse(id: string, json: string): Incident {
  const stored: unknown = JSON.parse(json);
  const readable = incident.safeParse(stored);
  if (readable.success) return readable.data;
  const schema = anySchema.safeParse(stored).data?.schema;
  const [issue] = readable.error.issues;
  throw new UnreadableRecord(
    schema === undefined || schema === 1
      ? `The record of ${id} is damaged (${issue?.path.join('.')}: ${issue?.message}).`
      : `${id} was stored by another release of this bot: its record has schema ${schema}, and this release reads 1.`,
  );
}

const anySchema = z.object({ schema: z.union([z.number(), z.string()]) });
