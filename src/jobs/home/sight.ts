/** What all viewers of the Home tab see alike, looked up once for many of them. */

import { UnreadableRecord } from '../../clients/store/deployments.ts';
import type { LockHolder } from '../../clients/store/locks.ts';
import type { Block } from '../../records/block.ts';
import type { Deployment } from '../../records/deployment.ts';
import type { Incident } from '../../records/incident.ts';
import type { StatusReport } from '../../templates/status.ts';
import type { World } from '../deployment/world.ts';
import { reportStatus } from '../status.ts';

/** Milliseconds of the clock in which what runs is asked for once: each look at ECS uses up quotas of the account. */
export const lookEvery = 30_000;
/** A change that was told of is seen at once; one that was not (a process that died), after so many milliseconds. */
const happeningsLast = 5_000;
/** Addresses of messages never change; so many are kept. */
const mostLinks = 1_000;

export interface Happenings {
  /** `homesVersion` before they were read. */
  version: string;
  /** Under way, oldest first. */
  deployments: readonly Deployment[];
  /** For which something is left to be done: open ones, and those with follow-ups. */
  incidents: readonly Incident[];
  blocks: readonly Block[];
  locks: ReadonlyMap<string, LockHolder>;
}

export interface Looked {
  at: number;
  /** `homesVersion` before the look: with another one since, something else may run. */
  version: string;
  environments: StatusReport['environments'];
}

export interface Sight {
  /** From the store, never older than what was told by `homesChanged` before this call. */
  happenings(): Promise<Happenings>;
  /** What runs, as it was looked at within the last `lookEvery`. */
  looked(): Promise<Looked>;
  /** Where Slack shows a message; null where that cannot be told just now. */
  linkOf(message: { channel: string; ts: string } | null): Promise<string | null>;
}

/** One a process. */
export function createSight(
  world: Pick<World, 'clock' | 'catalog' | 'store' | 'target'> & {
    permalink: (channel: string, ts: string) => Promise<string>;
  },
): Sight {
  const { clock, store, permalink } = world;
  const happenings = remembered<Happenings>();
  const looked = remembered<Looked>();
  const links = new Map<string, string>();

  return {
    async happenings() {
      const version = await store.homesVersion();
      return happenings(version, clock.now(), happeningsLast, () => happeningsNow(version, world));
    },

    looked: () =>
      looked('', clock.now(), lookEvery, async () => {
        const version = await store.homesVersion();
        const { at, environments } = await reportStatus(world);
        return { at, version, environments };
      }),

    async linkOf(message) {
      if (!message) return null;
      const { channel, ts } = message;
      const known = links.get(`${channel}:${ts}`);
      if (known !== undefined) return known;
      // A view without a link is better than none.
      const link = await permalink(channel, ts).catch(() => null);
      if (link !== null) {
        if (links.size >= mostLinks) links.clear();
        links.set(`${channel}:${ts}`, link);
      }
      return link;
    },
  };
}

/** The answer of `find` for the same version, for so many milliseconds after it was asked for; a failure is forgotten. */
function remembered<T>() {
  let last: { version: string; at: number; answer: Promise<T> } | null = null;
  return (version: string, now: number, lasts: number, find: () => Promise<T>): Promise<T> => {
    if (last && last.version === version && now - last.at < lasts) return last.answer;
    const asked = { version, at: now, answer: find() };
    last = asked;
    asked.answer.catch(() => {
      if (last === asked) last = null;
    });
    return asked.answer;
  };
}

async function happeningsNow(
  version: string,
  { catalog, store }: Pick<World, 'catalog' | 'store'>,
): Promise<Happenings> {
  const names = [...catalog.environments.keys()];
  const [deployments, incidents, blocks, locks] = await Promise.all([
    store.activeDeployments(),
    catalog.incidents ? unsettledIncidents({ store }) : [],
    store.blocks(),
    Promise.all(names.map(async (name) => [name, await store.lockHolder(name)] as const)),
  ]);
  return {
    version,
    deployments: deployments.filter((d) => !d.planOnly),
    incidents,
    blocks,
    locks: new Map(locks.flatMap(([name, holder]) => (holder ? [[name, holder] as const] : []))),
  };
}

/** An incident counts as unsettled until its last follow-up is done, so none is too old to be found here. */
async function unsettledIncidents({ store }: Pick<World, 'store'>): Promise<Incident[]> {
  const loaded = await Promise.all(
    (await store.activeIncidentIds()).map((id) =>
      store.loadIncident(id).catch((error: unknown) => {
        if (error instanceof UnreadableRecord) return null;
        throw error;
      }),
    ),
  );
  return loaded.flatMap((i) => i ?? []).sort((a, b) => a.declaredAt - b.declaredAt);
}
