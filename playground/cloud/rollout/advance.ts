/** Lets what was due happen to a service, in order: reading the state at any time first brings it up to that time. */
import { allServices, type Happening, type Rollout, type Service, type World } from '../world.ts';
import { plan } from './agenda.ts';
import { breakerTrips, countFailure, rollBack } from './breaker.ts';
import { primaryOf, retire, settle, steadyMs } from './settle.ts';
import { isLive } from './task-states.ts';
import { startMissing, taskFails, taskRuns } from './tasks.ts';

export function catchUp(world: World, now = world.clock.now()): void {
  for (const service of allServices(world)) advance(world, service, now);
}

function advance(world: World, service: Service, now: number): void {
  for (;;) {
    const next = service.agenda[0];
    if (!next || next.at > now) return;
    service.agenda.shift();
    happen(world, service, next);
    retire(world, service, next.at);
    settle(world, service, next.at);
  }
}

function happen(world: World, service: Service, happening: Happening): void {
  const { at } = happening;
  switch (happening.what) {
    case 'rollout-begins':
      rolloutBegins(world, service, rolloutOf(service, happening.rollout), at);
      break;
    case 'rollback-begins':
      rollbackBegins(world, service, rolloutOf(service, happening.rollout), at);
      break;
    case 'rollout-stops':
      rolloutStops(rolloutOf(service, happening.rollout), at);
      break;
    case 'task-runs':
    case 'task-fails':
    case 'task-stops':
      taskChanges(world, service, happening.what, happening.task, at);
      break;
    case 'tasks-start':
      startMore(world, service, happening.deployment, at);
      break;
    case 'breaker-trips':
      breakerTrips(world, service, happening.deployment, at);
      break;
    case 'shown-as-failed':
      shownAsFailed(service, happening.deployment, at);
      break;
    case 'look':
      break;
  }
}

function rolloutOf(service: Service, arn: string): Rollout {
  const found = service.rollouts.find((rollout) => rollout.arn === arn);
  if (!found) throw new Error(`The cloud lost the service deployment ${arn}`);
  return found;
}

function startMore(world: World, service: Service, id: string, at: number): void {
  const primary = primaryOf(service);
  if (primary.id === id) startMissing(world, service, primary, at);
}

function rolloutBegins(world: World, service: Service, rollout: Rollout, at: number): void {
  if (rollout.status !== 'PENDING') return;
  Object.assign(rollout, { status: 'IN_PROGRESS', startedAt: at, updatedAt: at });
  startMore(world, service, rollout.deployment, at);
}

function rollbackBegins(world: World, service: Service, rollout: Rollout, at: number): void {
  if (rollout.status !== 'ROLLBACK_REQUESTED') return;
  rollBack(world, service, rollout, at, {
    failedReason: `ECS deployment ${rollout.deployment} stopped on request.`,
    reason: 'Service deployment rolled back because of a customer request.',
    stateReason: (id) => `ECS deployment rolling back to deploymentId ${id}.`,
    takesAtLeast: 0,
  });
}

function rolloutStops(rollout: Rollout, at: number): void {
  if (rollout.status !== 'STOP_REQUESTED') return;
  Object.assign(rollout, { status: 'STOPPED', stoppedAt: at, finishedAt: at, updatedAt: at });
  rollout.statusReason = 'Service deployment stopped because a new service deployment was created.';
}

function taskChanges(
  world: World,
  service: Service,
  what: 'task-runs' | 'task-fails' | 'task-stops',
  id: string,
  at: number,
): void {
  const task = service.tasks.find((candidate) => candidate.id === id);
  if (!task) return;
  if (what === 'task-stops') {
    task.stoppedAt = at;
    if (task.startedAt !== undefined) task.exitCode = 0;
    return;
  }
  // A task that was told to stop meanwhile neither starts nor fails any more.
  if (!isLive(task)) return;
  const deployment = service.deployments.find((candidate) => candidate.id === task.deployment);
  if (what === 'task-fails') {
    const fate = taskFails(world, service, task, at);
    if (deployment) countFailure(world, service, deployment, fate === 'cannot-pull', at);
    return;
  }
  taskRuns(world, task, at);
  if (!deployment || !task.healthy) return;
  if (service.breaker.resetOnHealthyTask) deployment.failedTasks = 0;
  plan(service, { what: 'look', at: at + steadyMs(world) });
}

function shownAsFailed(service: Service, id: string, at: number): void {
  const failed = service.deployments.find((deployment) => deployment.id === id);
  if (!failed || failed.status === 'PRIMARY') return;
  Object.assign(failed, { rolloutState: 'FAILED', updatedAt: at });
}
