/** Buttons: every one has an answer for stale, denied, double and already done. */
import { answered, noSuchDeployment } from '../jobs/deployment/answer-click.ts';
import { choiceOf, decide } from '../jobs/deployment/decide.ts';
import { readButtonValue } from '../templates/actions.ts';
import type { Message } from '../templates/message.ts';
import { clickAnswer } from '../templates/replies.ts';
import { type Asker, type Desk, fromStore, type Reply } from './desk.ts';
import { rollbackOf } from './rollback.ts';

/** Records the decision, or leaves it to a worker where the person's rights have to be read from Slack first. */
export async function click(
  action: string,
  value: string | undefined,
  asker: Asker,
  desk: Desk,
): Promise<Message> {
  const target = readButtonValue(value);
  const choice = choiceOf.get(action);
  if (!target || !choice) throw noSuchDeployment();
  const { person: by, channel } = asker;
  const { deployment, round } = target;
  return fromStore(async () => {
    const answer = await decide({ deployment, round, choice, by }, desk.people.mayCached, desk);
    if (answer.kind !== 'unknown') return answered(answer, choice, by, desk);
    const key = `click-${asker.request}`;
    if (asker.responseUrl) await desk.store.keepResponseUrl(key, asker.responseUrl);
    await desk.queues.run(key, { kind: 'click', choice, deployment, round, person: by, channel });
    return clickAnswer('working', { deployment });
  });
}

/** Opens the rollback form for what a deployment changed. */
export async function openRollback(value: string | undefined, asker: Asker, desk: Desk): Promise<Reply> {
  const target = readButtonValue(value);
  const d = target && (await fromStore(() => desk.store.load(target.deployment)));
  if (!d) throw noSuchDeployment();
  return rollbackOf(d, asker, desk);
}
