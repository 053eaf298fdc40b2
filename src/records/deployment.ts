/** The deployment record: the one truth about a deployment, as it is stored in Redis. No I/O here. */
import { z } from 'zod';
import { refusalCodes } from './refusal.ts';
import { revision, rollout } from './rollout.ts';

/** Slack's user id and the handle that is shown where a mention must not ring. */
export const person = z.strictObject({ id: z.string(), name: z.string() });
export type Person = z.infer<typeof person>;

/** The steps of the runbook in running order; `rollback`, `verify-rollback` and `hold` are entered on failure. */
export const activeSteps = [
  'preflight',
  'approval',
  'claim',
  'backup',
  'rollout',
  'verify',
  'watch',
  'complete',
  'rollback',
  'verify-rollback',
  'hold',
] as const;
export type ActiveStep = (typeof activeSteps)[number];

/** How a deployment can end. `left` means: held, a person (or the clock) decided to leave things as they are. */
export const endings = [
  'succeeded',
  'planned',
  'refused',
  'rejected',
  'cancelled',
  'expired',
  'failed',
  'rolled-back',
  'left',
] as const;
export type Ending = (typeof endings)[number];

/** One service of a deployment: what ran before, what shall run, and how far the change is in each direction. */
const release = z.strictObject({
  service: z.string(),
  stage: z.number(),
  /** What ran when the deployment was planned and, from `backup` on, what a rollback returns to. */
  from: revision.nullable(),
  /** `ref` is known beforehand only when an existing revision is returned to. */
  to: z.strictObject({ version: z.string(), ref: z.string().nullable() }),
  forward: rollout,
  back: rollout.nullable(),
});
export type Release = z.infer<typeof release>;

/** A gate's answer as the plan shows it: yes, no because, or could not tell (which blocks as well). */
const gateAnswer = z.strictObject({
  gate: z.string(),
  title: z.string(),
  answer: z.enum(['yes', 'no', 'unknown', 'skipped']),
  because: z.string().nullable(),
  hint: z.string().nullable(),
});
export type GateAnswer = z.infer<typeof gateAnswer>;

/** A problem in words for people: what happened, and the first thing that showed it. */
const problem = z.strictObject({
  summary: z.string(),
  service: z.string().nullable(),
  evidence: z.array(z.string()),
});
export type Problem = z.infer<typeof problem>;

/**
 * The counts of one watched service: single checks (its probes, and that it runs just the wanted revision) that
 * succeeded, failed or could not tell; `inARow` counts looks in a row in which any of its checks failed.
 */
const watched = z.strictObject({
  succeeded: z.number(),
  failed: z.number(),
  unknown: z.number(),
  inARow: z.number(),
  lastFailure: z.string().nullable(),
});
export type Watched = z.infer<typeof watched>;

/** One line of the story that the thread tells; templates turn it into a sentence. */
export const storyEvents = [
  'requested',
  'planned',
  'approval-asked',
  'approved',
  'rejected',
  'expired',
  'plan-changed',
  'waiting-for-lock',
  'started',
  'stage-started',
  'service-updated',
  'service-stable',
  'service-unchanged',
  'service-failed',
  'stage-verified',
  'verification-failed',
  'watch-started',
  'watch-failed',
  'stop-asked',
  'rollback-started',
  'service-restored',
  'rollback-verified',
  'rollback-failed',
  'could-not-tell',
  'held',
  'answered',
  'halted',
  'resumed',
  'ended',
] as const;
const storyEntry = z.strictObject({
  at: z.number(),
  event: z.enum(storyEvents),
  service: z.string().nullable(),
  by: person.nullable(),
  detail: z.string().nullable(),
  evidence: z.array(z.string()),
});
export type StoryEntry = z.infer<typeof storyEntry>;

/** Why nothing was done, for the person who asked (see `Refusal`). */
const refusalRecord = z.strictObject({
  code: z.enum(refusalCodes),
  message: z.string(),
  hint: z.string(),
  suggestion: z.strictObject({ label: z.string(), command: z.string() }).exactOptional(),
});
export type RefusalRecord = z.infer<typeof refusalRecord>;

/** What is asked of a person when the bot cannot decide: the clock runs to `deadline`, then the default is taken. */
const holdQuestion = z.strictObject({
  round: z.number(),
  /** The step that could not go on, and that `retry` returns to. */
  from: z.enum(activeSteps),
  why: problem,
  choices: z.array(z.enum(['retry', 'roll-back', 'leave'])),
  deadline: z.number(),
});
export type HoldQuestion = z.infer<typeof holdQuestion>;

/** An emergency (an incident) that holds work in flight, in words for people, and since when it does. */
const halted = z.strictObject({ incident: z.string(), why: z.string(), since: z.number() });
export type Halted = z.infer<typeof halted>;

const approval = z.strictObject({
  /** A new round starts when the plan changed after it was approved. */
  round: z.number(),
  /** How many people have to approve, as the catalog said when they were asked. */
  required: z.number(),
  askedAt: z.number(),
  deadline: z.number(),
  approvedBy: z.array(person),
  approvedAt: z.number().nullable(),
});
export type Approval = z.infer<typeof approval>;

export const freshApproval = (
  asked: Pick<Approval, 'round' | 'required' | 'askedAt' | 'deadline'>,
): Approval => ({
  ...asked,
  approvedBy: [],
  approvedAt: null,
});

export const deployment = z.strictObject({
  /** Bumped, with a translation where records are loaded, whenever a step or a field changes its meaning. */
  schema: z.literal(1),
  id: z.string(),
  /** Raised by one on every save; a save that read an older one is refused. */
  revision: z.number(),
  kind: z.enum(['deploy', 'rollback']),
  environment: z.string(),
  /** The services as asked for, before `all` was spelled out. */
  wanted: z.strictObject({ services: z.array(z.string()), version: z.string().nullable() }),
  /** Only the plan is wanted: nothing is changed and nobody is asked. */
  planOnly: z.boolean(),
  skipStaging: z.boolean(),
  reason: z.string().nullable(),
  /** The incident that it is a fix for: `INC-12`. Records of before there were incidents lack it. */
  incident: z.string().nullable().default(null),
  requestedBy: person,
  requestedAt: z.number(),
  /** The channel in which it was asked for: where ephemeral answers go. */
  requestedIn: z.string(),
  step: z.enum([...activeSteps, 'ended']),
  ending: z.enum(endings).nullable(),
  /** Empty until preflight resolved the versions. */
  releases: z.array(release),
  gates: z.array(gateAnswer),
  /** The stage under way: an index into the sorted stage numbers of `releases`. */
  stage: z.number(),
  approval: approval.nullable(),
  watch: z
    .strictObject({
      startedAt: z.number(),
      deadline: z.number(),
      nextLookAt: z.number(),
      looks: z.number(),
      /** Looks in a row that could not tell. */
      unknownInARow: z.number(),
      services: z.record(z.string(), watched),
    })
    .nullable(),
  /** Set when a person stopped it or a check failed: why it is being rolled back or held, or how it failed. */
  problem: problem.nullable(),
  stoppedBy: person.nullable(),
  refusal: refusalRecord.nullable(),
  /** Looks of the current verification that failed, in a row. */
  verifyFailures: z.number(),
  hold: holdQuestion.nullable(),
  /** The emergency that keeps its steps from being taken, while it does. */
  halted: halted.nullable().default(null),
  /** Visits in a row in which the current step could not tell, and when the first of them was. */
  unknowns: z.strictObject({ count: z.number(), last: z.string().nullable() }),
  /** When the current step was entered. */
  stepSince: z.number(),
  /** The step is not to be visited before this time, unless somebody decided something. */
  notBefore: z.number(),
  /** When the claim was made, which is when the environment began to be changed. */
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  story: z.array(storyEntry),
});
export type Deployment = z.infer<typeof deployment>;

export const isEnded = (d: Deployment): boolean => d.step === 'ended';

/** Steps during which the environment's lock is held; a save in any other step lets the lock go. */
const lockSteps: readonly Deployment['step'][] = [
  'claim',
  'backup',
  'rollout',
  'verify',
  'watch',
  'complete',
  'rollback',
  'verify-rollback',
  'hold',
];
export const mayHoldLock = (d: Deployment): boolean => lockSteps.includes(d.step);

/** The stage numbers in the order in which they go out. */
export const stagesOf = (d: Deployment): number[] =>
  [...new Set(d.releases.map((r) => r.stage))].sort((a, b) => a - b);

export const releasesInStage = (d: Deployment, index: number): Release[] => {
  const stage = stagesOf(d)[index];
  return d.releases.filter((r) => r.stage === stage);
};

/** True once a service may have been told to change: from the moment before the asking. */
export const wasTouched = (r: Pick<Release, 'forward'>): boolean => r.forward.askedAt !== null;
export const isUnchanged = (r: Pick<Release, 'forward'>): boolean =>
  r.forward.phase === 'done' && !wasTouched(r);

/** The names under which people's decisions about a deployment are stored. */
export const approvalQuestion = (round: number): string => `approval-${round}`;
export const holdQuestionName = (round: number): string => `hold-${round}`;
export const stopQuestion = 'stop';
