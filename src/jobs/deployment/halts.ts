/** Emergencies hold work in flight at its next step, forward or back, whoever or whatever caused it. */
import { isHalt } from '../../records/block.ts';
import { type Deployment, mayHoldLock, type Person } from '../../records/deployment.ts';
import { blocksBefore } from '../gates/blocks.ts';
import { haltWords, maySwitch } from '../gates/no-emergency.ts';
import type { Outcome } from './outcome.ts';
import type { World } from './world.ts';

/**
 * Why the next step must not be taken; that it may again; null: no emergency, or a step that changes nothing (before the
 * claim, whose gates answer for themselves, and while a person is asked). At most one call to Redis; throws where it
 * cannot be told.
 */
export async function haltOn(d: Deployment, world: World): Promise<Outcome | null> {
  if (!isInFlight(d) || !world.catalog.incidents)
    return d.halted && isInFlight(d) ? { kind: 'resume' } : null;
  for (const b of (await blocksBefore(d, world)).filter(isHalt)) {
    if (b.incident === null || (b.kind === 'security' && (await isSwitching(d, world)))) continue;
    return { kind: 'halt', by: { incident: b.incident, why: haltWords(b) } };
  }
  return d.halted ? { kind: 'resume' } : null;
}

const isInFlight = (d: Deployment): boolean => mayHoldLock(d) && d.step !== 'claim' && d.step !== 'hold';

/** Going back to a clean revision, and it was a person who may do so that wanted it; never by itself. */
async function isSwitching(d: Deployment, world: World): Promise<boolean> {
  const by = wantsItBack(d);
  return by !== null && maySwitch(by, world);
}

function wantsItBack(d: Deployment): Person | null {
  if (d.kind === 'rollback') return d.requestedBy;
  if (d.step !== 'rollback' && d.step !== 'verify-rollback') return null;
  return (
    d.story.findLast(({ event, by }) => by !== null && (event === 'answered' || event === 'stop-asked'))
      ?.by ?? null
  );
}
