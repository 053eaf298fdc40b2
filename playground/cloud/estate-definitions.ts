/** How a service of the starting estate is described, and the task definitions it ran with: they look like real ones. */
import { type BreakerMode, type ContainerDefinition, imageUri, type World } from './world.ts';

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

/** What a bot has to keep when it changes only the image: roles, sizes, logs, secrets, a sidecar, tags. */
export function definitionOf(world: World, described: CloudService, tag: string, withSidecar: boolean) {
  const { family, service, cluster } = described;
  const role = (name: string) => `arn:aws:iam::${world.account}:role/${name}`;
  const main = mainContainer(world, described, tag);
  return {
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
