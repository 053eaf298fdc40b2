/** DescribeServices, ListServices, UpdateService, DescribeClusters, ListClusters. */
import type { Cluster, DescribeServicesResponse } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { beginDeployment } from '../rollout/begin.ts';
import { scale } from '../rollout/settle.ts';
import { isPending, isRunning } from '../rollout/task-states.ts';
import { type Breaker, ecsArn, type Service, type TaskDefinition, type World } from '../world.ts';
import { describeService } from './describe-service.ts';
import { clientException, invalidParameter } from './failure.ts';
import { findCluster, findService, lookForService, lookForTaskDefinition } from './find.ts';
import { type Operation, operation, page, paging, type Wire } from './operation.ts';

const include = z.array(z.string()).default([]);

export const describeServices = operation(
  z.object({ cluster: z.string().optional(), services: z.array(z.string()), include }),
  (world, { cluster, services, include }) => {
    if (services.length === 0) throw invalidParameter('Services cannot be empty.');
    if (services.length > 10) throw invalidParameter('Services cannot have more than 10 elements.');
    const found = services.map((name) => lookForService(world, cluster, name) ?? name);
    const output: Wire<DescribeServicesResponse> = {
      services: found.flatMap((one) =>
        typeof one === 'string' ? [] : [describeService(world, one, include.includes('TAGS'))],
      ),
      failures: found.flatMap((one) =>
        typeof one === 'string' ? [{ arn: missingArn(world, cluster, one), reason: 'MISSING' }] : [],
      ),
    };
    return { output };
  },
);

const missingArn = (world: World, cluster: string | undefined, name: string) =>
  name.startsWith('arn:') ? name : ecsArn(world, `service/${findCluster(world, cluster).name}/${name}`);

export const listServices = operation(
  z.object({ cluster: z.string().optional(), ...paging }),
  (world, { cluster, ...wanted }) => {
    const arns = [...findCluster(world, cluster).services.values()].map(({ arn }) => arn);
    const { items, ...rest } = page(arns, wanted, { usual: 10, most: 100 });
    return { output: { serviceArns: items, ...rest } };
  },
);

export const listClusters = operation(z.object(paging), (world, wanted) => {
  const arns = [...world.clusters.values()].map(({ arn }) => arn);
  const { items, ...rest } = page(arns, wanted, { usual: 100, most: 100 });
  return { output: { clusterArns: items, ...rest } };
});

export const describeClusters = operation(
  z.object({ clusters: z.array(z.string()).default(['default']) }),
  (world, { clusters }) => {
    const name = (nameOrArn: string) => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
    const missing = clusters.filter((one) => !world.clusters.has(name(one)));
    return {
      output: {
        clusters: clusters
          .filter((one) => !missing.includes(one))
          .map((one) => describeCluster(findCluster(world, one))),
        failures: missing.map((one) => ({ arn: ecsArn(world, `cluster/${name(one)}`), reason: 'MISSING' })),
      },
    };
  },
);

function describeCluster({ name, arn, services }: ReturnType<typeof findCluster>): Wire<Cluster> {
  const tasks = [...services.values()].flatMap((service) => service.tasks);
  return {
    clusterArn: arn,
    clusterName: name,
    status: 'ACTIVE',
    registeredContainerInstancesCount: 0,
    runningTasksCount: tasks.filter(isRunning).length,
    pendingTasksCount: tasks.filter(isPending).length,
    activeServicesCount: services.size,
    statistics: [],
    tags: [],
    settings: [{ name: 'containerInsights', value: 'disabled' }],
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [],
  };
}

const circuitBreaker = z.object({
  enable: z.boolean(),
  rollback: z.boolean(),
  resetOnHealthyTask: z.boolean().optional(),
  thresholdConfiguration: z
    .object({ type: z.enum(['BOUNDED_PERCENT', 'UNBOUNDED_PERCENT', 'COUNT']), value: z.int().min(1) })
    .optional(),
});

export const updateService: Operation = operation(
  z.object({
    cluster: z.string().optional(),
    service: z.string(),
    taskDefinition: z.string().optional(),
    desiredCount: z.int().min(0).optional(),
    forceNewDeployment: z.boolean().default(false),
    deploymentConfiguration: z.object({ deploymentCircuitBreaker: circuitBreaker.optional() }).optional(),
  }),
  (world, input) => {
    const service = findService(world, input.cluster, input.service);
    const definition = wantedDefinition(world, service, input.taskDefinition);
    const at = world.clock.now();
    const breaker = input.deploymentConfiguration?.deploymentCircuitBreaker;
    const isConfigured = breaker !== undefined && configure(service, breaker);
    const isScaled = input.desiredCount !== undefined && input.desiredCount !== service.desired;
    if (isScaled) scale(world, service, input.desiredCount ?? 0, at);
    const isDeployed = input.forceNewDeployment || definition.arn !== service.deployments[0]?.taskDefinition;
    if (isDeployed) beginDeployment(world, service, definition, at);
    return {
      output: { service: describeService(world, service, true) },
      written: {
        cluster: service.cluster,
        service: service.name,
        taskDefinition: definition.arn,
        effect: isConfigured || isScaled || isDeployed,
      },
    };
  },
);

function wantedDefinition(world: World, service: Service, reference: string | undefined): TaskDefinition {
  const current = service.deployments[0]?.taskDefinition ?? '';
  const found = lookForTaskDefinition(world, reference ?? current);
  if (!found) throw clientException('TaskDefinition not found.');
  // A service may go on with the inactive task definition that it runs, but not change to another (AWS documentation).
  if (found.status === 'INACTIVE' && found.arn !== current)
    throw clientException('TaskDefinition is inactive');
  return found;
}

function configure(service: Service, wanted: z.output<typeof circuitBreaker>): boolean {
  const breaker: Breaker = {
    mode: !wanted.enable ? 'off' : wanted.rollback ? 'rollback' : 'on',
    resetOnHealthyTask: wanted.resetOnHealthyTask ?? true,
    ...(wanted.thresholdConfiguration ? { threshold: wanted.thresholdConfiguration } : {}),
  };
  const isChanged = JSON.stringify(breaker) !== JSON.stringify(service.breaker);
  service.breaker = breaker;
  return isChanged;
}
