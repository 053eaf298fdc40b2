/** RegisterTaskDefinition, DescribeTaskDefinition, ListTaskDefinitions, DeregisterTaskDefinition. */
import { z } from 'zod';
import { type ContainerDefinition, ecsArn, type Tag, type TaskDefinition, type World } from '../world.ts';
import { clientException, invalidParameter } from './failure.ts';
import { findTaskDefinition } from './find.ts';
import { operation, page, paging, seconds, secondsMaybe, tags } from './operation.ts';

const container = z.looseObject({
  name: z.string().optional(),
  image: z.string().optional(),
  essential: z.boolean().optional(),
});

const registration = z.object({
  family: z.string().optional(),
  containerDefinitions: z.array(container).default([]),
  tags: tags.default([]),
  taskRoleArn: z.string().optional(),
  executionRoleArn: z.string().optional(),
  networkMode: z.string().optional(),
  volumes: z.array(z.unknown()).default([]),
  placementConstraints: z.array(z.unknown()).default([]),
  requiresCompatibilities: z.array(z.string()).optional(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  pidMode: z.string().optional(),
  ipcMode: z.string().optional(),
  proxyConfiguration: z.unknown().optional(),
  inferenceAccelerators: z.array(z.unknown()).optional(),
  ephemeralStorage: z.unknown().optional(),
  runtimePlatform: z.unknown().optional(),
  enableFaultInjection: z.boolean().optional(),
});
type Registration = z.output<typeof registration>;

export const registerTaskDefinition = operation(registration, (world, input) => {
  const definition = register(world, input);
  return {
    output: { taskDefinition: describeTaskDefinition(definition), tags: definition.tags },
    written: { taskDefinition: definition.arn, effect: true },
  };
});

function register(world: World, input: Registration): TaskDefinition {
  const { family = '', containerDefinitions, tags, ...rest } = input;
  if (family === '') throw clientException('Family cannot be blank.');
  if (!/^[\w-]{1,255}$/.test(family)) throw clientException('Family contains invalid characters.');
  const containers = checkContainers(containerDefinitions);
  checkPlatform(input, containers);
  return addRevision(world, family, containers, rest, tags);
}

/** The next revision of a family, whoever asked for it. */
export function addRevision(
  world: World,
  family: string,
  containers: ContainerDefinition[],
  rest: Record<string, unknown>,
  tags: Tag[],
): TaskDefinition {
  const revisions = world.families.get(family) ?? [];
  world.families.set(family, revisions);
  const revision = (revisions.at(-1)?.revision ?? 0) + 1;
  const definition: TaskDefinition = {
    arn: ecsArn(world, `task-definition/${family}:${revision}`),
    family,
    revision,
    status: 'ACTIVE',
    registeredAt: world.clock.now(),
    containers,
    rest,
    tags,
  };
  revisions.push(definition);
  return definition;
}

/** AWS fills in these lists, so that what was registered and what is described differ. */
const FILLED_IN = {
  cpu: 0,
  portMappings: [],
  essential: true,
  environment: [],
  mountPoints: [],
  volumesFrom: [],
};

function checkContainers(given: Registration['containerDefinitions']): ContainerDefinition[] {
  if (given.length === 0) throw clientException('Container list cannot be empty.');
  const containers = given.map(({ name = '', image = '', ...rest }) => {
    if (name === '') throw clientException('Container.name should not be null or empty.');
    if (!/^[\w-]{1,255}$/.test(name)) throw clientException('Container.name contains invalid characters.');
    if (image === '') throw clientException('Container.image should not be null or empty.');
    if (/\s|^-|:$|@$/.test(image)) throw clientException('Container.image contains invalid characters.');
    return { ...FILLED_IN, systemControls: [], ...rest, name, image };
  });
  const names = new Set(containers.map(({ name }) => name));
  if (names.size < containers.length)
    throw clientException('Container names must be unique in a task definition.');
  if (!containers.some(({ essential }) => essential)) {
    throw clientException('Invalid setting for containers. At least one container should be essential.');
  }
  return containers;
}

function checkPlatform(input: Registration, containers: ContainerDefinition[]): void {
  if (!input.requiresCompatibilities?.includes('FARGATE')) {
    const hungry = containers.find(({ memory, memoryReservation }) => !memory && !memoryReservation);
    if (!hungry || input.memory) return;
    throw clientException(
      `Invalid setting for container '${hungry.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
  }
  if (input.networkMode !== 'awsvpc') throw clientException('Fargate only supports network mode ‘awsvpc’.');
  if (!input.cpu) throw clientException("Fargate requires that 'cpu' be defined at the task level.");
  if (!input.memory) throw clientException("Fargate requires that 'memory' be defined at the task level.");
  const needsRole = containers.some(
    ({ image, secrets }) => image.includes('.dkr.ecr.') || secrets !== undefined,
  );
  if (needsRole && !input.executionRoleArn) {
    throw clientException(
      'Fargate requires task definition to have execution role ARN to support ECR images.',
    );
  }
}

export const describeTaskDefinitionOperation = operation(
  z.object({ taskDefinition: z.string(), include: z.array(z.string()).default([]) }),
  (world, { taskDefinition, include }) => {
    const definition = findTaskDefinition(world, taskDefinition);
    const described = describeTaskDefinition(definition);
    return {
      output: {
        taskDefinition: described,
        ...(include.includes('TAGS') ? { tags: definition.tags } : {}),
      },
    };
  },
);

function describeTaskDefinition(definition: TaskDefinition) {
  const { arn, family, revision, status, registeredAt, deregisteredAt, containers, rest } = definition;
  return {
    ...rest,
    taskDefinitionArn: arn,
    family,
    revision,
    status,
    containerDefinitions: containers,
    registeredAt: seconds(registeredAt),
    deregisteredAt: secondsMaybe(deregisteredAt),
    compatibilities: ['EC2', 'FARGATE'],
    requiresAttributes: [
      { name: 'com.amazonaws.ecs.capability.ecr-auth' },
      { name: 'com.amazonaws.ecs.capability.docker-remote-api.1.19' },
      { name: 'ecs.capability.task-eni' },
    ],
  };
}

export const listTaskDefinitions = operation(
  z.object({
    familyPrefix: z.string().optional(),
    status: z.enum(['ACTIVE', 'INACTIVE', 'DELETE_IN_PROGRESS']).default('ACTIVE'),
    sort: z.enum(['ASC', 'DESC']).default('ASC'),
    ...paging,
  }),
  (world, { familyPrefix, status, sort, ...wanted }) => {
    // Despite its name the prefix is the whole family (AWS documentation).
    const families = familyPrefix === undefined ? [...world.families.keys()].sort() : [familyPrefix];
    const arns = families
      .flatMap((family) => world.families.get(family) ?? [])
      .filter((definition) => definition.status === status)
      .map(({ arn }) => arn);
    const { items, ...rest } = page(sort === 'DESC' ? arns.reverse() : arns, wanted, {
      usual: 100,
      most: 100,
    });
    return { output: { taskDefinitionArns: items, ...rest } };
  },
);

export const deregisterTaskDefinition = operation(
  z.object({ taskDefinition: z.string() }),
  (world, { taskDefinition }) => {
    if (!/:\d+$/.test(taskDefinition)) throw invalidParameter('Invalid revision number. Number: null');
    const definition = findTaskDefinition(world, taskDefinition);
    const effect = deregister(definition, world.clock.now());
    return {
      output: { taskDefinition: describeTaskDefinition(definition) },
      written: { taskDefinition: definition.arn, effect },
    };
  },
);

/** Makes it INACTIVE: services that run it go on, no service can change to it. Says whether that was news. */
export function deregister(definition: TaskDefinition, at: number): boolean {
  if (definition.status === 'INACTIVE') return false;
  Object.assign(definition, { status: 'INACTIVE', deregisteredAt: at });
  return true;
}
