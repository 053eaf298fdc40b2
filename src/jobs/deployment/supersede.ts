/** A rollback does not queue behind a deploy of the same services: one that waits is cancelled, one under way is turned. */
import { type Deployment, holdQuestionName, stopQuestion } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import { canBeStopped, isTouched } from './apply.ts';
import type { World } from './world.ts';

/**
 * Where a deploy already changed things and no version was named, turning it round is all that is wanted of a rollback,
 * which ends with that answer: going on would go back once more, to an even older version.
 */
export async function turnRound(d: Deployment, world: World): Promise<void> {
  if (d.wanted.version !== null) return;
  const others = await deploysInTheWay(d, world);
  const back = others.find((other) => isTouched(other) && other.step !== 'complete');
  if (!back) return;
  for (const other of others) await stop(other, d, world);
  throw goesBack(back);
}

/** Stops the deploys that a rollback is aimed at. */
export async function makeWay(d: Deployment, world: World): Promise<void> {
  for (const other of await deploysInTheWay(d, world)) await stop(other, d, world);
}

async function deploysInTheWay(d: Deployment, { store }: World): Promise<Deployment[]> {
  const active = await store.activeDeployments();
  return active.filter(
    (other) =>
      other.id !== d.id &&
      other.kind === 'deploy' &&
      !other.planOnly &&
      other.environment === d.environment &&
      other.wanted.services.some((service) => d.wanted.services.includes(service)),
  );
}

async function stop(other: Deployment, d: Deployment, { store, clock }: World): Promise<void> {
  const question = questionToStop(other);
  if (question === null) return;
  await store.decide(other.id, question, {
    by: d.requestedBy,
    at: clock.now(),
    choice: isTouched(other) ? 'roll-back' : 'cancel',
    reason: `${d.id} rolls back: ${d.reason ?? 'no reason given'}`,
  });
}

/** The question whose answer sends it back; null where it goes back already. */
function questionToStop(other: Deployment): string | null {
  if (canBeStopped(other)) return stopQuestion;
  return other.step === 'hold' && other.hold?.choices.includes('roll-back')
    ? holdQuestionName(other.hold.round)
    : null;
}

const goesBack = (other: Deployment): Refusal =>
  new Refusal(
    'already-running',
    questionToStop(other) === null
      ? `${other.id} is taking back already what it changed in ${other.environment}.`
      : `${other.id} is rolling out to ${other.environment}: it was told to stop and roll back.`,
    `Follow ${other.id}; it returns every service to what ran before.`,
  );
