/** ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions, StopServiceDeployment. */
import type {
  ServiceRevision as SdkServiceRevision,
  ServiceDeployment,
  ServiceDeploymentBrief,
} from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { findTaskDefinition, imageOf } from '../registry.ts';
import { plan } from '../rollout/agenda.ts';
import {
  allServices,
  ecsArn,
  paced,
  type Revision,
  type Rollout,
  type Service,
  type World,
} from '../world.ts';
import { describeConfiguration, revisionCounts } from './describe-service.ts';
import { AwsFailure, invalidParameter } from './failure.ts';
import { findService } from './find.ts';
import { operation, page, paging, seconds, secondsMaybe, type Wire } from './operation.ts';

/** AWS keeps service deployments for 90 days (AWS documentation). */
const KEPT_MS = 90 * 86_400_000;

export const listServiceDeployments = operation(
  z.object({
    service: z.string(),
    cluster: z.string().optional(),
    status: z.array(z.string()).optional(),
    createdAt: z.object({ before: z.number().optional(), after: z.number().optional() }).default({}),
    ...paging,
  }),
  (world, { service: name, cluster, status, createdAt, ...wanted }) => {
    const service = findService(world, cluster, name);
    const rollouts = service.rollouts.filter(
      (rollout) =>
        (!status?.length || status.includes(rollout.status)) &&
        rollout.createdAt > world.clock.now() - KEPT_MS &&
        seconds(rollout.createdAt) > (createdAt.after ?? 0) &&
        seconds(rollout.createdAt) < (createdAt.before ?? Number.POSITIVE_INFINITY),
    );
    const { items, ...rest } = page(rollouts, wanted, { usual: 20, most: 100 });
    return {
      output: { serviceDeployments: items.map((rollout) => brief(world, service, rollout)), ...rest },
    };
  },
);

const brief = (world: World, service: Service, rollout: Rollout): Wire<ServiceDeploymentBrief> => ({
  serviceDeploymentArn: rollout.arn,
  serviceArn: service.arn,
  clusterArn: ecsArn(world, `cluster/${service.cluster}`),
  createdAt: seconds(rollout.createdAt),
  startedAt: secondsMaybe(rollout.startedAt),
  finishedAt: secondsMaybe(rollout.finishedAt),
  targetServiceRevisionArn: rollout.target,
  status: rollout.status,
  statusReason: rollout.statusReason,
});

export const describeServiceDeployments = operation(
  z.object({ serviceDeploymentArns: z.array(z.string()) }),
  (world, { serviceDeploymentArns: arns }) => {
    atMostTwenty(arns, 'serviceDeploymentArns');
    const found = arns.map((arn) => findRollout(world, arn) ?? arn);
    return {
      output: {
        serviceDeployments: found.flatMap((one) =>
          typeof one === 'string' ? [] : [describeRollout(world, one.service, one.rollout)],
        ),
        failures: missing(found),
      },
    };
  },
);

function describeRollout(world: World, service: Service, rollout: Rollout): Wire<ServiceDeployment> {
  const { rollback, breaker } = rollout;
  return {
    serviceDeploymentArn: rollout.arn,
    serviceArn: service.arn,
    clusterArn: ecsArn(world, `cluster/${service.cluster}`),
    createdAt: seconds(rollout.createdAt),
    startedAt: secondsMaybe(rollout.startedAt),
    finishedAt: secondsMaybe(rollout.finishedAt),
    stoppedAt: secondsMaybe(rollout.stoppedAt),
    updatedAt: seconds(rollout.updatedAt),
    sourceServiceRevisions: rollout.sources.map(({ revision, deployment }) => ({
      arn: revision,
      ...revisionCounts(service, { id: deployment }),
    })),
    targetServiceRevision: { arn: rollout.target, ...revisionCounts(service, { id: rollout.deployment }) },
    status: rollout.status,
    statusReason: rollout.statusReason,
    deploymentConfiguration: describeConfiguration({ ...service.breaker, mode: breaker.mode }),
    rollback: rollback && {
      reason: rollback.reason,
      startedAt: seconds(rollback.startedAt),
      serviceRevisionArn: rollback.revision,
    },
    deploymentCircuitBreaker: {
      status: breakerStatus(rollout),
      failureCount: failuresSoFar(service, rollout),
      threshold: breaker.threshold,
    },
  };
}

function breakerStatus({ breaker, finishedAt }: Rollout) {
  if (breaker.mode === 'off') return 'DISABLED';
  if (breaker.triggered) return 'TRIGGERED';
  return finishedAt === undefined ? 'MONITORING' : 'MONITORING_COMPLETE';
}

const failuresSoFar = (service: Service, { breaker, deployment }: Rollout) =>
  breaker.triggered
    ? breaker.failures
    : (service.deployments.find(({ id }) => id === deployment)?.failedTasks ?? 0);

export const describeServiceRevisions = operation(
  z.object({ serviceRevisionArns: z.array(z.string()) }),
  (world, { serviceRevisionArns: arns }) => {
    atMostTwenty(arns, 'serviceRevisionArns');
    const found = arns.map((arn) => findRevision(world, arn) ?? arn);
    return {
      output: {
        serviceRevisions: found.flatMap((one) =>
          typeof one === 'string' ? [] : [describeRevision(world, one.service, one.revision)],
        ),
        failures: missing(found),
      },
    };
  },
);

function describeRevision(world: World, service: Service, revision: Revision): Wire<SdkServiceRevision> {
  const { containers } = findTaskDefinition(world, revision.taskDefinition);
  return {
    serviceRevisionArn: revision.arn,
    serviceArn: service.arn,
    clusterArn: ecsArn(world, `cluster/${service.cluster}`),
    taskDefinition: revision.taskDefinition,
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    containerImages: containers.map(({ name, image }) => ({
      containerName: name,
      image,
      imageDigest: imageOf(world, image).image?.digest,
    })),
    guardDutyEnabled: false,
    createdAt: seconds(revision.createdAt),
  };
}

export const stopServiceDeployment = operation(
  z.object({ serviceDeploymentArn: z.string(), stopType: z.string().default('ROLLBACK') }),
  (world, { serviceDeploymentArn, stopType }) => {
    // The SDK's types list ABORT too; the documentation describes only ROLLBACK.
    if (stopType !== 'ROLLBACK') throw invalidParameter(`Unsupported stop type: ${stopType}`);
    const found = findRollout(world, serviceDeploymentArn);
    if (!found)
      throw new AwsFailure('ServiceDeploymentNotFoundException', 'The service deployment was not found.');
    const { service, rollout } = found;
    const isStopping = rollout.status.startsWith('ROLLBACK_') && rollout.finishedAt === undefined;
    const isRunning = rollout.status === 'PENDING' || rollout.status === 'IN_PROGRESS';
    if (!isStopping && !isRunning)
      throw new AwsFailure('ConflictException', `The service deployment is in state ${rollout.status}.`);
    if (isRunning) requestRollback(world, service, rollout);
    return {
      output: { serviceDeploymentArn },
      written: {
        cluster: service.cluster,
        service: service.name,
        effect: isRunning,
      },
    };
  },
);

function requestRollback(world: World, service: Service, rollout: Rollout): void {
  const at = world.clock.now();
  Object.assign(rollout, { status: 'ROLLBACK_REQUESTED', updatedAt: at });
  plan(service, { what: 'rollback-begins', rollout: rollout.arn, at: at + paced(world, 1) });
}

function atMostTwenty(arns: string[], name: string): void {
  if (arns.length < 1 || arns.length > 20)
    throw invalidParameter(`${name} must have between 1 and 20 elements.`);
}

const missing = (found: unknown[]) =>
  found.flatMap((one) => (typeof one === 'string' ? [{ arn: one, reason: 'MISSING' }] : []));

function findRollout(world: World, arn: string) {
  for (const service of allServices(world)) {
    const rollout = service.rollouts.find((candidate) => candidate.arn === arn);
    if (rollout) return { service, rollout };
  }
  return undefined;
}

function findRevision(world: World, arn: string) {
  for (const service of allServices(world)) {
    const revision = service.revisions.find((candidate) => candidate.arn === arn);
    if (revision) return { service, revision };
  }
  return undefined;
}
