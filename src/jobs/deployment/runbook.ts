/** The runbook: every step by name, in running order. Any step may run twice, at any point, on any machine. */
import type { ActiveStep, Deployment } from '../../records/deployment.ts';
import type { Outcome } from './outcome.ts';
import { approval } from './steps/approval.ts';
import { backup } from './steps/backup.ts';
import { claim } from './steps/claim.ts';
import { complete } from './steps/complete.ts';
import { hold } from './steps/hold.ts';
import { preflight } from './steps/preflight.ts';
import { rollback, verifyRollback } from './steps/rollback.ts';
import { rollout } from './steps/rollout.ts';
import { verify } from './steps/verify.ts';
import { watch } from './steps/watch.ts';
import type { World } from './world.ts';

export type Step = (d: Deployment, world: World) => Promise<Outcome>;

export const runbook: Readonly<Record<ActiveStep, Step>> = {
  preflight,
  approval,
  claim,
  backup,
  rollout,
  verify,
  watch,
  complete,
  rollback,
  'verify-rollback': verifyRollback,
  hold,
};
