/** The deployment circuit breaker: counting failed tasks, giving up, rolling back. */
import { type Deployment, paced, type Rollout, type Service, type World } from '../world.ts';
import { plan, tell } from './agenda.ts';
import { isPending, tasksOf } from './task-states.ts';
import { startMissing, stopTasks } from './tasks.ts';

/** Half of the desired count, at least 3 and at most 200, unless configured otherwise (AWS documentation). */
export function thresholdOf(service: Service): number {
  const { type, value } = service.breaker.threshold ?? { type: 'BOUNDED_PERCENT', value: 50 };
  if (type === 'COUNT') return value;
  const share = Math.ceil((service.desired * value) / 100);
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}

/** Tries go on at the observed pace (crashes about 52 s apart) and then slower and slower, up to 15 minutes. */
export function countFailure(
  world: World,
  service: Service,
  deployment: Deployment,
  isPull: boolean,
  at: number,
): void {
  deployment.failedTasks += 1;
  deployment.failuresInARow += 1;
  deployment.updatedAt = at;
  if (deployment.status !== 'PRIMARY' || deployment.givenUp) return;
  const rounds = Math.floor(deployment.failuresInARow / Math.max(1, service.desired));
  const isThrottled = rounds > 6;
  const again = isThrottled ? Math.min(900, 6 * 2 ** (rounds - 6)) : isPull ? 1 : 6;
  if (isThrottled) tell(world, service, at, 'is unable to consistently start tasks successfully.');
  plan(service, { what: 'tasks-start', deployment: deployment.id, at: at + paced(world, again) });

  const isWatched = service.breaker.mode !== 'off' && deployment.rolloutState === 'IN_PROGRESS';
  if (!isWatched || deployment.breakerTripsAt || deployment.failedTasks < thresholdOf(service)) return;
  deployment.breakerTripsAt = at + paced(world, isPull ? 44 : 8);
  plan(service, { what: 'breaker-trips', deployment: deployment.id, at: deployment.breakerTripsAt });
}

export function breakerTrips(world: World, service: Service, id: string, at: number): void {
  const deployment = service.deployments[0];
  if (deployment?.id !== id || deployment.rolloutState !== 'IN_PROGRESS') return;
  delete deployment.breakerTripsAt;
  const rollout = service.rollouts.find(
    ({ status }) => status === 'IN_PROGRESS' || status === 'ROLLBACK_IN_PROGRESS',
  );
  if (!rollout) return;
  Object.assign(rollout.breaker, { triggered: true, failures: deployment.failedTasks });
  rollout.updatedAt = at;
  tell(world, service, at, `(deployment ${id}) deployment failed: tasks failed to start.`);
  if (rollout.status === 'ROLLBACK_IN_PROGRESS') {
    giveUp(world, service, deployment, at);
    end(rollout, 'ROLLBACK_FAILED', 'The rollback failed: its tasks failed to start.', at);
  } else if (service.breaker.mode === 'rollback') {
    rollBack(world, service, rollout, at, {
      reason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
      stateReason: (target) => `ECS deployment circuit breaker: rolling back to deploymentId ${target}.`,
      takesAtLeast: paced(world, 79),
    });
  } else {
    giveUp(world, service, deployment, at);
    const reason = 'Service deployment stopped because the circuit breaker threshold was exceeded.';
    end(rollout, 'STOPPED', reason, at);
  }
}

const TASKS_FAILED = 'ECS deployment circuit breaker: tasks failed to start.';

interface RollbackWords {
  /** Of the deployment that is undone. */
  failedReason?: string;
  reason: string;
  stateReason(deployment: string): string;
  takesAtLeast: number;
}

/** Makes the last completed deployment PRIMARY again; the failed one looks IN_PROGRESS for a moment more. */
export function rollBack(
  world: World,
  service: Service,
  rollout: Rollout,
  at: number,
  { failedReason, reason, stateReason, takesAtLeast }: RollbackWords,
): void {
  const [failed, ...others] = service.deployments;
  const target = others
    .filter(({ completedAt }) => completedAt !== undefined)
    .toSorted((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0))[0];
  if (!failed || !target) {
    if (failed) giveUp(world, service, failed, at);
    end(rollout, 'ROLLBACK_FAILED', 'No rollback candidate was found to run the rollback.', at);
    return;
  }
  giveUp(world, service, failed, at, failedReason);
  Object.assign(failed, { status: 'ACTIVE', rolloutState: 'IN_PROGRESS' });
  Object.assign(target, { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', updatedAt: at, failedTasks: 0 });
  Object.assign(target, { rolloutStateReason: stateReason(target.id), failuresInARow: 0, givenUp: false });
  target.notCompleteBefore = at + takesAtLeast;
  service.deployments = [target, ...service.deployments.filter((one) => one !== target)];
  Object.assign(rollout, { status: 'ROLLBACK_IN_PROGRESS', statusReason: reason, updatedAt: at });
  rollout.rollback = { reason, startedAt: at, revision: target.revision };
  tell(world, service, at, `rolling back to deployment ${target.id}.`);
  plan(service, { what: 'shown-as-failed', deployment: failed.id, at: at + paced(world, 2) });
  plan(service, { what: 'look', at: target.notCompleteBefore });
  startMissing(world, service, target, at);
}

function giveUp(
  world: World,
  service: Service,
  deployment: Deployment,
  at: number,
  reason = TASKS_FAILED,
): void {
  deployment.givenUp = true;
  Object.assign(deployment, { rolloutState: 'FAILED', updatedAt: at });
  deployment.rolloutStateReason = reason;
  stopTasks(world, service, tasksOf(service, deployment).filter(isPending), at);
}

function end(rollout: Rollout, status: Rollout['status'], statusReason: string, at: number): void {
  Object.assign(rollout, { status, statusReason, finishedAt: at, stoppedAt: at, updatedAt: at });
}
