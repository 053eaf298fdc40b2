/** The states that a rollout is brought into, as values. No I/O here. */
import type { Rollout } from '../../records/rollout.ts';

export function failed(rollout: Rollout, now: number, problem: string, evidence: string[] = []): Rollout {
  return { ...rollout, phase: 'failed', problem, evidence, finishedAt: now };
}

export function done(rollout: Rollout, now: number): Rollout {
  return { ...rollout, phase: 'done', problem: null, evidence: [], finishedAt: now };
}
