/** The estate that a cloud starts with: services that have been running and deployed for a while. */
import { findImage, imageOf, pushImage } from './registry.ts';
import { tell } from './rollout/agenda.ts';
import { newDeployment, newRevision, newRollout } from './rollout/begin.ts';
import {
  type BreakerMode,
  type ContainerDefinition,
  ecsArn,
  imageUri,
  type Service,
  type TaskDefinition,
  type World,
} from './world.ts';

/** A service of the starting estate. */
export interface CloudService {
  cluster: string;
  service: string;
  /** The family of its task definitions. */
  family: string;
  /** The container that carries the version. */
  container: string;
  /** The image repository; several services (staging and production) may share one. */
  repository: string;
  /** Tags that were pushed, oldest first. */
  tags: string[];
  /** The tag that runs; the tags before it ran before. */
  running: string;
  /** How many tasks; default 2. */
  desired?: number;
  /** Where it answers below its cluster's site; default its own name. */
  baseUrlPath?: string;
  /** The deployment circuit breaker; default `off`. */
  breaker?: BreakerMode;
}

const DAY = 86_400_000;

export function openEstate(world: World, services: readonly CloudService[]): void {
  const now = world.clock.now();
  for (const described of services) {
    const tags = [...new Set([...described.tags, described.running])];
    const history = described.tags.includes(described.running)
      ? described.tags.slice(0, described.tags.indexOf(described.running) + 1)
      : tags;
    tags.forEach((tag, index) => {
      if (!findImage(world, described.repository, tag))
        pushImage(world, described.repository, tag, now - (tags.length - index) * DAY);
    });
    openService(world, described, history, now);
  }
}

function openService(world: World, described: CloudService, history: string[], now: number): void {
  const cluster = openCluster(world, described.cluster);
  const service: Service = {
    cluster: described.cluster,
    name: described.service,
    arn: ecsArn(world, `service/${described.cluster}/${described.service}`),
    container: described.container,
    path: (described.baseUrlPath ?? described.service).replace(/^\/+|\/+$/g, ''),
    createdAt: now - 90 * DAY,
    desired: described.desired ?? 2,
    breaker: { mode: described.breaker ?? 'off', resetOnHealthyTask: true },
    tags: [
      { key: 'service', value: described.service },
      { key: 'cluster', value: described.cluster },
    ],
    deployments: [],
    tasks: [],
    events: [],
    rollouts: [],
    revisions: [],
    agenda: [],
    requests: 0,
    flakyAnswers: 0,
  };
  const withSidecar = cluster.services.size === 0;
  cluster.services.set(described.service, service);
  history.forEach((tag, index) => {
    const at = now - (history.length - index) * DAY + DAY / 2;
    const pushedBefore = imageOf(world, imageUri(world, described.repository, tag)).image?.pushedAt ?? at;
    ranFrom(
      world,
      service,
      firstDefinition(world, described, tag, at, withSidecar),
      Math.max(at, pushedBefore),
    );
  });
}

function openCluster(world: World, name: string) {
  const cluster = world.clusters.get(name) ?? {
    name,
    arn: ecsArn(world, `cluster/${name}`),
    services: new Map<string, Service>(),
  };
  world.clusters.set(name, cluster);
  return cluster;
}

/** A rollout that succeeded in the past: the last of these is what runs. */
function ranFrom(world: World, service: Service, definition: TaskDefinition, at: number): void {
  const former = service.deployments[0];
  const deployment = newDeployment(world, newRevision(world, service, definition, at), at);
  const sources = former ? [{ revision: former.revision, deployment: former.id }] : [];
  const rollout = newRollout(world, service, deployment, sources, at);
  const done = at + world.rolloutMs * 1.5;
  Object.assign(rollout, { status: 'SUCCESSFUL', startedAt: at, finishedAt: done, updatedAt: done });
  Object.assign(deployment, { rolloutState: 'COMPLETED', completedAt: done, updatedAt: done });
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
  service.deployments = [deployment];
  service.tasks = Array.from({ length: service.desired }, () => ({
    id: world.newId().slice(0, 32),
    deployment: deployment.id,
    taskDefinition: definition.arn,
    createdAt: at,
    startedAt: at + world.rolloutMs,
    healthy: true,
  }));
  tell(world, service, done, 'has reached a steady state.');
}

function firstDefinition(
  world: World,
  described: CloudService,
  tag: string,
  at: number,
  withSidecar: boolean,
): TaskDefinition {
  const { family, service, cluster } = described;
  const revisions = world.families.get(family) ?? [];
  world.families.set(family, revisions);
  const role = (name: string) => `arn:aws:iam::${world.account}:role/${name}`;
  const main = mainContainer(world, described, tag);
  const definition: TaskDefinition = {
    arn: ecsArn(world, `task-definition/${family}:${revisions.length + 1}`),
    family,
    revision: revisions.length + 1,
    status: 'ACTIVE',
    registeredAt: at - 60_000,
    // The sidecar comes first: whoever takes the first container for the service's own is caught.
    containers: withSidecar ? [sidecar(world, family), main] : [main],
    rest: {
      taskRoleArn: role(`${family}-task`),
      executionRoleArn: role('ecsTaskExecutionRole'),
      networkMode: 'awsvpc',
      volumes: [],
      placementConstraints: [],
      requiresCompatibilities: ['FARGATE'],
      cpu: '512',
      memory: '1024',
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
      ephemeralStorage: { sizeInGiB: 30 },
      registeredBy: role('terraform'),
    },
    tags: [
      { key: 'service', value: service },
      { key: 'environment', value: cluster },
      { key: 'managed-by', value: 'terraform' },
    ],
  };
  revisions.push(definition);
  return definition;
}

function mainContainer(world: World, described: CloudService, tag: string): ContainerDefinition {
  const { family, container, service, cluster, repository } = described;
  const secret = (name: string) =>
    `arn:aws:secretsmanager:${world.region}:${world.account}:secret:${cluster}/${service}/${name}`;
  return {
    name: container,
    image: imageUri(world, repository, tag),
    cpu: 0,
    essential: true,
    portMappings: [
      { containerPort: 3000, hostPort: 3000, protocol: 'tcp', name: 'http', appProtocol: 'http' },
    ],
    environment: [
      { name: 'NODE_ENV', value: 'production' },
      { name: 'SERVICE_NAME', value: service },
      { name: 'LOG_LEVEL', value: 'info' },
    ],
    secrets: [
      { name: 'DATABASE_URL', valueFrom: secret('database-url') },
      { name: 'JWT_SECRET', valueFrom: secret('jwt-secret') },
    ],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    healthCheck: {
      command: ['CMD-SHELL', 'curl -f http://127.0.0.1:3000/health/live || exit 1'],
      interval: 10,
      timeout: 5,
      retries: 3,
      startPeriod: 15,
    },
    logConfiguration: logs(world, family, container),
  };
}

const sidecar = (world: World, family: string): ContainerDefinition => ({
  name: 'xray-daemon',
  image: 'public.ecr.aws/xray/aws-xray-daemon:3.3.13',
  cpu: 32,
  memoryReservation: 256,
  essential: false,
  portMappings: [{ containerPort: 2000, hostPort: 2000, protocol: 'udp' }],
  environment: [],
  mountPoints: [],
  volumesFrom: [],
  logConfiguration: logs(world, family, 'xray'),
});

const logs = (world: World, family: string, prefix: string) => ({
  logDriver: 'awslogs',
  options: {
    'awslogs-group': `/ecs/${family}`,
    'awslogs-region': world.region,
    'awslogs-stream-prefix': prefix,
  },
});
