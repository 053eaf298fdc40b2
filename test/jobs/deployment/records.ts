/** Deployment records as the engine meets them: untouched, or with services changed already. */
import type { Deployment, Release } from '../../../src/records/deployment.ts';
import { freshRollout, type Rollout } from '../../../src/records/rollout.ts';

export const now = Date.UTC(2026, 10, 20, 9);
export const ana = { id: 'U0ANA00001', name: 'ana' };
export const ben = { id: 'U0BEN00001', name: 'ben' };

const oldRevision = (service: string) => ({ version: 'v1.0.0', ref: `arn:old/${service}` });
const newRevision = (service: string) => ({ version: 'v1.1.0', ref: `arn:new/${service}` });

/** A change that was asked for. */
export const asked = (service: string, more: Partial<Rollout> = {}): Rollout => ({
  ...freshRollout,
  phase: 'following',
  revision: newRevision(service),
  askedAt: now - 60_000,
  startedAt: now - 61_000,
  ...more,
});

export const release = (service: string, forward: Rollout = freshRollout): Release => ({
  service,
  stage: 1,
  from: oldRevision(service),
  to: { version: 'v1.1.0', ref: null },
  forward,
  back: null,
});

export const untouched: Release[] = [release('auth-svc'), release('market-svc')];
/** One service was asked to change, the other one not. */
export const touched: Release[] = [release('auth-svc', asked('auth-svc')), release('market-svc')];

export function record(changes: Partial<Deployment> = {}): Deployment {
  return {
    schema: 1,
    id: 'D-1',
    revision: 3,
    kind: 'deploy',
    environment: 'production',
    wanted: { services: ['auth-svc', 'market-svc'], version: null },
    planOnly: false,
    skipStaging: false,
    reason: null,
    incident: null,
    requestedBy: ana,
    requestedAt: now - 600_000,
    requestedIn: 'C0GENERAL1',
    step: 'rollout',
    ending: null,
    releases: untouched,
    gates: [],
    stage: 0,
    approval: null,
    watch: null,
    problem: null,
    stoppedBy: null,
    refusal: null,
    verifyFailures: 0,
    hold: null,
    halted: null,
    unknowns: { count: 0, last: null },
    stepSince: now - 10_000,
    notBefore: now - 1_000,
    startedAt: null,
    endedAt: null,
    story: [
      { at: now - 600_000, event: 'requested', service: null, by: ana, detail: null, evidence: [] },
      { at: now - 590_000, event: 'planned', service: null, by: null, detail: null, evidence: [] },
    ],
    ...changes,
  };
}

/** Held in a step, with a person asked. */
export const heldIn = (
  from: Deployment['step'] & NonNullable<Deployment['hold']>['from'],
): Partial<Deployment> => ({
  step: 'hold',
  hold: {
    round: 1,
    from,
    why: { summary: 'Could not tell', service: null, evidence: [] },
    choices: ['retry', 'roll-back', 'leave'],
    deadline: now + 3_600_000,
  },
});
