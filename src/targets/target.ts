/** What a deployment needs of any place where services run; one file beside this one per kind of target. */
import type { ServicePlace } from '../config/catalog.ts';
import type { Revision, Rollout, Running } from '../records/rollout.ts';

/** One service's change, and what is wanted of it. The target answers with the rollout's next state. */
export interface Change {
  place: ServicePlace;
  /** The revision to return to, or the version to make one of. */
  to: { version: string; ref: string | null };
  rollout: Rollout;
}

/** The answer to "which version?": found, or not, in words for the person who asked. */
export type Resolved = { version: string } | { problem: string; hint: string };

/** Tasks of a service: wanted, up, and on their way up. */
export interface Capacity {
  desired: number;
  running: number;
  pending: number;
}

/** All that a target will not do is thrown as a `Refusal`; anything else that is thrown means that it could not be told. */
export interface Target {
  /**
   * Looks at all places at once, in the API's batches; by service name. A place that does not exist is missing from the
   * answer. Throws when any of them could not be looked at.
   */
  look(places: readonly ServicePlace[]): Promise<Map<string, Running>>;
  /** The offered version that is meant (`1.2.3` may find `v1.2.3`), or the newest one for null. Throws if it can't tell. */
  resolve(place: ServicePlace, wanted: string | null): Promise<Resolved>;
  /**
   * Takes every change one step further, as far as the API's quotas allow now, and never waits for the cloud:
   * looks first and acts only where needed, so it may be called again at any point. The answers are in order.
   * The caller saves them before it calls again: `changing` in particular, since only then is anything asked for.
   * A rollout given back as it was, without `unknown`, waits for a quota or for the cloud.
   */
  advance(changes: readonly Change[]): Promise<Advanced[]>;
  /** Where a person sees this service in the target's own console. */
  page(place: ServicePlace): string;
  /**
   * What is wrong, by service name, wherever a place does not run just its revision, all of it, with nothing under way:
   * empty when all is well. Throws when any of them could not be looked at.
   */
  check(expected: readonly { place: ServicePlace; revision: Revision }[]): Promise<Map<string, string>>;
  /**
   * Starts new tasks of what runs and stops the old ones, without changing anything else (runbook 001, "Force new
   * deployment without changes"). Does nothing where any deployment of the service began at `since` or later:
   * that is when the caller wrote down that it wants this, before it called the first time, in milliseconds of the clock.
   */
  restart(place: ServicePlace, since: number): Promise<void>;
  /** Sets how many tasks are wanted, where that is not what is wanted already; `desired` is a whole number from 0. */
  scale(place: ServicePlace, desired: number): Promise<void>;
  capacity(place: ServicePlace): Promise<Capacity>;
  /** Whether nothing is under way and all that is wanted runs; `detail` says in words what is there: "2 of 4 tasks run". */
  isSettled(place: ServicePlace): Promise<{ settled: boolean; detail: string }>;
}

/** The rollout's next state; `unknown` says why nothing could be told this time (a throttled or failed call). */
export interface Advanced {
  rollout: Rollout;
  unknown?: string;
}
