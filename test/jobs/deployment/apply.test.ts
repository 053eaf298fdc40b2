/** `apply` as a table: every step × every outcome, and what holds of every record that it makes. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { apply, canBeStopped, unknownsBeforeAsking } from '../../../src/jobs/deployment/apply.ts';
import type { Outcome } from '../../../src/jobs/deployment/outcome.ts';
import {
  type ActiveStep,
  activeSteps,
  type Deployment,
  deployment,
  endings,
  mayHoldLock,
} from '../../../src/records/deployment.ts';
import type { Decision } from '../../../src/records/entries.ts';
import { asked, ben, heldIn, now, record, release, touched, untouched } from './records.ts';

const policy = { hold: 3_600_000 };
const problem = { summary: 'auth-svc failed its checks', service: 'auth-svc', evidence: ['503'] };
const decision = (choice: Decision['choice']): Decision => ({
  by: ben,
  at: now,
  choice,
  reason: 'looks bad',
});

const fail: Outcome = { kind: 'fail', problem };
const unknown: Outcome = { kind: 'unknown', why: 'ECS is throttling' };
const stop: Outcome = { kind: 'stop', decision: decision('roll-back') };
const nearlyLost = { unknowns: { count: unknownsBeforeAsking - 1, last: 'ECS is throttling' } };

/** Where a record is: its step, or how it ended. */
const whereIs = (d: Deployment): string => (d.step === 'ended' ? `ended: ${d.ending}` : d.step);

/** What a step says of a deployment that changed nothing yet | that changed a service. */
const table = `
  step            | fails                         | cannot tell for the 6th time    | is stopped
  preflight       | ended: failed   | rollback    | ended: refused | ended: refused | ended: cancelled | rollback
  approval        | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  claim           | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  backup          | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  rollout         | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  verify          | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  watch           | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  complete        | ended: failed   | rollback    | ended: failed  | hold           | ended: cancelled | rollback
  rollback        | hold            | hold        | ended: failed  | hold           | not heeded       | not heeded
  verify-rollback | hold            | hold        | ended: failed  | hold           | not heeded       | not heeded
`;
const rows = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()));
const cases = rows.flatMap(([step, ...cells]) =>
  [fail, unknown, stop].flatMap((outcome, i) =>
    [untouched, touched].map((releases, j) => ({
      step: step as ActiveStep,
      says: outcome.kind,
      having: j === 0 ? 'changed nothing' : 'changed a service',
      follows: cells[2 * i + j] ?? '',
      outcome,
      releases,
    })),
  ),
);

describe('what follows', () => {
  test('the table has every step but hold', () => {
    expect(rows.map(([step]) => step)).toEqual(activeSteps.filter((step) => step !== 'hold'));
  });

  test.each(cases)('$step: $says, having $having: $follows', ({ step, outcome, releases, follows }) => {
    const before = record({ step, releases, ...(outcome.kind === 'unknown' && nearlyLost) });
    if (follows === 'not heeded') return expect(canBeStopped(before)).toBe(false);
    if (outcome.kind === 'stop') expect(canBeStopped(before)).toBe(true);
    const after = apply(before, outcome, now, policy);
    expect(whereIs(after)).toBe(follows);
    expectSound(before, after);
  });

  test.each(activeSteps)('%s: goes on where the step says, at once and with a clean count', (step) => {
    for (const to of activeSteps) {
      const before = record({ step, ...nearlyLost });
      const after = apply(before, { kind: 'go', to, changes: { stage: 1 } }, now, policy);
      expect(after).toMatchObject({ step: to, stage: 1, stepSince: now, notBefore: now });
      expect(after.unknowns.count).toBe(0);
      // These two are entered by a failure or an answer only, which bring a problem or a question.
      if (to !== 'hold' && to !== 'rollback') expectSound(before, after);
    }
  });

  test.each(activeSteps)('%s: waits in the step, which is no news but ends a row of unknowns', (step) => {
    const before = record({ step, ...(step === 'hold' && heldIn('rollout')), ...nearlyLost });
    const after = apply(before, { kind: 'wait', ms: 2_000 }, now, policy);
    expect(after).toEqual({ ...before, unknowns: { count: 0, last: null }, notBefore: now + 2_000 });
    expectSound(before, after);
  });

  test.each(endings)('an end is an end: %s', (as) => {
    const before = record({ step: 'complete' });
    const after = apply(before, { kind: 'end', as }, now, policy);
    expect(after).toMatchObject({ step: 'ended', ending: as, endedAt: now });
    expectSound(before, after);
  });

  test('a refusal ends it, and says why', () => {
    const refusal = { code: 'busy' as const, message: 'D-7 is at work.', hint: 'Wait.' };
    const after = apply(record({ step: 'preflight' }), { kind: 'refuse', refusal }, now, policy);
    expect(after).toMatchObject({ step: 'ended', ending: 'refused', refusal });
  });
});

describe('what cannot be told', () => {
  test('is counted, with waits of 2, 4, 8, 16 and 30 seconds, and told once', () => {
    let d = record({ step: 'rollout', releases: touched });
    const waits: number[] = [];
    for (let visit = 1; visit < unknownsBeforeAsking; visit++) {
      const after = apply(d, unknown, now, policy);
      waits.push(after.notBefore - now);
      expectSound(d, after);
      d = after;
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(d.unknowns).toEqual({ count: 5, last: 'ECS is throttling' });
    expect(d.story.filter((entry) => entry.event === 'could-not-tell')).toHaveLength(1);
    expect(whereIs(apply(d, unknown, now, policy))).toBe('hold');
  });

  test.each(activeSteps)('alone never rolls back: %s', (step) => {
    let d = record({ step, releases: touched, ...(step === 'hold' && heldIn('watch')) });
    for (let visit = 0; visit < 30 && d.step !== 'ended' && d.step !== 'hold'; visit++) {
      d = apply(d, unknown, now + visit * 30_000, policy);
    }
    expect(['hold', 'ended: refused']).toContain(whereIs(d));
    expect(d.releases.every((r) => r.back === null)).toBe(true);
  });

  test('in a held deployment asks anew, about the step in which it was held', () => {
    const after = apply(
      record({ ...heldIn('verify'), releases: touched, ...nearlyLost }),
      unknown,
      now,
      policy,
    );
    expect(after).toMatchObject({ step: 'hold', hold: { from: 'verify', round: 2 } });
  });
});

describe('a held deployment', () => {
  const forward: ActiveStep[] = ['rollout', 'verify', 'watch', 'complete'];
  const backward: ActiveStep[] = ['rollback', 'verify-rollback'];

  test.each(forward)('held in %s may be tried again, rolled back or left, with a clock', (step) => {
    const after = apply(record({ step, releases: touched }), { kind: 'hold', problem }, now, policy);
    expect(after.hold).toEqual({
      round: 1,
      from: step,
      why: problem,
      choices: ['retry', 'roll-back', 'leave'],
      deadline: now + policy.hold,
    });
  });

  test.each(backward)(
    'held in %s may be tried again or left: there is nothing else to go back to',
    (step) => {
      const after = apply(record({ step, releases: touched }), fail, now, policy);
      expect(after.hold?.choices).toEqual(['retry', 'leave']);
      expect(after.story.map((entry) => entry.event)).toContain('rollback-failed');
    },
  );

  test.each([
    ['retry', 'rollout'],
    ['roll-back', 'rollback'],
    ['leave', 'ended: left'],
  ] as const)('answered with %s: %s', (choice, follows) => {
    const before = record({ ...heldIn('rollout'), releases: touched });
    const after = apply(before, { kind: 'answer', decision: decision(choice) }, now, policy);
    expect(whereIs(after)).toBe(follows);
    expect(after.story).toContainEqual(
      expect.objectContaining({ event: 'answered', by: ben, detail: choice }),
    );
    expectSound(before, after);
  });

  test('that nobody answers is left as it is when its clock runs out', () => {
    const after = apply(
      record({ ...heldIn('watch'), releases: touched }),
      { kind: 'answer', decision: null },
      now,
      policy,
    );
    expect(whereIs(after)).toBe('ended: left');
    expect(after.problem?.summary).toBe('Could not tell');
  });

  test.each([...forward, ...backward])(
    'tried again starts %s anew, and the failed change with it',
    (from) => {
      const failed = asked('auth-svc', { phase: 'failed', problem: 'gave up', evidence: ['exit 1'] });
      const isBack = backward.includes(from);
      const releases = [
        { ...release('auth-svc', isBack ? asked('auth-svc') : failed), back: isBack ? failed : null },
      ];
      const watch = { startedAt: 1, deadline: 2, nextLookAt: 2, looks: 9, unknownInARow: 3, services: {} };
      const before = record({ ...heldIn(from), releases, watch, verifyFailures: 3, problem });
      const after = apply(before, { kind: 'answer', decision: decision('retry') }, now, policy);
      expect(after).toMatchObject({ step: from, watch: null, verifyFailures: 0 });
      const again = isBack ? after.releases[0]?.back : after.releases[0]?.forward;
      expect(again).toMatchObject({ phase: 'prepared', problem: null, evidence: [], tracking: null });
      expect(after.releases[0]?.forward.askedAt).toBe(before.releases[0]?.forward.askedAt);
      expect(after.problem).toEqual(isBack ? problem : null);
      expectSound(before, after);
    },
  );
});

describe('a rollback', () => {
  test('takes back just what may have been changed', () => {
    const after = apply(record({ releases: touched, step: 'verify' }), fail, now, policy);
    expect(after.releases.map((r) => r.back?.phase ?? null)).toEqual(['planned', null]);
    expect(after.problem).toEqual(problem);
  });

  test('takes back a change that was about to be asked for: it may have arrived', () => {
    const releases = [release('auth-svc', asked('auth-svc', { phase: 'changing' }))];
    const after = apply(record({ releases }), stop, now, policy);
    expect(after.releases[0]?.back?.phase).toBe('planned');
  });

  test.each(['rollout', 'verify', 'watch'] as const)(
    'that was asked for and fails in %s asks a person, and never rolls back by itself',
    (step) => {
      const before = record({ kind: 'rollback', step, releases: touched });
      const after = apply(before, fail, now, policy);
      expect(after).toMatchObject({ step: 'hold', hold: { choices: ['retry', 'roll-back', 'leave'] } });
      expectSound(before, after);
    },
  );

  test('that was asked for is stopped like a deploy: by a person, who sends it back', () => {
    const after = apply(record({ kind: 'rollback', releases: touched }), stop, now, policy);
    expect(after).toMatchObject({ step: 'rollback', stoppedBy: ben });
    expect(after.problem?.summary).toBe('Stopped by @ben: looks bad');
  });
});

/** What is true of every record that `apply` makes of another one. */
function expectSound(before: Deployment, after: Deployment): void {
  expect(deployment.parse(after)).toEqual(after);
  for (const field of [
    'id',
    'revision',
    'kind',
    'environment',
    'wanted',
    'requestedBy',
    'requestedAt',
  ] as const)
    expect(after[field]).toEqual(before[field]);
  expect(after.story.slice(0, before.story.length)).toEqual(before.story);
  expect(after.unknowns.count).toBeLessThan(unknownsBeforeAsking);

  const hasEnded = after.step === 'ended';
  expect(after.ending !== null).toBe(hasEnded);
  expect(after.endedAt !== null).toBe(hasEnded);
  expect(after.story.filter((entry) => entry.event === 'ended')).toHaveLength(hasEnded ? 1 : 0);
  expect(mayHoldLock(after)).toBe(!['preflight', 'approval', 'ended'].includes(after.step));

  if (after.step === 'hold') {
    expect(after.hold).not.toBeNull();
    expect(after.hold?.choices).toContain('leave');
    expect(after.hold?.from).not.toBe('hold');
  }
  if (after.step === 'rollback' && before.step !== 'rollback') {
    expect(after.problem).not.toBeNull();
    for (const { forward, back } of after.releases) expect(back !== null).toBe(forward.askedAt !== null);
  }
}

const forwardSteps = activeSteps.filter((step) => !['rollback', 'verify-rollback', 'hold'].includes(step));

const anyOutcome = fc.oneof(
  fc.constant(fail),
  fc.constant(unknown),
  fc.constant(stop),
  fc.record({ kind: fc.constant('hold' as const), problem: fc.constant(problem) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(30_000) }),
  fc
    .constantFrom('retry', 'roll-back', 'leave')
    .map((choice): Outcome => ({ kind: 'answer', decision: decision(choice) })),
  fc.constant({ kind: 'end', as: 'succeeded' } as Outcome),
);

/** An outcome that this step can have: only a held one is answered, only others fail. */
const isPossible = (d: Deployment, { kind }: Outcome): boolean =>
  kind === 'stop'
    ? canBeStopped(d)
    : kind === 'answer'
      ? d.step === 'hold'
      : d.step !== 'hold' || kind === 'wait' || kind === 'unknown';

test('whatever the steps say, in whatever order, every record is sound and an end stays one', () => {
  fc.assert(
    fc.property(
      // The others are reached from these, with what they need in the record.
      fc.constantFrom(...forwardSteps),
      fc.constantFrom('deploy' as const, 'rollback' as const),
      fc.constantFrom(untouched, touched),
      fc.array(anyOutcome, { maxLength: 20 }),
      (step, kind, releases, outcomes) => {
        let d = record({ step, kind, releases });
        for (const outcome of outcomes) {
          if (d.step === 'ended') break;
          if (!isPossible(d, outcome)) continue;
          const next = apply(d, outcome, now, policy);
          expectSound(d, next);
          d = next;
        }
      },
    ),
    { numRuns: 500 },
  );
});
