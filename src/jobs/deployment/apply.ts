/**
 * The only place that decides what follows what: a record and a step's outcome in, the next record out.
 * Pure: the time and the environment's policy are arguments.
 */
import {
  type ActiveStep,
  type Deployment,
  type Ending,
  type Halted,
  type HoldQuestion,
  type Problem,
  type StoryEntry,
  wasTouched,
} from '../../records/deployment.ts';
import type { Decision } from '../../records/entries.ts';
import { freshRollout, type Rollout } from '../../records/rollout.ts';
import type { Changes, Outcome, Told } from './outcome.ts';

/** What of the catalog matters here. */
export interface Policy {
  /** Milliseconds that a held deployment waits for a person before it is left as it is. */
  hold: number;
}

/** Visits in a row that may find nothing out before a person is asked. */
export const unknownsBeforeAsking = 6;
/** Waits between them: 2, 4, 8, 16, 30 seconds. */
const unknownWait = (count: number): number => Math.min(30_000, 1_000 * 2 ** count);

export function apply(d: Deployment, outcome: Outcome, now: number, policy: Policy): Deployment {
  switch (outcome.kind) {
    case 'go':
      return enter(said(d, outcome, now), outcome.to, now);
    case 'wait':
      return { ...said(d, outcome, now), unknowns: noUnknowns, notBefore: now + outcome.ms };
    case 'end':
      return finish(said(d, outcome, now), outcome.as, now);
    case 'refuse':
      return finish({ ...said(d, outcome, now), refusal: outcome.refusal }, 'refused', now);
    case 'fail':
      return afterFailure(said(d, outcome, now), outcome.problem, now, policy);
    case 'hold':
      return hold(said(d, outcome, now), outcome.problem, now, policy);
    case 'unknown':
      return afterUnknown(d, outcome.why, now, policy);
    case 'halt':
      return halt(d, outcome.by, now);
    case 'resume':
      return resume(d, now);
    case 'stop':
      return afterStop(d, outcome.decision, now);
    case 'answer':
      return afterAnswer(d, outcome.decision, now);
  }
}

/** Whether a person's stop is heeded now; what goes back already is not stopped. */
export const canBeStopped = (d: Deployment): boolean =>
  d.step === 'hold'
    ? (d.hold?.choices.includes('roll-back') ?? false)
    : !['rollback', 'verify-rollback', 'ended'].includes(d.step);

/** Cancelling needs an untouched environment; later it is "stop and roll back". */
export const isTouched = (d: Deployment): boolean => d.releases.some(wasTouched);

function afterFailure(d: Deployment, problem: Problem, now: number, policy: Policy): Deployment {
  const failed = { ...d, problem };
  if (d.step === 'rollback' || d.step === 'verify-rollback') {
    return hold(
      tell(failed, now, { event: 'rollback-failed', detail: problem.summary }),
      problem,
      now,
      policy,
    );
  }
  if (!isTouched(d)) return finish(failed, 'failed', now);
  // A rollback that fails is never answered by another automatic one: a person decides.
  return d.kind === 'rollback' ? hold(failed, problem, now, policy) : startRollback(failed, now);
}

function afterUnknown(d: Deployment, why: string, now: number, policy: Policy): Deployment {
  const count = d.unknowns.count + 1;
  if (count < unknownsBeforeAsking) {
    const told = count === 1 ? tell(d, now, { event: 'could-not-tell', detail: why }) : d;
    return { ...told, unknowns: { count, last: why }, notBefore: now + unknownWait(count) };
  }
  const problem = { summary: `Could not tell ${count} times in a row: ${why}`, service: null, evidence: [] };
  if (d.step === 'preflight') {
    const hint = 'Nothing was changed. Try again when it answers.';
    return finish(
      { ...d, refusal: { code: 'gate-unknown', message: problem.summary, hint } },
      'refused',
      now,
    );
  }
  if (!isTouched(d)) return finish({ ...d, problem }, 'failed', now);
  return hold(d, problem, now, policy);
}

function afterStop(d: Deployment, decision: Decision, now: number): Deployment {
  const summary = `Stopped by @${decision.by.name}`;
  const problem = {
    summary: decision.reason ? `${summary}: ${decision.reason}` : summary,
    service: null,
    evidence: [],
  };
  const stopped = tell({ ...d, stoppedBy: decision.by, problem }, now, {
    event: 'stop-asked',
    by: decision.by,
    detail: decision.reason,
  });
  return isTouched(d) ? startRollback(stopped, now) : finish(stopped, 'cancelled', now);
}

function afterAnswer(d: Deployment, decision: Decision | null, now: number): Deployment {
  const question = d.hold;
  if (!question) return d;
  const choice = decision?.choice ?? 'leave';
  const answered = tell({ ...d, unknowns: noUnknowns }, now, {
    event: 'answered',
    by: decision?.by ?? null,
    detail: choice,
  });
  if (choice === 'roll-back') return startRollback({ ...answered, problem: question.why }, now);
  if (choice === 'retry') return enter(tryAgain(answered, question.from), question.from, now);
  return finish({ ...answered, problem: question.why }, 'left', now);
}

/** What a second try starts from: a watch from its beginning, and failed changes as if not yet asked for. */
function tryAgain(d: Deployment, step: ActiveStep): Deployment {
  const again = (rollout: Rollout) => (rollout.phase === 'failed' ? retried(rollout) : rollout);
  const goingBack = step === 'rollback' || step === 'verify-rollback';
  const releases = d.releases.map((r) =>
    goingBack ? { ...r, back: r.back && again(r.back) } : { ...r, forward: again(r.forward) },
  );
  return { ...d, releases, watch: null, verifyFailures: 0, problem: goingBack ? d.problem : null };
}

/** Asks anew, but keeps `askedAt`: the service was touched, whatever the second try finds. */
const retried = (failed: Rollout): Rollout => ({
  ...freshRollout,
  phase: failed.revision ? 'prepared' : 'planned',
  revision: failed.revision,
  askedAt: failed.askedAt,
});

/** Every service that may have been changed goes back; the others have nothing to return from. */
function startRollback(d: Deployment, now: number): Deployment {
  const releases = d.releases.map((r) => (wasTouched(r) ? { ...r, back: freshRollout } : r));
  return tell(enter({ ...d, releases }, 'rollback', now), now, {
    event: 'rollback-started',
    detail: d.problem?.summary ?? null,
    evidence: d.problem?.evidence ?? [],
  });
}

function hold(d: Deployment, why: Problem, now: number, policy: Policy): Deployment {
  const from = d.step === 'hold' || d.step === 'ended' ? (d.hold?.from ?? 'rollback') : d.step;
  const goingBack = from === 'rollback' || from === 'verify-rollback';
  const question: HoldQuestion = {
    round: (d.hold?.round ?? 0) + 1,
    from,
    why,
    choices: goingBack ? ['retry', 'leave'] : ['retry', 'roll-back', 'leave'],
    deadline: now + policy.hold,
  };
  return tell({ ...enter(d, 'hold', now), hold: question }, now, {
    event: 'held',
    service: why.service,
    detail: why.summary,
    evidence: why.evidence,
  });
}

/** How often it is looked whether an emergency is over, in milliseconds. */
const haltPoll = 2_000;

/** Waits before its step, and tells so once for each emergency. */
function halt(d: Deployment, by: Omit<Halted, 'since'>, now: number): Deployment {
  const waiting = { ...d, unknowns: noUnknowns, notBefore: now + haltPoll };
  if (d.halted?.incident === by.incident) return waiting;
  const underWay = d.releases.filter((r) => isUnderWay(r.forward) || (r.back && isUnderWay(r.back)));
  const names = underWay.map(({ service }) => service).join(', ');
  const goesOn = names && `. What the cloud was told before is not stopped: ${names} may still change`;
  return tell({ ...waiting, halted: { ...by, since: d.halted?.since ?? now } }, now, {
    event: 'halted',
    detail: `${by.why}${goesOn}`,
  });
}

const isUnderWay = ({ phase }: Rollout): boolean => phase === 'changing' || phase === 'following';

/**
 * Goes on where it was halted. What was seen before proves nothing now, so checks and the watch begin anew; and nobody
 * is late who could not be looked at.
 */
function resume(d: Deployment, now: number): Deployment {
  if (!d.halted) return d;
  const paused = now - d.halted.since;
  const later = (r: Rollout): Rollout => (r.deadline === null ? r : { ...r, deadline: r.deadline + paused });
  const releases = d.releases.map((r) => ({
    ...r,
    forward: later(r.forward),
    back: r.back && later(r.back),
  }));
  const told = tell({ ...d, halted: null, releases, verifyFailures: 0 }, now, { event: 'resumed' });
  switch (d.step) {
    case 'verify':
    case 'watch':
    case 'complete':
      return enter({ ...told, watch: null }, 'verify', now);
    case 'ended':
      return told;
    default:
      return enter(told, d.step, now);
  }
}

const noUnknowns = { count: 0, last: null };

function enter(d: Deployment, step: ActiveStep, now: number): Deployment {
  return { ...d, step, stepSince: now, notBefore: now, unknowns: noUnknowns };
}

function finish(d: Deployment, ending: Ending, now: number): Deployment {
  return tell({ ...enter(d, 'complete', now), step: 'ended', ending, endedAt: now, halted: null }, now, {
    event: 'ended',
    detail: ending,
  });
}

function said(d: Deployment, outcome: { changes?: Changes; story?: Told[] }, now: number): Deployment {
  return tell({ ...d, ...outcome.changes }, now, ...(outcome.story ?? []));
}

function tell(d: Deployment, now: number, ...told: Told[]): Deployment {
  const entries = told.map(
    (line): StoryEntry => ({ at: now, service: null, by: null, detail: null, evidence: [], ...line }),
  );
  return entries.length > 0 ? { ...d, story: [...d.story, ...entries] } : d;
}
