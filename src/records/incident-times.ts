/** How long the phases of an incident took, and how punctual its updates were. No I/O here. */
import type { Incident, Update } from './incident.ts';

/** An update this late still counts as on time; milliseconds of the clock. */
const tolerance = 1_000;

export interface IncidentTimes {
  /** From the declaration, which is what response times are counted from (runbook 001); ms, or null: not yet. */
  toAcknowledge: number | null;
  /** From the first sign of it, because users are hurt since then; ms, or null: not yet. */
  toMitigate: number | null;
  /** From the first sign of it; ms, or null: not yet, or merged into another one, which goes on. */
  toResolve: number | null;
  updatesOnTime: number;
  updatesLate: number;
  updatesSkipped: number;
  /** Slots of the interval in which nothing was sent, and nobody decided to send nothing. */
  updatesMissed: number;
}

/** What became of one update; a person's before its time is on time too. */
export function punctuality({ state, at, dueAt }: Update): 'on-time' | 'late' | 'skipped' {
  if (state === 'skipped') return 'skipped';
  return at <= dueAt + tolerance ? 'on-time' : 'late';
}

export function timesOf(i: Incident): IncidentTimes {
  const outcomes = i.updates.map(punctuality);
  const count = (outcome: ReturnType<typeof punctuality>) => outcomes.filter((o) => o === outcome).length;
  return {
    toAcknowledge: between(i.declaredAt, i.acknowledged?.at ?? null),
    toMitigate: between(i.detectedAt, i.mitigatedAt),
    toResolve: between(i.detectedAt, i.status === 'merged' ? null : i.resolvedAt),
    updatesOnTime: count('on-time'),
    updatesLate: count('late'),
    updatesSkipped: count('skipped'),
    updatesMissed: i.updates.reduce((sum, { missed }) => sum + missed, 0) + asked(i),
  };
}

/** Where updates are not sent by themselves, each slot without one is asked for, once. */
const asked = ({ effects }: Incident): number =>
  effects.filter(
    ({ what }) => what.kind === 'post' && what.place === 'home' && what.post.kind === 'overdue-update',
  ).length;

/** Never negative: clocks of monitoring systems run ahead of ours. */
function between(from: number, to: number | null): number | null {
  return to === null || !Number.isFinite(from) || !Number.isFinite(to) ? null : Math.max(0, to - from);
}
