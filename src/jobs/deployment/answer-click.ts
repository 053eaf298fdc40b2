/** What follows a click that was judged. */
import type { Person } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import type { Message } from '../../templates/message.ts';
import { clickAnswer } from '../../templates/replies.ts';
import type { Queues } from '../queues.ts';
import type { Choice, ClickAnswer } from './decide.ts';
import type { World } from './world.ts';

export interface AnswerWorld extends Pick<World, 'store' | 'clock'> {
  queues: Pick<Queues, 'wake'>;
}

/** The deployment is woken, the audit told, the person answered. */
export async function answered(
  answer: ClickAnswer,
  choice: Choice,
  who: Person,
  { store, queues, clock }: AnswerWorld,
): Promise<Message> {
  if (answer.kind === 'not-found') throw noSuchDeployment();
  const { deployment } = answer;
  // A recorded decision is in the record's story soon; here only what came to nothing is written down.
  if (answer.kind === 'recorded') await queues.wake(deployment.id).catch(() => {});
  else {
    await store.audit({
      at: clock.now(),
      who,
      what: `click.${answer.kind}`,
      deployment: deployment.id,
      environment: deployment.environment,
      detail: choice,
      from: 'button',
    });
  }
  return sentence(answer);
}

function sentence(answer: Exclude<ClickAnswer, { kind: 'not-found' }>): Message {
  const { id } = answer.deployment;
  switch (answer.kind) {
    case 'recorded':
      return clickAnswer('recorded', { deployment: id, choice: answer.choice });
    case 'already-decided':
      return clickAnswer('already-decided', {
        deployment: id,
        choice: answer.first.choice,
        by: answer.first.by,
        at: answer.first.at,
      });
    case 'ended': {
      const { ending } = answer.deployment;
      return clickAnswer('ended', { deployment: id, ...(ending && { ending }) });
    }
    case 'stale':
      return clickAnswer('stale', { deployment: id });
    case 'too-late':
      return clickAnswer('denied', {
        deployment: id,
        why: 'It has begun to change services: use Stop and roll back.',
      });
    case 'own-approval':
      return clickAnswer('own-approval', { deployment: id });
    case 'denied':
      return clickAnswer('denied', {
        deployment: id,
        why: `It takes one of the ${answer.roles.join(' or ')}.`,
      });
    case 'unknown':
      return clickAnswer('denied', {
        deployment: id,
        why: 'Slack does not tell who may, so nobody may just now; try again in a minute.',
      });
  }
}

export const noSuchDeployment = (): Refusal =>
  new Refusal('no-such-deployment', 'This button leads nowhere any more.', 'Look at /ops status.');
