/** What is known of the alerts of each service, saved over what was read: several workers hear alerts at once. */
import type { Redis, Result } from 'ioredis';
import { type AlertGroup, alertGroup } from '../../records/alert-group.ts';
import { SaveConflict } from './errors.ts';
import type { Key } from './index.ts';

/** Milliseconds after the last alert; by then what fired and was never heard of again is no news either. */
const groupsKept = 30 * 24 * 60 * 60_000;

/** KEYS group · ARGV revision read (0: none), JSON, ms to keep it. Gives 1, or 0 when somebody else saved it. */
const save = `
if (redis.call('HGET', KEYS[1], 'revision') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'json', ARGV[2], 'revision', ARGV[1] + 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    pilothouseSaveAlertGroup(...args: (string | number)[]): Result<number, Context>;
  }
}

export function alertGroups(redis: Redis, key: Key) {
  redis.defineCommand('pilothouseSaveAlertGroup', { numberOfKeys: 1, lua: save });
  return {
    async alertGroup(name: string): Promise<AlertGroup | null> {
      const json = await redis.hget(key('alert-group', name), 'json');
      return json === null ? null : alertGroup.parse(JSON.parse(json));
    },

    /** Saves over the revision that was read and gives the group with its new one; throws SaveConflict. */
    async saveAlertGroup(group: AlertGroup): Promise<AlertGroup> {
      const saved = { ...group, revision: group.revision + 1 };
      const done = await redis.pilothouseSaveAlertGroup(
        key('alert-group', group.name),
        group.revision,
        JSON.stringify(saved),
        groupsKept,
      );
      if (done !== 1) throw new SaveConflict(`The alerts of ${group.name} were saved by somebody else.`);
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
