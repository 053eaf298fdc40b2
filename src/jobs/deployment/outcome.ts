/** What a step can answer. A step never changes the record itself: `apply` does. */

import type {
  ActiveStep,
  Deployment,
  Ending,
  Halted,
  Problem,
  RefusalRecord,
  StoryEntry,
} from '../../records/deployment.ts';
import type { Decision } from '../../records/entries.ts';

/** What a step may set besides where to go next. */
export type Changes = Partial<
  Pick<Deployment, 'releases' | 'gates' | 'approval' | 'stage' | 'startedAt' | 'verifyFailures' | 'watch'>
>;

/** A line for the story, still without its time. */
export type Told = Pick<StoryEntry, 'event'> & Partial<Omit<StoryEntry, 'event' | 'at'>>;

interface Said {
  changes?: Changes;
  story?: Told[];
}

export type Outcome =
  | ({ kind: 'go'; to: ActiveStep } & Said)
  /** Look again in `ms`; the step is not over. */
  | ({ kind: 'wait'; ms: number } & Said)
  /** Proven bad; what follows depends on what was changed so far. */
  | ({ kind: 'fail'; problem: Problem } & Said)
  | ({ kind: 'end'; as: Ending } & Said)
  | ({ kind: 'refuse'; refusal: RefusalRecord } & Said)
  /** Could not tell: the step threw, or a look found nothing out. */
  | { kind: 'unknown'; why: string }
  /** An emergency holds it before its next step; `resume`: none does any more. */
  | { kind: 'halt'; by: Omit<Halted, 'since'> }
  | { kind: 'resume' }
  /** Could not tell for too long: a person is asked. */
  | ({ kind: 'hold'; problem: Problem } & Said)
  /** A person stopped it. */
  | { kind: 'stop'; decision: Decision }
  /** A person, or the clock (null), answered the question of a held deployment. */
  | { kind: 'answer'; decision: Decision | null };

export const go = (to: ActiveStep, changes: Changes = {}, ...story: Told[]): Outcome => ({
  kind: 'go',
  to,
  changes,
  story,
});
export const wait = (ms: number, changes: Changes = {}, ...story: Told[]): Outcome => ({
  kind: 'wait',
  ms,
  changes,
  story,
});
export const fail = (problem: Problem, changes: Changes = {}, ...story: Told[]): Outcome => ({
  kind: 'fail',
  problem,
  changes,
  story,
});
export const end = (as: Ending, changes: Changes = {}, ...story: Told[]): Outcome => ({
  kind: 'end',
  as,
  changes,
  story,
});
