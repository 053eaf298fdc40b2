/** What follows from every change of a service: former tasks stop as new ones take over, and the rollout completes. */
import { findTaskDefinition, versionOf } from '../registry.ts';
import { type Deployment, paced, type Rollout, type Service, type World } from '../world.ts';
import { plan, tell } from './agenda.ts';
import { isHealthy, isLive, isRunning, tasksOf } from './task-states.ts';
import { stopTasks } from './tasks.ts';

/** Stopped tasks can be described for an hour (AWS documentation). */
const STOPPED_TASKS_KEPT_MS = 3_600_000;

export function primaryOf(service: Service): Deployment {
  const [primary] = service.deployments;
  if (!primary) throw new Error(`The service ${service.name} has no deployment`);
  return primary;
}

/** Stops tasks of former deployments as healthy ones of the PRIMARY take over, and what is above the desired count. */
export function retire(world: World, service: Service, at: number): void {
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
export function settle(world: World, service: Service, at: number): void {
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
  const healthy = tasksOf(service, primary).filter(isHealthy);
  const steadyAt = Math.max(...healthy.map(({ startedAt = 0 }) => startedAt + steadyMs(world)));
  const isDue = primary.rolloutState === 'IN_PROGRESS' && at >= Math.max(primary.notCompleteBefore, steadyAt);
  const rollout = service.rollouts.find((one) => currentRollout(one, primary));
  const isUnderWay = rollout?.status === 'IN_PROGRESS' || rollout?.status === 'ROLLBACK_IN_PROGRESS';
  if (isDue && isUnderWay && alone && healthy.length === service.desired)
    complete(world, service, primary, rollout, at);
}

/** Tasks must stay healthy for as long as the former ones drain, so that a crash loop is not taken for a success. */
export const steadyMs = (world: World) => world.rolloutMs / 2;

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
