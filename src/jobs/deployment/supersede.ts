/** A rollback does not queue behind a deploy of the same services: one that waits is cancelled, one under way is turned. */
import type { Deployment } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import { canBeStopped, isTouched } from './apply.ts';
import type { World } from './world.ts';

/**
 * Stops the deploys that a rollback is aimed at. Where such a deploy already changed things and no version was
 * named, turning it round is all that was wanted, and the rollback ends with that answer.
 */
export async function makeWay(d: Deployment, world: World): Promise<void> {
  for (const other of await world.store.activeDeployments()) {
    if (!isInTheWay(other, d)) continue;
    const choice = isTouched(other) ? 'roll-back' : 'cancel';
    const reason = `${d.id} rolls back: ${d.reason ?? 'no reason given'}`;
    await world.store.decide(other.id, 'stop', { by: d.requestedBy, at: world.clock.now(), choice, reason });
    if (choice === 'roll-back' && d.wanted.version === null) {
      throw new Refusal(
        'already-running',
        `${other.id} is rolling out to ${d.environment}: it was told to stop and roll back.`,
        `Follow ${other.id}; it returns every service to what ran before.`,
      );
    }
  }
}

const isInTheWay = (other: Deployment, d: Deployment): boolean =>
  other.id !== d.id &&
  other.kind === 'deploy' &&
  !other.planOnly &&
  other.environment === d.environment &&
  canBeStopped(other) &&
  other.wanted.services.some((service) => d.wanted.services.includes(service));
