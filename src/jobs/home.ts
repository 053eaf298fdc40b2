/** The app's Home tab: drawn for whoever opens it, and again for them whenever something changed. */
import { createHash } from 'node:crypto';
import type { HomeView, KnownBlock } from '@slack/types';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import type { Clock } from '../clients/clock.ts';
import { SlackAway, SlackRefused } from '../clients/slack-errors.ts';
import { viewersKept } from '../clients/store/homes.ts';
import type { Store } from '../clients/store/index.ts';
import { drawnBlockId, homeView } from '../templates/home.ts';
import { type ReportWorld, reportHome } from './home/report.ts';
import type { Queues } from './queues.ts';

/** Throws `SlackAway` or `SlackRefused`. */
interface HomeRooms {
  home(user: string, view: HomeView): Promise<void>;
}

export interface HomeWorld extends ReportWorld {
  clock: Clock;
  store: Store;
  rooms: HomeRooms;
  queues: Pick<Queues, 'homes'>;
  log: { warn(fields: object, text: string): void };
}

/** At most one drawing a person in so many milliseconds of the clock, however much happens. */
const calm = 3_000;
/** A person's instant that is further away is found again by a later drawing, or when they open it. */
const furthest = 24 * 60 * 60_000;

/**
 * To be called after anything that Home shows was saved: a deployment's or an incident's record, a freeze, a lock. One call
 * to Redis where nobody looks; else all that happens in a few seconds becomes one drawing.
 */
export async function redrawHomes({
  store,
  queues,
  clock,
}: {
  store: Pick<Store, 'homesChanged'>;
  queues: Pick<Queues, 'homes'>;
  clock: Clock;
}): Promise<void> {
  if (!(await store.homesChanged(clock.now() - viewersKept))) return;
  await queues.homes.add(
    'changed',
    {},
    {
      ...ours,
      delay: Math.ceil(clock.real(calm)),
      deduplication: { id: 'changed', keepLastIfActive: true },
    },
  );
}

const ours: JobsOptions = {
  attempts: 1_000,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: { age: 24 * 3600, count: 1000 },
};

/** One lane a person, so that an older view never follows a newer one; whoever waits for Slack there is tried again now. */
async function show(user: string, { queues }: Pick<HomeWorld, 'queues'>): Promise<void> {
  const deduplication = { id: `show/${user}`, keepLastIfActive: true, reschedule: true };
  await queues.homes.add('show', { user }, { ...ours, deduplication });
}

/** The newest instant counts: drawing finds the next one itself. */
async function showIn(ms: number, user: string, { queues, clock }: HomeWorld): Promise<void> {
  await queues.homes.add(
    'later',
    { user },
    {
      ...ours,
      delay: Math.ceil(clock.real(Math.min(ms, furthest))),
      deduplication: { id: `later/${user}`, replace: true },
    },
  );
}

const withUser = z.strictObject({ user: z.string().min(1) });

/**
 * One job of the queue `homes`. Gives the milliseconds of the clock after which the same job is to be tried again, or null
 * when it is done. `draw` is added by `queues.redrawHome`: somebody opened the tab.
 */
export async function attendHome(name: string, data: unknown, world: HomeWorld): Promise<number | null> {
  const { store, clock } = world;
  if (name === 'changed') {
    for (const user of await store.homeViewers(clock.now() - viewersKept)) await show(user, world);
    return null;
  }
  const { user } = withUser.parse(data);
  if (name !== 'show') {
    if (name === 'draw') await store.sawHome(user, clock.now());
    await show(user, world);
    return null;
  }
  return draw(user, world);
}

async function draw(user: string, world: HomeWorld): Promise<number | null> {
  const { store, log } = world;
  try {
    await drawHome(user, world);
    return null;
  } catch (error) {
    if (error instanceof SlackAway) return error.retryIn;
    if (!(error instanceof SlackRefused)) throw error;
    log.warn({ user, err: error }, 'a Home tab that Slack does not take');
    await store.forgetHome(user);
    return null;
  }
}

/** Shows a person how things are, unless they see just that. Throws `SlackAway` or `SlackRefused`. */
async function drawHome(user: string, world: HomeWorld): Promise<void> {
  const { store, rooms, clock } = world;
  const now = clock.now();
  const { home, changesAt } = await reportHome(user, now, world);
  const view = homeView(home);
  const digest = digestOf(view);
  if ((await store.homeShown(user)) !== digest) {
    await rooms.home(user, view);
    await store.keepHomeShown(user, digest);
  }
  if (changesAt !== null) await showIn(Math.max(calm, changesAt - now), user, world);
}

/** Of all that is shown; when it was drawn does not count. */
function digestOf({ blocks }: { blocks: KnownBlock[] }): string {
  const shown = blocks.filter(({ block_id }) => block_id !== drawnBlockId);
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url');
}
