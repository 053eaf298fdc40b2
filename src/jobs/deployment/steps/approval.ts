/** Waits for people's decisions; holds nothing meanwhile. */
import { approvalQuestion, type Deployment } from '../../../records/deployment.ts';
import { end, go, type Outcome, wait } from '../outcome.ts';
import { environmentOf, type World } from '../world.ts';

/** A click wakes the job at once; this look is the net for a wake-up that was lost. */
const poll = 2_000;

export async function approval(d: Deployment, world: World): Promise<Outcome> {
  if (!d.approval) throw new Error('an approval that nobody was asked for');
  // Nobody can be asked for an environment that is gone.
  environmentOf(d, world);
  const { round, required, deadline, approvedBy: known } = d.approval;
  const given = await world.store.answersTo(d.id, approvalQuestion(round));
  // Nobody may have looked when the time was up: what was said later came too late all the same.
  const answers = given.filter(({ at }) => at <= deadline);
  const rejected = answers.find((answer) => answer.choice !== 'approve');
  if (rejected) return end('rejected', {}, { event: 'rejected', by: rejected.by, detail: rejected.reason });
  const approvedBy = answers.map((answer) => answer.by);
  const news = approvedBy.slice(known.length).map((by) => ({ event: 'approved', by }) as const);
  const now = world.clock.now();
  if (approvedBy.length >= required) {
    return go('claim', { approval: { ...d.approval, approvedBy, approvedAt: now } }, ...news);
  }
  if (now >= deadline) return end('expired', {}, { event: 'expired' });
  const ms = Math.min(poll, deadline - now);
  return wait(ms, news.length > 0 ? { approval: { ...d.approval, approvedBy } } : {}, ...news);
}
