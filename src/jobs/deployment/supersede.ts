/** A rollback does not queue behind a deploy of the same services: one that waits is cancelled, one under way is turned. */
import { type Deployment, holdQuestionName, stopQuestion } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import { canBeStopped, isTouched } from './apply.ts';
import type { World } from './world.ts';

/**
 * Where a deploy already changed all the wanted services and no version was named, turning it round is all that is wanted
 * of a rollback, which ends with that answer: going on would go back once more, to an even older version.
 */
export async function turnRound(d: Deployment, world: World): Promise<Deployment[]> {
  const turned = await makeWay(d, world);
  const enough = turned.find((other) => covers(other, d));
  if (enough && d.wanted.version === null) throw goesBack(enough);
  return turned;
}

/**
 * Stops the deploys that a rollback is aimed at, and answers what is held for want of one. Gives those that return their
 * services to what ran before.
 */
export async function makeWay(d: Deployment, world: World): Promise<Deployment[]> {
  const others = await inTheWay(d, world);
  for (const other of others) await stop(other, d, world);
  return others.filter((other) => isTouched(other) && goesBackIfAsked(other));
}

/** A rollback under way is waited for; only one that is held gives way. */
async function inTheWay(d: Deployment, { store }: World): Promise<Deployment[]> {
  const active = await store.activeDeployments();
  return active.filter(
    (other) =>
      other.id !== d.id &&
      (other.kind === 'deploy' || other.step === 'hold') &&
      !other.planOnly &&
      other.environment === d.environment &&
      other.wanted.services.some((service) => d.wanted.services.includes(service)),
  );
}

async function stop(other: Deployment, d: Deployment, { store, clock }: World): Promise<void> {
  const answer = {
    by: d.requestedBy,
    at: clock.now(),
    reason: `${d.id} rolls back: ${d.reason ?? 'no reason given'}`,
  };
  if (other.step === 'hold' && other.hold) {
    // Its own way back has failed, or it is a rollback: this one takes over.
    const choice = other.kind === 'deploy' && canBeStopped(other) ? 'roll-back' : 'leave';
    await store.decide(other.id, holdQuestionName(other.hold.round), { ...answer, choice });
  } else if (canBeStopped(other)) {
    const choice = isTouched(other) ? 'roll-back' : 'cancel';
    await store.decide(other.id, stopQuestion, { ...answer, choice });
  }
}

/** It goes back already, or will when it is told to. */
const goesBackIfAsked = (other: Deployment): boolean =>
  other.kind === 'deploy' && (other.step !== 'hold' || canBeStopped(other));

const covers = (other: Deployment, d: Deployment): boolean =>
  d.wanted.services.every((service) => other.wanted.services.includes(service));

export const goesBack = (other: Deployment): Refusal =>
  new Refusal(
    'already-running',
    !canBeStopped(other)
      ? `${other.id} is taking back already what it changed in ${other.environment}.`
      : `${other.id} is rolling out to ${other.environment}: it was told to stop and roll back.`,
    `Follow ${other.id}; it returns every service to what ran before.`,
  );
