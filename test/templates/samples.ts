/** Deployment records in every state that people see, for the tests and for the pictures. */
import type { Deployment, GateAnswer, Release, StoryEntry } from '../../src/records/deployment.ts';
import { freshRollout, type Rollout } from '../../src/records/rollout.ts';

export const start = Date.UTC(2026, 2, 3, 13, 35);
const minute = 60_000;
export const ana = { id: 'U0000ANA1', name: 'ana' };
export const ben = { id: 'U0000BEN1', name: 'ben' };
export const approvers = ['<!subteam^S0000LEAD>', '<@U0000BEN1>'];
export const checklist = ['User can log in', 'User can view marketplace', 'Payments process correctly'];

export const done: Rollout = {
  ...freshRollout,
  phase: 'done',
  askedAt: start + 5 * minute,
  startedAt: start + 5 * minute,
  finishedAt: start + 6.4 * minute,
  running: 3,
  desired: 3,
};
export const following: Rollout = { ...done, phase: 'following', finishedAt: null, running: 1 };
export const failedRollout: Rollout = {
  ...done,
  phase: 'failed',
  problem: 'the circuit breaker of ECS rolled it back',
  evidence: [
    'Essential container in task exited: Exit code 1 (Error: Cannot find module "/app/dist/main.js")',
    '(service web) was unable to place a task',
  ],
};

export function release(
  service: string,
  stage: number,
  forward: Rollout = freshRollout,
  back: Rollout | null = null,
): Release {
  return {
    service,
    stage,
    from: { version: 'v1.2.2', ref: `arn:aws:ecs:eu-west-1:1:task-definition/${service}:41` },
    to: { version: 'v1.2.3', ref: null },
    forward,
    back,
  };
}

const gates: GateAnswer[] = [
  {
    gate: 'verified-before',
    title: 'Verified in staging',
    answer: 'yes',
    because: 'all 4 services, the last one 20 min ago',
    hint: null,
  },
  { gate: 'nothing-active', title: 'No other deployment at work', answer: 'yes', because: null, hint: null },
];

export const told = (event: StoryEntry['event'], more: Partial<StoryEntry> = {}): StoryEntry => ({
  at: start,
  event,
  service: null,
  by: null,
  detail: null,
  evidence: [],
  ...more,
});

const services = ['api-gateway', 'auth', 'payments', 'web'];
const stageOf = (service: string) => (service === 'web' ? 3 : service === 'api-gateway' ? 2 : 1);
const released = (
  forward: (service: string) => Rollout,
  back: (service: string) => Rollout | null = () => null,
) => services.map((s) => release(s, stageOf(s), forward(s), back(s)));

export function sample(changes: Partial<Deployment> = {}): Deployment {
  return {
    schema: 1,
    id: 'D-128',
    revision: 3,
    kind: 'deploy',
    environment: 'production',
    wanted: { services: ['all'], version: 'v1.2.3' },
    planOnly: false,
    skipStaging: false,
    reason: 'Fixes the login on phones (SKI-421)',
    incident: null,
    requestedBy: ana,
    requestedAt: start,
    requestedIn: 'C0000GENERAL',
    step: 'approval',
    ending: null,
    releases: released(() => freshRollout),
    gates,
    stage: 0,
    approval: {
      round: 1,
      required: 1,
      askedAt: start,
      deadline: start + 30 * minute,
      approvedBy: [],
      approvedAt: null,
    },
    watch: null,
    problem: null,
    stoppedBy: null,
    refusal: null,
    verifyFailures: 0,
    hold: null,
    halted: null,
    unknowns: { count: 0, last: null },
    stepSince: start,
    notBefore: start,
    startedAt: null,
    endedAt: null,
    story: [told('requested', { by: ana }), told('planned'), told('approval-asked')],
    ...changes,
  };
}

const running: Partial<Deployment> = {
  approval: {
    round: 1,
    required: 1,
    askedAt: start,
    deadline: start + 30 * minute,
    approvedBy: [ben],
    approvedAt: start + 4 * minute,
  },
  startedAt: start + 4 * minute,
};

const watching: NonNullable<Deployment['watch']> = {
  startedAt: start + 9 * minute,
  deadline: start + 14 * minute,
  nextLookAt: start + 11 * minute,
  looks: 4,
  unknownInARow: 0,
  services: Object.fromEntries(
    services.map((s) => [s, { succeeded: 12, failed: 0, unknown: 0, inARow: 0, lastFailure: null }]),
  ),
};

const badWatch: NonNullable<Deployment['watch']> = {
  ...watching,
  services: {
    ...watching.services,
    payments: { succeeded: 9, failed: 3, unknown: 0, inARow: 3, lastFailure: 'ready: 503, expected 200' },
  },
};

const watchProblem = {
  summary: 'payments failed 3 looks in a row',
  service: 'payments',
  evidence: ['ready https://api.skillancer.com/payments/health/ready: 503, expected 200'],
};

const many = (forward: (n: number) => Rollout, back: (n: number) => Rollout | null = () => null): Release[] =>
  Array.from({ length: 200 }, (_, n) =>
    release(`service-${String(n + 1).padStart(3, '0')}`, n < 80 ? 1 : 2, forward(n), back(n)),
  );

const holdWhy = {
  summary: 'Could not tell 6 times in a row: ThrottlingException: Rate exceeded',
  service: null,
  evidence: [],
};

/** Every state by name. */
export const states: Record<string, Deployment> = {
  preflight: sample({ step: 'preflight', releases: [], gates: [], approval: null }),
  approval: sample(),
  'approval-hotfix': sample({
    skipStaging: true,
    gates: [{ ...gates[0], answer: 'skipped', because: 'asked for with --skip-staging' } as GateAnswer],
    releases: [release('payments', 1)],
  }),
  claim: sample({
    ...running,
    step: 'claim',
    startedAt: null,
    story: [told('waiting-for-lock', { detail: 'D-127' })],
  }),
  backup: sample({ ...running, step: 'backup' }),
  'rollout-first': sample({
    ...running,
    step: 'rollout',
    releases: released((s) => (s === 'auth' ? done : s === 'payments' ? following : freshRollout)),
  }),
  'rollout-untouched': sample({ ...running, step: 'rollout' }),
  'could-not-tell': sample({
    ...running,
    step: 'rollout',
    unknowns: { count: 2, last: 'ThrottlingException: Rate exceeded' },
    releases: released((s) => (s === 'auth' ? done : s === 'payments' ? following : freshRollout)),
  }),
  verify: sample({
    ...running,
    step: 'verify',
    stage: 1,
    verifyFailures: 1,
    releases: released((s) => (s === 'web' ? freshRollout : done)),
    story: [told('stage-verified', { detail: '1' })],
  }),
  watch: sample({ ...running, step: 'watch', stage: 2, releases: released(() => done), watch: watching }),
  succeeded: sample({
    ...running,
    step: 'ended',
    ending: 'succeeded',
    stage: 2,
    releases: released((s) => (s === 'auth' ? { ...freshRollout, phase: 'done' } : done)),
    watch: { ...watching, looks: 10 },
    endedAt: start + 14.2 * minute,
  }),
  'rollback-service-failed': sample({
    ...running,
    step: 'rollback',
    stage: 2,
    releases: released(
      (s) => (s === 'web' ? failedRollout : done),
      (s) => (s === 'web' ? done : s === 'api-gateway' ? following : { ...freshRollout }),
    ),
    problem: {
      summary: 'web failed: the circuit breaker of ECS rolled it back',
      service: 'web',
      evidence: failedRollout.evidence,
    },
    story: [told('rollback-started', { at: start + 10 * minute })],
  }),
  'verify-rollback': sample({
    ...running,
    step: 'verify-rollback',
    stage: 2,
    releases: released(
      () => done,
      () => done,
    ),
    watch: badWatch,
    problem: watchProblem,
  }),
  'rolled-back': sample({
    ...running,
    step: 'ended',
    ending: 'rolled-back',
    stage: 2,
    releases: released(
      () => done,
      () => done,
    ),
    watch: badWatch,
    problem: watchProblem,
    story: [told('rollback-started', { at: start + 11 * minute })],
    endedAt: start + 13.2 * minute,
  }),
  held: sample({
    ...running,
    step: 'hold',
    releases: released((s) => (s === 'auth' ? done : s === 'payments' ? following : freshRollout)),
    hold: {
      round: 1,
      from: 'rollout',
      why: holdWhy,
      choices: ['retry', 'roll-back', 'leave'],
      deadline: start + 70 * minute,
    },
  }),
  'held-rollback': sample({
    ...running,
    step: 'hold',
    releases: released(
      (s) => (s === 'web' ? freshRollout : done),
      (s) =>
        s === 'auth' ? { ...failedRollout, problem: 'no answer within 15 min' } : s === 'web' ? null : done,
    ),
    problem: watchProblem,
    watch: badWatch,
    hold: {
      round: 2,
      from: 'rollback',
      why: {
        summary: 'auth could not be returned to v1.2.2: no answer within 15 min',
        service: 'auth',
        evidence: failedRollout.evidence,
      },
      choices: ['retry', 'leave'],
      deadline: start + 70 * minute,
    },
  }),
  left: sample({
    ...running,
    step: 'ended',
    ending: 'left',
    releases: released((s) => (s === 'auth' ? done : s === 'payments' ? following : freshRollout)),
    problem: holdWhy,
    story: [told('held'), told('answered', { by: ben, detail: 'leave' })],
    endedAt: start + 30 * minute,
  }),
  refused: sample({
    step: 'ended',
    ending: 'refused',
    approval: null,
    gates: [
      {
        gate: 'verified-before',
        title: 'Verified in staging',
        answer: 'no',
        because: 'payments v1.2.3 was never deployed there',
        hint: 'Deploy to staging first.',
      },
      {
        gate: 'nothing-active',
        title: 'No other deployment at work',
        answer: 'unknown',
        because: 'Redis did not answer',
        hint: 'Try again.',
      },
    ],
    refusal: {
      code: 'staging-first',
      message: 'payments v1.2.3 was not verified in staging.',
      hint: 'Deploy to staging first.',
      suggestion: { label: 'Deploy to staging first', command: '/deploy staging payments v1.2.3' },
    },
    endedAt: start + 3000,
  }),
  rejected: sample({
    step: 'ended',
    ending: 'rejected',
    story: [told('rejected', { by: ben, detail: 'not before the weekend' })],
    endedAt: start + 3 * minute,
  }),
  cancelled: sample({
    step: 'ended',
    ending: 'cancelled',
    stoppedBy: ana,
    problem: { summary: 'Stopped by @ana', service: null, evidence: [] },
    story: [told('stop-asked', { by: ana })],
    endedAt: start + 2 * minute,
  }),
  expired: sample({ step: 'ended', ending: 'expired', endedAt: start + 30 * minute }),
  failed: sample({
    ...running,
    step: 'ended',
    ending: 'failed',
    startedAt: null,
    problem: holdWhy,
    endedAt: start + 6 * minute,
  }),
  planned: sample({
    planOnly: true,
    step: 'ended',
    ending: 'planned',
    approval: null,
    endedAt: start + 4000,
  }),
  'rollback-by-command': sample({
    kind: 'rollback',
    approval: null,
    gates: [],
    reason: 'login fails since v1.2.3',
    step: 'rollout',
    startedAt: start + 4000,
    releases: [
      {
        ...release('auth', 1, following),
        from: { version: 'v1.2.3', ref: 'x' },
        to: { version: 'v1.2.2', ref: 'y' },
      },
    ],
  }),
  'many-approval': sample({ releases: many(() => freshRollout) }),
  'many-rollout': sample({
    ...running,
    step: 'rollout',
    releases: many((n) => (n < 45 ? done : n === 50 ? failedRollout : n < 60 ? following : freshRollout)),
  }),
  'many-rollback': sample({
    ...running,
    step: 'rollback',
    stage: 1,
    releases: many(
      (n) => (n < 120 ? done : n === 125 ? failedRollout : n < 130 ? following : freshRollout),
      (n) => (n < 70 ? { ...freshRollout } : n < 90 ? following : n < 130 ? done : null),
    ),
    problem: {
      summary: 'service-126 failed: the circuit breaker of ECS rolled it back',
      service: 'service-126',
      evidence: failedRollout.evidence,
    },
  }),
};
