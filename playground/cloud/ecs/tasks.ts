/** ListTasks and DescribeTasks. */
import type { Container, Task as SdkTask } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { findTaskDefinition, imageOf } from '../registry.ts';
import { isPending } from '../rollout/task-states.ts';
import { type ContainerDefinition, ecsArn, type Service, type Task, type World } from '../world.ts';
import { invalidParameter } from './failure.ts';
import { findCluster, findService } from './find.ts';
import { operation, page, paging, seconds, secondsMaybe, type Wire } from './operation.ts';

export const listTasks = operation(
  z.object({
    cluster: z.string().optional(),
    serviceName: z.string().optional(),
    family: z.string().optional(),
    desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
    startedBy: z.string().optional(),
    ...paging,
  }),
  (world, { cluster, serviceName, family, desiredStatus, startedBy, ...wanted }) => {
    const services = serviceName
      ? [findService(world, cluster, serviceName)]
      : [...findCluster(world, cluster).services.values()];
    const arns = services.flatMap((service) =>
      service.tasks
        .filter(
          (task) =>
            desiredStatusOf(task) === desiredStatus &&
            (!startedBy || task.deployment === startedBy) &&
            (!family || findTaskDefinition(world, task.taskDefinition).family === family),
        )
        .map((task) => taskArn(world, service, task)),
    );
    const { items, ...rest } = page(arns, wanted, { usual: 100, most: 100 });
    return { output: { taskArns: items, ...rest } };
  },
);

export const describeTasks = operation(
  z.object({ cluster: z.string().optional(), tasks: z.array(z.string()) }),
  (world, { cluster, tasks }) => {
    if (tasks.length === 0) throw invalidParameter('Tasks cannot be empty.');
    if (tasks.length > 100) throw invalidParameter('Tasks cannot have more than 100 elements.');
    const { name, services } = findCluster(world, cluster);
    const known = new Map(
      [...services.values()].flatMap((service) => service.tasks.map((task) => [task.id, { service, task }])),
    );
    const found = tasks.map((arn) => known.get(arn.slice(arn.lastIndexOf('/') + 1)) ?? arn);
    return {
      output: {
        tasks: found.flatMap((one) =>
          typeof one === 'string' ? [] : [describeTask(world, one.service, one.task)],
        ),
        failures: found.flatMap((one) =>
          typeof one === 'string'
            ? [
                {
                  arn: one.startsWith('arn:') ? one : ecsArn(world, `task/${name}/${one}`),
                  reason: 'MISSING',
                },
              ]
            : [],
        ),
      },
    };
  },
);

const desiredStatusOf = (task: Task) => (task.stoppingAt === undefined ? 'RUNNING' : 'STOPPED');
const taskArn = (world: World, service: Service, task: Task) =>
  ecsArn(world, `task/${service.cluster}/${task.id}`);

function lastStatus(task: Task): string {
  if (task.stoppedAt !== undefined) return 'STOPPED';
  if (task.stoppingAt !== undefined) return 'DEACTIVATING';
  return isPending(task) ? 'PENDING' : 'RUNNING';
}

function describeTask(world: World, service: Service, task: Task): Wire<SdkTask> {
  const definition = findTaskDefinition(world, task.taskDefinition);
  return {
    taskArn: taskArn(world, service, task),
    clusterArn: ecsArn(world, `cluster/${service.cluster}`),
    taskDefinitionArn: task.taskDefinition,
    group: `service:${service.name}`,
    startedBy: task.deployment,
    desiredStatus: desiredStatusOf(task),
    lastStatus: lastStatus(task),
    healthStatus: task.healthy ? 'HEALTHY' : 'UNKNOWN',
    createdAt: seconds(task.createdAt),
    startedAt: secondsMaybe(task.startedAt),
    stoppingAt: secondsMaybe(task.stoppingAt),
    stoppedAt: secondsMaybe(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: definition.containers.map((container) => describeContainer(world, service, task, container)),
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    availabilityZone: `${world.region}a`,
    attachments: [],
    tags: [],
    version: 3,
  };
}

function describeContainer(
  world: World,
  service: Service,
  task: Task,
  { name, image }: ContainerDefinition,
): Wire<Container> {
  const isMain = name === service.container;
  const isStopped = task.stoppedAt !== undefined;
  return {
    containerArn: ecsArn(world, `container/${service.cluster}/${task.id}/${name}`),
    taskArn: taskArn(world, service, task),
    name,
    image,
    imageDigest: imageOf(world, image).image?.digest,
    lastStatus: isStopped ? 'STOPPED' : isPending(task) ? 'PENDING' : 'RUNNING',
    healthStatus: isMain && task.healthy ? 'HEALTHY' : 'UNKNOWN',
    ...(isStopped && task.exitCode !== undefined ? { exitCode: isMain ? task.exitCode : 0 } : {}),
    ...(isMain && task.containerReason ? { reason: task.containerReason } : {}),
    networkInterfaces: [],
  };
}
