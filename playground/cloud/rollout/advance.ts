/** Lets what was due happen to a service, in order: reading the state at any time first brings it up to that time. */
import { findTaskDefinition, versionOf } from '../registry.ts';
import {
  allServices,
  type Deployment,
  type Happening,
  paced,
  type Rollout,
  type Service,
  type World,
} from '../world.ts';
import { plan, tell } from './agenda.ts';
import { breakerTrips, countFailure, rollBack } from './breaker.ts';
import {
  isHealthy,
  isLive,
  isRunning,
  startMissing,
  stopTasks,
  taskFails,
  taskRuns,
  tasksOf,
} from './tasks.ts';

/** Stopped tasks can be described for an hour (AWS documentation). */
const STOPPED_TASKS_KEPT_MS = 3_600_000;

export function catchUp(world: World, now = world.clock.now()): void {
  for (const service of allServices(world)) advance(world, service, now);
}

export function advance(world: World, service: Service, now: number): void {
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

export function primaryOf(service: Service): Deployment {
  const [primary] = service.deployments;
  if (!primary) throw new Error(`The service ${service.name} has no deployment`);
  return primary;
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
}

function shownAsFailed(service: Service, id: string, at: number): void {
  const failed = service.deployments.find((deployment) => deployment.id === id);
  if (!failed || failed.status === 'PRIMARY') return;
  Object.assign(failed, { rolloutState: 'FAILED', updatedAt: at });
}

/** Stops tasks of former deployments as healthy ones of the PRIMARY take over, and what is above the desired count. */
function retire(world: World, service: Service, at: number): void {
  const primary = primaryOf(service);
  const own = tasksOf(service, primary).filter(isLive);
  const others = service.tasks.filter((task) => isLive(task) && task.deployment !== primary.id);
  const healthy = own.filter(isHealthy).length;
  const takenOver =
    healthy >= service.desired ? others.length : healthy + others.filter(isRunning).length - service.desired;
  const oldestFirst = others.toSorted((a, b) => Number(isHealthy(a)) - Number(isHealthy(b)));
  const tooMany = own.length - service.desired;
  stopTasks(world, service, oldestFirst.slice(0, Math.max(0, takenOver)), at);
  stopTasks(world, service, own.slice(own.length - Math.max(0, tooMany)), at);
  for (const deployment of service.deployments) {
    const drains = deployment.status === 'ACTIVE' && deployment.rolloutState === 'FAILED';
    if (drains && primary.rolloutState === 'IN_PROGRESS' && !tasksOf(service, deployment).some(isLive))
      deployment.status = 'DRAINING';
  }
}

/** Completes the PRIMARY once it runs alone with all its tasks healthy; forgets what has no task left. */
function settle(world: World, service: Service, at: number): void {
  const primary = primaryOf(service);
  service.tasks = service.tasks.filter(
    ({ stoppedAt }) => stoppedAt === undefined || stoppedAt > at - STOPPED_TASKS_KEPT_MS,
  );
  const present = new Set(
    service.tasks.flatMap((task) => (task.stoppedAt === undefined ? [task.deployment] : [])),
  );
  // A completed deployment stays although it has no task: it is where a rollback goes. A failed one stays to be seen.
  service.deployments = service.deployments.filter(
    (one) => one === primary || present.has(one.id) || one.completedAt !== undefined || one.givenUp,
  );
  const alone = [...present].every((id) => id === primary.id);
  const healthy = tasksOf(service, primary).filter(isHealthy).length;
  const isDue = primary.rolloutState === 'IN_PROGRESS' && at >= primary.notCompleteBefore;
  const rollout = service.rollouts.find((one) => currentRollout(one, primary));
  const isUnderWay = rollout?.status === 'IN_PROGRESS' || rollout?.status === 'ROLLBACK_IN_PROGRESS';
  if (isDue && isUnderWay && alone && healthy === service.desired)
    complete(world, service, primary, rollout, at);
}

/** A rollback runs under the service deployment that it undoes. */
const currentRollout = (rollout: Rollout, primary: Deployment) =>
  rollout.status === 'ROLLBACK_IN_PROGRESS'
    ? rollout.rollback?.revision === primary.revision
    : rollout.deployment === primary.id;

function complete(world: World, service: Service, primary: Deployment, rollout: Rollout, at: number): void {
  Object.assign(primary, { rolloutState: 'COMPLETED', updatedAt: at, completedAt: at, failedTasks: 0 });
  primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
  service.deployments = [primary];
  rollout.status = rollout.status === 'ROLLBACK_IN_PROGRESS' ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL';
  Object.assign(rollout, { finishedAt: at, updatedAt: at });
  tell(world, service, at, `(deployment ${primary.id}) deployment completed.`);
  tell(world, service, at, 'has reached a steady state.');
  const version = versionOf(findTaskDefinition(world, primary.taskDefinition), service.container);
  world.announce({ at, text: `${service.cluster}: ${service.name} runs ${version}` });
}

/** Sets how many tasks are wanted; a change of it alone starts no deployment. */
export function scale(world: World, service: Service, desired: number, at: number): void {
  service.desired = desired;
  const primary = primaryOf(service);
  plan(service, { what: 'tasks-start', deployment: primary.id, at: at + paced(world, 1) });
  retire(world, service, at);
  plan(service, { what: 'look', at });
}
