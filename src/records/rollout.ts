/** How far one service's change has come, and the looks that a target takes at a service. No I/O here. */
import { z } from 'zod';

/** A version as people call it, and what the target calls it (for ECS the task definition's ARN). */
export const revision = z.strictObject({ version: z.string(), ref: z.string() });
export type Revision = z.infer<typeof revision>;

/**
 * How far one service's change has come, forward or back. The target writes it, and reads it on the next visit:
 * `planned` nothing done; `prepared` the revision exists; `changing` the change may have been asked for (written
 * before asking, so that a crash cannot ask twice); `following` it was asked for; `done`; `failed`.
 */
export const rollout = z.strictObject({
  phase: z.enum(['planned', 'prepared', 'changing', 'following', 'done', 'failed']),
  revision: revision.nullable(),
  /** When `changing` was written. */
  askedAt: z.number().nullable(),
  /** When this service is given up on, whatever it says. */
  deadline: z.number().nullable(),
  /** What the target needs to find its own change again (for ECS the service deployment's ARN). */
  tracking: z.string().nullable(),
  running: z.number().nullable(),
  desired: z.number().nullable(),
  problem: z.string().nullable(),
  /** Lines that explain the problem: stopped tasks' reasons, the target's events. */
  evidence: z.array(z.string()),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
});
export type Rollout = z.infer<typeof rollout>;

export const freshRollout: Rollout = {
  phase: 'planned',
  revision: null,
  askedAt: null,
  deadline: null,
  tracking: null,
  running: null,
  desired: null,
  problem: null,
  evidence: [],
  startedAt: null,
  finishedAt: null,
};

/** What a look at a service found. `version` is null where the running revision does not tell one. */
export interface Running {
  version: string | null;
  /** What the target calls the revision that runs (for ECS the task definition's ARN). */
  ref: string;
  running: number;
  desired: number;
  /** One revision, all of it up, nothing under way. */
  steady: boolean;
  /** Something that a person should know now (a crash loop, a rollout under way), or null. */
  concern: string | null;
}
