/** What follows a click that was judged. */
import type { Catalog } from '../../config/catalog.ts';
import { type Deployment, type Person, wasTouched } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import type { Message } from '../../templates/message.ts';
import { clickAnswer } from '../../templates/replies.ts';
import type { Queues } from '../queues.ts';
import type { Choice, ClickAnswer } from './decide.ts';
import type { World } from './world.ts';

export interface AnswerWorld extends Pick<World, 'store' | 'clock' | 'catalog'> {
  queues: Pick<Queues, 'wake'>;
}

/** The deployment is woken, the audit told, the person answered. */
export async function answered(
  answer: ClickAnswer,
  choice: Choice,
  who: Person,
  { store, queues, clock, catalog }: AnswerWorld,
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
  return sentence(answer, gone(deployment, catalog));
}

/** What keeps it from going on in either direction, whatever is decided; null while the catalog names everything. */
function gone({ environment, releases }: Deployment, catalog: Catalog): string | null {
  const lost = releases.find((r) => wasTouched(r) && !catalog.place(r.service, environment));
  if (catalog.environments.has(environment) && !lost) return null;
  const what = catalog.environments.has(environment) ? `${lost?.service} in ${environment}` : environment;
  return `The catalog no longer names ${what}; until it does, it cannot be changed from here.`;
}

function sentence(answer: Exclude<ClickAnswer, { kind: 'not-found' }>, trouble: string | null): Message {
  const { id } = answer.deployment;
  switch (answer.kind) {
    case 'recorded':
      return clickAnswer('recorded', {
        deployment: id,
        choice: answer.choice,
        ...(trouble && { why: trouble }),
      });
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
        why: [trouble, `It takes one of the ${answer.roles.join(' or ')}.`].filter(Boolean).join(' '),
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
