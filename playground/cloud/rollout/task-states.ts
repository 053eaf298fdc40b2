/** What state a task is in, and which tasks belong to a deployment. */
import type { Deployment, Service, Task } from '../world.ts';

export const isPending = (task: Task) => task.startedAt === undefined && task.stoppingAt === undefined;
export const isRunning = (task: Task) => task.startedAt !== undefined && task.stoppingAt === undefined;
export const isHealthy = (task: Task) => isRunning(task) && task.healthy;
export const isLive = (task: Task) => task.stoppingAt === undefined;

export const tasksOf = (service: Service, deployment: Pick<Deployment, 'id'>) =>
  service.tasks.filter((task) => task.deployment === deployment.id);
