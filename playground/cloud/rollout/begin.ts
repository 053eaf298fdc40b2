/** A new deployment of a service: what UpdateService sets going. */
import {
  type Deployment,
  ecsArn,
  newNumber,
  paced,
  type Revision,
  type Rollout,
  type Service,
  type TaskDefinition,
  type World,
} from '../world.ts';
import { plan } from './agenda.ts';
import { thresholdOf } from './breaker.ts';
import { isPending, tasksOf } from './task-states.ts';
import { stopTasks } from './tasks.ts';

const RUNNING = ['PENDING', 'IN_PROGRESS', 'ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS'];

/** Makes a PRIMARY deployment of `definition`; one that is still under way is stopped by it. */
export function beginDeployment(
  world: World,
  service: Service,
  definition: TaskDefinition,
  at: number,
): Rollout {
  supersede(world, service, at);
  const revision = newRevision(world, service, definition, at);
  const deployment = newDeployment(world, revision, at);
  const sources = service.deployments
    .filter((former) => tasksOf(service, former).some(({ stoppingAt }) => stoppingAt === undefined))
    .map((former) => ({ revision: former.revision, deployment: former.id }));
  const rollout = newRollout(world, service, deployment, sources, at);
  service.deployments = [deployment, ...service.deployments];
  plan(service, { what: 'rollout-begins', rollout: rollout.arn, at: at + paced(world, 1) });
  return rollout;
}

function supersede(world: World, service: Service, at: number): void {
  for (const rollout of service.rollouts.filter(({ status }) => RUNNING.includes(status))) {
    Object.assign(rollout, { status: 'STOP_REQUESTED', updatedAt: at });
    plan(service, { what: 'rollout-stops', rollout: rollout.arn, at: at + paced(world, 2) });
  }
  const former = service.deployments[0];
  if (!former) return;
  Object.assign(former, { status: 'ACTIVE', updatedAt: at });
  stopTasks(world, service, tasksOf(service, former).filter(isPending), at);
}

export function newRevision(
  world: World,
  service: Service,
  definition: TaskDefinition,
  createdAt: number,
): Revision {
  const arn = ecsArn(world, `service-revision/${service.cluster}/${service.name}/${newNumber(world)}`);
  const revision = { arn, taskDefinition: definition.arn, createdAt };
  service.revisions.unshift(revision);
  return revision;
}

export function newDeployment(world: World, revision: Revision, at: number): Deployment {
  const id = `ecs-svc/${newNumber(world)}`;
  return {
    id,
    revision: revision.arn,
    taskDefinition: revision.taskDefinition,
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    failuresInARow: 0,
    createdAt: at,
    updatedAt: at,
    notCompleteBefore: at,
    givenUp: false,
  };
}

export function newRollout(
  world: World,
  service: Service,
  deployment: Deployment,
  sources: Rollout['sources'],
  at: number,
): Rollout {
  const id = Buffer.from(world.newId(), 'hex').toString('base64url').slice(0, 21);
  const rollout: Rollout = {
    arn: ecsArn(world, `service-deployment/${service.cluster}/${service.name}/${id}`),
    deployment: deployment.id,
    status: 'PENDING',
    sources,
    target: deployment.revision,
    createdAt: at,
    updatedAt: at,
    breaker: { mode: service.breaker.mode, threshold: thresholdOf(service), triggered: false, failures: 0 },
  };
  service.rollouts.unshift(rollout);
  return rollout;
}
