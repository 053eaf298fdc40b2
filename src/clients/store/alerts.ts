/** What is known of the alerts of each service, saved over what was read: several workers hear alerts at once. */
import type { Redis, Result } from 'ioredis';
import { type AlertGroup, alertGroup } from '../../records/alert-group.ts';
import { SaveConflict, TooLate } from './errors.ts';
import type { Key, StoreOptions } from './index.ts';
import type { RedisClock } from './redis-clock.ts';

/** Milliseconds after the last alert; by then what fired and was never heard of again is no news either. */
const groupsKept = 30 * 24 * 60 * 60_000;

/**
 * KEYS group · ARGV revision read (0: none), JSON, ms to keep it, notAfter (Redis ms) or ''. Gives 'saved', 'changed' when
 * somebody else saved it, or 'late'.
 */
const save = `
if ARGV[4] ~= '' then
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[4]) then return 'late' end
end
if (redis.call('HGET', KEYS[1], 'revision') or '0') ~= ARGV[1] then return 'changed' end
redis.call('HSET', KEYS[1], 'json', ARGV[2], 'revision', ARGV[1] + 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'saved'`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    pilothouseSaveAlertGroup(...args: (string | number)[]): Result<string, Context>;
  }
}

export function alertGroups(
  redis: Redis,
  key: Key,
  { clock, warn, patience }: { clock: RedisClock } & StoreOptions,
) {
  redis.defineCommand('pilothouseSaveAlertGroup', { numberOfKeys: 1, lua: save });
  return {
    async alertGroup(name: string): Promise<AlertGroup | null> {
      const json = await redis.hget(key('alert-group', name), 'json');
      return json === null ? null : alertGroup.parse(JSON.parse(json));
    },

    /**
     * Saves over the revision that was read and gives the group with its new one; throws SaveConflict. Throws TooLate where
     * Redis gets to it later than the store's patience allows; nothing is saved then.
     */
    async saveAlertGroup(group: AlertGroup): Promise<AlertGroup> {
      const saved = { ...group, revision: group.revision + 1 };
      const done = await redis.pilothouseSaveAlertGroup(
        key('alert-group', group.name),
        group.revision,
        JSON.stringify(saved),
        groupsKept,
        patience === null ? '' : await clock.notAfter(patience),
      );
      if (done === 'late') {
        warn(`the alerts of ${group.name} reached Redis more than ${patience} ms after they came in`);
        void clock.compare();
        throw new TooLate('The store took too long.');
      }
      if (done !== 'saved')
        throw new SaveConflict(`The alerts of ${group.name} were saved by somebody else.`);
      return saved;
    },

    /** True for one worker at a time, for so many real milliseconds: others need not do the same. */
    async takeTurn(what: string, forMs: number): Promise<boolean> {
      return (await redis.set(key('alert-turn', what), '1', 'PX', forMs, 'NX')) === 'OK';
    },

    async endTurn(what: string): Promise<void> {
      await redis.del(key('alert-turn', what));
    },
  };
}
