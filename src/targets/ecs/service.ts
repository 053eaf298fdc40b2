/** What DescribeServices says about a service, read with care. No I/O here. */
import type { Deployment, Service } from '@aws-sdk/client-ecs';
import type { Running } from '../../records/rollout.ts';

/** `arn:…:task-definition/prod-api:42` -> `prod-api:42`. */
export const shortName = (arn: string | undefined): string => arn?.split('/').at(-1) ?? 'an unknown revision';

export const primaryOf = (service: Service): Deployment | undefined =>
  service.deployments?.find(({ status }) => status === 'PRIMARY');

/** The ARN of the task definition that new tasks get. */
export const runningRef = (service: Service): string =>
  primaryOf(service)?.taskDefinition ?? service.taskDefinition ?? '';

/** Without a breaker ECS starts a failing task again and again, for hours. */
export const hasBreaker = (service: Service): boolean =>
  service.deploymentConfiguration?.deploymentCircuitBreaker?.enable === true;

export const isRolledBackByEcs = (primary: Deployment | undefined): boolean =>
  /rolling back|rolled back/i.test(primary?.rolloutStateReason ?? '');

/** So many tasks of one deployment that failed to start are more than bad luck (AWS's own default for its breaker). */
export const crashLimit = (desired: number): number => Math.min(200, Math.max(3, Math.ceil(desired / 2)));

const count = (value: number | undefined): number => value ?? 0;

/** "1 of 3 tasks of prod-api:42 run": of the newest revision, not of the one that it replaces. */
export const tasksUp = (service: Service): string => {
  const primary = primaryOf(service);
  const name = shortName(primary?.taskDefinition);
  return `${count(primary?.runningCount)} of ${count(service.desiredCount)} tasks of ${name} run`;
};

/** Why this is not one revision, all of it up, with nothing under way; null where it is. */
export function unsteady(service: Service): string | null {
  const primary = primaryOf(service);
  const deployments = service.deployments ?? [];
  const failed = count(primary?.failedTasks);
  if (service.status && service.status !== 'ACTIVE') return `the service is ${service.status.toLowerCase()}`;
  if (count(service.desiredCount) === 0) return 'scaled to zero: nothing is meant to run';
  if (primary?.rolloutState === 'FAILED') {
    return `the rollout of ${shortName(primary.taskDefinition)} failed: ${reasonOf(primary)}`;
  }
  if (failed >= crashLimit(count(service.desiredCount))) {
    return `tasks keep failing: ${failed} so far, ${tasksUp(service)}`;
  }
  if (primary?.rolloutState === 'IN_PROGRESS' || deployments.length > 1) {
    const what = isRolledBackByEcs(primary) ? 'ECS is rolling back' : 'a rollout is under way';
    return `${what}: ${tasksUp(service)}`;
  }
  return count(service.runningCount) === count(service.desiredCount) ? null : tasksUp(service);
}

/** AWS's own reason without its "ECS deployment circuit breaker:" and full stop. */
export const reasonOf = (deployment: Deployment): string =>
  deployment.rolloutStateReason?.replace(/^ECS deployment (circuit breaker: )?/, '').replace(/\.$/, '') ??
  'ECS gives no reason';

export function toRunning(service: Service, version: string | null): Running {
  const concern = unsteady(service);
  return {
    version,
    ref: runningRef(service),
    running: count(service.runningCount),
    desired: count(service.desiredCount),
    steady: concern === null,
    concern,
  };
}
