/** Waits for a person's answer, with a clock and a default (leave things as they are). */
import { type Deployment, holdQuestionName } from '../../../records/deployment.ts';
import { type Outcome, wait } from '../outcome.ts';
import type { World } from '../world.ts';

const poll = 2_000;

export async function hold(d: Deployment, { store, clock }: World): Promise<Outcome> {
  if (!d.hold) throw new Error('a held deployment without a question');
  const [decision] = await store.answersTo(d.id, holdQuestionName(d.hold.round));
  if (decision) return { kind: 'answer', decision };
  const left = d.hold.deadline - clock.now();
  return left > 0 ? wait(Math.min(poll, left)) : { kind: 'answer', decision: null };
}
