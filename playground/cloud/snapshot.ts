/** What runs where, as plain JSON: for the page, and for tests that look from the side. */
import { findTaskDefinition, versionOf } from './registry.ts';
import { isPending, isRunning, tasksOf } from './rollout/task-states.ts';
import { allServices, type Service, type World } from './world.ts';

export interface Running {
  /** The tag that most running tasks run; with none running, what the service is configured for. */
  version: string;
  taskDefinition: string;
  runningCount: number;
  desiredCount: number;
  /** One deployment, completed, with all its tasks running. */
  stable: boolean;
}

export function running(world: World, service: Service): Running {
  const [primary, ...others] = service.deployments;
  const count = (deployment: { id: string }) => tasksOf(service, deployment).filter(isRunning).length;
  const most = [...service.deployments].sort((a, b) => count(b) - count(a))[0] ?? primary;
  const taskDefinition = most?.taskDefinition ?? '';
  const runningCount = service.tasks.filter(isRunning).length;
  return {
    version: versionOf(findTaskDefinition(world, taskDefinition), service.container),
    taskDefinition,
    runningCount,
    desiredCount: service.desired,
    stable: others.length === 0 && primary?.rolloutState === 'COMPLETED' && runningCount === service.desired,
  };
}

export type CloudSnapshot = ReturnType<typeof snapshot>;

export function snapshot(world: World) {
  return {
    now: world.clock.now(),
    region: world.region,
    account: world.account,
    services: allServices(world).map((service) => ({
      cluster: service.cluster,
      service: service.name,
      container: service.container,
      path: service.path,
      breaker: service.breaker.mode,
      trouble: service.trouble?.how ?? null,
      ...running(world, service),
      pendingCount: service.tasks.filter(isPending).length,
      deployments: service.deployments.map((deployment) => ({
        id: deployment.id,
        status: deployment.status,
        rolloutState: deployment.rolloutState,
        reason: deployment.rolloutStateReason,
        version: versionOf(findTaskDefinition(world, deployment.taskDefinition), service.container),
        taskDefinition: deployment.taskDefinition,
        running: tasksOf(service, deployment).filter(isRunning).length,
        pending: tasksOf(service, deployment).filter(isPending).length,
        failedTasks: deployment.failedTasks,
      })),
      rollouts: service.rollouts.slice(0, 10).map(({ arn, status, statusReason, createdAt, finishedAt }) => ({
        arn,
        status,
        statusReason: statusReason ?? null,
        createdAt,
        finishedAt: finishedAt ?? null,
      })),
      events: service.events.slice(0, 10).map(({ at, message }) => ({ at, message })),
    })),
    loadBalancers: [...world.balancers].map(([cluster, { rules }]) => ({
      cluster,
      rules: rules.map(({ arn, priority, paths, action, requests }) => ({
        arn,
        priority,
        paths,
        action,
        requests,
      })),
    })),
    repositories: [...world.repositories].map(([name, images]) => ({
      name,
      images: images.toReversed().map(({ tags, pushedAt, digest, fault }) => ({
        tags,
        pushedAt,
        digest,
        fault: fault ?? null,
      })),
    })),
  };
}
