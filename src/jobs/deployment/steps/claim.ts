/** The end of preflight: rights and gates once more, then the environment's lock. */
import type { Deployment } from '../../../records/deployment.ts';
import { askGates, recorded } from '../../gates/gate.ts';
import { gatesAtClaim } from '../../gates/index.ts';
import { end, fail, go, type Outcome, type Told, wait } from '../outcome.ts';
import { mayStart } from '../rights.ts';
import { turnRound } from '../supersede.ts';
import { environmentOf, type World } from '../world.ts';

const poll = 2_000;

export async function claim(d: Deployment, world: World): Promise<Outcome> {
  await mayStart(d, world);
  const answers = await askGates(gatesAtClaim, d, world);
  const blocking = answers.find((answer) => answer.answer === 'no');
  if (blocking) {
    return fail(
      { summary: `${blocking.because}`, service: null, evidence: [] },
      {},
      { event: 'plan-changed', detail: blocking.hint },
    );
  }
  if (answers.some((answer) => answer.answer === 'unknown')) {
    const unknown = answers.filter(({ answer }) => answer === 'unknown');
    return { kind: 'unknown', why: unknown.map((answer) => answer.because).join(', ') };
  }
  if (d.kind === 'rollback') {
    await turnRound(d, world);
  }
  const now = world.clock.now();
  const owner = await world.store.takeLock(d.environment, d.id, now);
  const gates = d.gates.map((old) => answers.map(recorded).find((a) => a.gate === old.gate) ?? old);
  if (owner !== d.id) return waitForLock(d, owner, world);
  return go('backup', { gates, startedAt: d.startedAt ?? now }, { event: 'started', detail: purposeOf(d) });
}

/** What a fix is for: shown to everybody, and kept in the audit. */
const purposeOf = ({ incident, reason }: Deployment): string | null =>
  incident && `as a fix for ${reason?.startsWith(incident) ? reason : `${incident}: ${reason}`}`;

/** Waits no longer than an approval is good for. */
function waitForLock(d: Deployment, owner: string, world: World): Outcome {
  const patience = environmentOf(d, world).approvals?.expire ?? 30 * 60_000;
  if (world.clock.now() - d.stepSince >= patience) {
    return end('expired', {}, { event: 'expired', detail: `${owner} still holds ${d.environment}` });
  }
  const last = d.story.at(-1);
  const told: Told[] =
    last?.event === 'waiting-for-lock' ? [] : [{ event: 'waiting-for-lock', detail: owner }];
  return wait(poll, {}, ...told);
}
