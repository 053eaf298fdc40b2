/** What keeps a deployment away just now, and how that is told: who, why, since when, until when. */
import { DateTime } from 'luxon';
import { type Block, blocksOn, holdsBack } from '../../records/block.ts';
import type { Deployment } from '../../records/deployment.ts';
import type { World } from '../deployment/world.ts';

/**
 * Only freezes where the catalog has no incidents: nobody could end the others. One call to Redis. Throws where the store
 * does not answer.
 */
export async function blocksBefore(
  d: Deployment,
  { store, clock, catalog }: Pick<World, 'store' | 'clock' | 'catalog'>,
): Promise<Block[]> {
  const standing = blocksOn(await store.blocks(), d.environment, clock.now());
  return standing.filter((b) => holdsBack(b, d) && (b.kind === 'freeze' || catalog.incidents !== undefined));
}

/** "by @ben since 24 Nov 18:00 UTC until 25 Nov 09:00 UTC". Not escaped. */
export function spanOf({ by, since, until }: Block, world: Pick<World, 'catalog'>): string {
  const parts = [
    by && `by @${by.name}`,
    `since ${localTime(since, world)}`,
    until !== null && `until ${localTime(until, world)}`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** In the zone of the catalog's business hours; gates' answers are plain words, in which Slack shows no reader's time. */
function localTime(at: number, { catalog }: Pick<World, 'catalog'>): string {
  const zone = catalog.incidents?.business_hours.zone ?? 'UTC';
  return DateTime.fromMillis(at, { zone, locale: 'en-US' }).toFormat('d LLL HH:mm ZZZZ');
}
