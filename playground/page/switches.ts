/** What can be broken from the page, and what is broken now. */
import { z } from 'zod';
import type { Stage } from '../stage.ts';

const faults = [
  'fine',
  'crash-at-start',
  'fails-health-check',
  'crash-loop',
  'cannot-pull',
  'unhealthy',
  'unhealthy-later',
  'slow',
  'flaky',
] as const;
const place = { cluster: z.string(), service: z.string() };

export const breakage = z.discriminatedUnion('what', [
  /** `service` is one of the catalog's, or `all`. */
  z.object({ what: z.literal('version'), service: z.string(), version: z.string(), how: z.enum(faults) }),
  z.object({
    what: z.literal('push'),
    version: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'expected a tag such as v1.6.0'),
  }),
  z.object({ what: z.literal('site'), cluster: z.string(), how: z.enum(['fine', 'down', 'timeout']) }),
  z.object({
    what: z.literal('api'),
    operation: z.string(),
    how: z.enum(['throttle', 'html500', 'hang', 'loseAnswer']),
    times: z.int().min(1).max(1000),
  }),
  z.object({ what: z.literal('supersede'), ...place, version: z.string() }),
  z.object({ what: z.literal('scale-to-zero'), ...place }),
  z.object({ what: z.literal('breaker'), ...place, how: z.enum(['off', 'on', 'rollback']) }),
  z.object({ what: z.literal('slack'), how: z.enum(['fine', '503', 'refuse', 'hang']) }),
  z.object({ what: z.literal('blocks'), refused: z.boolean() }),
  z.object({ what: z.literal('groups'), forgotten: z.boolean() }),
  z.object({ what: z.literal('bot'), name: z.string(), how: z.enum(['SIGKILL', 'SIGTERM', 'restart']) }),
]);
export type Breakage = z.infer<typeof breakage>;

/** Blocks that a Slack of last year would not know. */
const newerBlocks = ['plan', 'task_card', 'table', 'alert', 'card', 'container'];

export interface Switches {
  /** What the simulators do not tell by themselves. */
  readonly state: {
    slack: Extract<Breakage, { what: 'slack' }>['how'];
    /** Whether the newer blocks are refused. */
    blocks: boolean;
    /** Whether user groups are forgotten. */
    groups: boolean;
    /** By cluster. */
    sites: Record<string, Extract<Breakage, { what: 'site' }>['how']>;
  };
  /** Throws an Error in words where there is nothing of that name. */
  set(breakage: Breakage): Promise<void>;
}

export function createSwitches({ slack, cloud, estate, bots }: Stage): Switches {
  const state: Switches['state'] = { slack: 'fine', blocks: false, groups: false, sites: {} };
  const repositories = (service: string) =>
    (service === 'all' ? estate.catalog.services : [service]).map(estate.repository);

  const set = async (change: Breakage) => {
    switch (change.what) {
      case 'version':
        for (const name of repositories(change.service))
          cloud.break.version(name, change.version, change.how);
        return;
      case 'push':
        for (const name of repositories('all')) cloud.push(name, change.version);
        return;
      case 'site':
        state.sites[change.cluster] = change.how;
        return cloud.break.site(change.cluster, change.how);
      case 'api':
        return cloud.break[change.how](change.operation, change.times);
      case 'supersede':
        return cloud.break.supersede(change.cluster, change.service, change.version);
      case 'scale-to-zero':
        return cloud.break.scaleToZero(change.cluster, change.service);
      case 'breaker':
        return cloud.break.breaker(change.cluster, change.service, change.how);
      case 'slack':
        state.slack = change.how;
        return change.how === 'fine' ? slack.fail.outage(false) : slack.fail.outage(true, change.how);
      case 'blocks':
        state.blocks = change.refused;
        return slack.fail.refuseBlocks(change.refused ? newerBlocks : []);
      case 'groups':
        state.groups = change.forgotten;
        return slack.fail.forgetGroups(change.forgotten);
      case 'bot': {
        const bot = bots.find(({ name }) => name === change.name);
        if (!bot) throw new Error(`There is no bot called ${change.name}`);
        return change.how === 'restart' ? bot.restart() : bot.kill(change.how);
      }
    }
  };
  return { state, set };
}
