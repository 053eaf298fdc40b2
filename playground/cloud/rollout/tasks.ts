/** Tasks of a service: how they start, fail, become healthy and are stopped. */
import { findTaskDefinition } from '../registry.ts';
import { type Deployment, paced, type Service, type Task, type World } from '../world.ts';
import { plan, tell } from './agenda.ts';
import { type Fate, fateOf, fateOfVersion } from './fate.ts';
import { isLive, isPending, isRunning, tasksOf } from './task-states.ts';

/** Starts what a deployment lacks of the desired count. All at once: maximum 200 % is ECS's default. */
export function startMissing(world: World, service: Service, deployment: Deployment, at: number): void {
  const missing = service.desired - tasksOf(service, deployment).filter(isLive).length;
  if (missing <= 0 || deployment.givenUp) return;
  const started = Array.from({ length: missing }, (_, index) =>
    startTask(world, service, deployment, at, (index + 1) / missing),
  );
  tell(world, service, at, `has started ${missing} tasks: ${names(started)}.`);
}

/** `place` (0 to 1] spreads the tasks that start together: the last one needs the full time. */
function startTask(world: World, service: Service, deployment: Deployment, at: number, place: number): Task {
  const task: Task = {
    id: world.newId().slice(0, 32),
    deployment: deployment.id,
    taskDefinition: deployment.taskDefinition,
    createdAt: at,
    healthy: false,
  };
  service.tasks.push(task);
  const fate = fateOf(world, service, task);
  const running = at + world.rolloutMs * (0.5 + place / 2);
  const spread = paced(world, 2) * place;
  if (fate === 'cannot-pull') {
    plan(service, { what: 'task-fails', task: task.id, at: at + pullTime(world, deployment) + spread });
  } else if (fate === 'crash-at-start') {
    plan(service, { what: 'task-fails', task: task.id, at: at + paced(world, 44) + spread });
  } else {
    plan(service, { what: 'task-runs', task: task.id, at: running });
    if (fate === 'fails-health-check')
      plan(service, { what: 'task-fails', task: task.id, at: at + paced(world, 44) + spread });
    if (fate === 'crash-loop' || fate === 'crash-later')
      plan(service, {
        what: 'task-fails',
        task: task.id,
        at: running + paced(world, fate === 'crash-loop' ? 8 : 60),
      });
  }
  return task;
}

/** Seen at AWS with one desired task: failed after 2:34, 4:46 and 11:00. */
const PULL_SECONDS = [154, 131, 373];
const pullTime = (world: World, deployment: Deployment) =>
  paced(world, PULL_SECONDS[Math.min(deployment.failuresInARow, PULL_SECONDS.length - 1)] ?? 373);

export function taskRuns(world: World, task: Task, at: number): void {
  task.startedAt = at;
  task.healthy = fateOfVersion(world, task) !== 'fails-health-check';
}

/** Marks a task as failed with what DescribeTasks says of it, and tells the service's events. */
export function taskFails(world: World, service: Service, task: Task, at: number): Fate {
  const fate = fateOf(world, service, task);
  const wasRunning = task.startedAt !== undefined;
  Object.assign(task, { stoppingAt: at, stoppedAt: at, healthy: false });
  if (fate === 'cannot-pull') {
    const image = pulledImage(world, task);
    const reason = `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`;
    Object.assign(task, { stopCode: 'TaskFailedToStart', stoppedReason: reason, containerReason: reason });
    tell(world, service, at, `was unable to place a task. Reason: ${reason}.`);
  } else if (fate === 'fails-health-check' && wasRunning) {
    const reason = 'Task failed container health checks';
    Object.assign(task, { stopCode: 'ServiceSchedulerInitiated', stoppedReason: reason, exitCode: 137 });
    tell(world, service, at, `(task ${task.id}) failed container health checks.`);
    tell(world, service, at, `has stopped 1 running tasks: (task ${task.id}).`);
  } else {
    const reason = 'Essential container in task exited';
    Object.assign(task, { stopCode: 'EssentialContainerExited', stoppedReason: reason, exitCode: 1 });
  }
  return fate;
}

function pulledImage(world: World, task: Task): string {
  const { containers } = findTaskDefinition(world, task.taskDefinition);
  const ours = containers.find(({ image }) => image.includes('.dkr.ecr.'));
  return ours?.image ?? containers[0]?.image ?? '';
}

/** Running tasks drain for half a task's starting time, pending ones go at once. */
export function stopTasks(world: World, service: Service, tasks: Task[], at: number): void {
  if (tasks.length === 0) return;
  const pending = tasks.filter(isPending);
  const running = tasks.filter(isRunning);
  for (const task of tasks) {
    const reason = `Scaling activity initiated by (deployment ${task.deployment})`;
    Object.assign(task, { stoppingAt: at, stopCode: 'ServiceSchedulerInitiated', stoppedReason: reason });
    task.healthy = false;
    plan(service, {
      what: 'task-stops',
      task: task.id,
      at: task.startedAt === undefined ? at : at + world.rolloutMs / 2,
    });
  }
  if (pending.length > 0) tell(world, service, at, `stopped ${pending.length} pending tasks.`);
  if (running.length > 0) {
    tell(world, service, at, `has begun draining connections on ${running.length} tasks.`);
    tell(world, service, at, `has stopped ${running.length} running tasks: ${names(running)}.`);
  }
}

const names = (tasks: Task[]) => tasks.map(({ id }) => `(task ${id})`).join(' ');
