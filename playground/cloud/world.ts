/** Everything the simulated cloud remembers: plain data, read and changed by all other modules of this folder. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../src/clients/clock.ts';

export type BreakerMode = 'off' | 'on' | 'rollback';

/**
 * What is wrong with a version. The first five are seen by ECS, the others only by who asks the service over HTTP:
 * `crash-at-start` the container exits; `fails-health-check` the container's health check fails; `crash-loop` tasks become
 * healthy and exit 8 s later, so that no rollout completes; `crash-later` they exit after a minute, so that it completes;
 * `cannot-pull` the image cannot be fetched; `unhealthy` answers 503; `unhealthy-later` 503 from
 * 60 s after the rollout on; `slow` answers after 6 s of the clock; `flaky` every second request 500.
 */
export type VersionFault =
  | 'crash-at-start'
  | 'fails-health-check'
  | 'crash-loop'
  | 'crash-later'
  | 'cannot-pull'
  | 'unhealthy'
  | 'unhealthy-later'
  | 'slow'
  | 'flaky';

/**
 * What is wrong with a service whatever version it runs: `errors` every answer is 500, `slow` answers come after 6 s of the
 * clock, `refused` connections are dropped, `crash` its tasks exit, and new ones 8 s after they run.
 */
export type ServiceFault = 'errors' | 'slow' | 'refused' | 'crash';

/**
 * What ends a service's trouble: `healed` only the switch; `new-tasks` tasks that start after it began are well, so that a
 * restart helps; `tasks` it is too much for fewer healthy tasks than that, so that scaling up helps.
 */
export type Cure = 'healed' | 'new-tasks' | { tasks: number };

export interface Image {
  digest: string;
  /** Empty for an image that lost its tags to a newer one. */
  tags: string[];
  pushedAt: number;
  size: number;
  fault?: VersionFault;
  faultSince?: number;
}

export interface Tag {
  key: string;
  value: string;
}

export interface ContainerDefinition {
  name: string;
  image: string;
  essential?: boolean | undefined;
  [field: string]: unknown;
}

export interface TaskDefinition {
  arn: string;
  family: string;
  revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  registeredAt: number;
  deregisteredAt?: number;
  containers: ContainerDefinition[];
  /** All that was registered besides family, containers and tags. */
  rest: Record<string, unknown>;
  tags: Tag[];
}

export interface Task {
  id: string;
  deployment: string;
  taskDefinition: string;
  createdAt: number;
  startedAt?: number;
  /** Passed its health checks and gets requests. */
  healthy: boolean;
  /** Told to stop; drains until `stoppedAt`. */
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: 'EssentialContainerExited' | 'ServiceSchedulerInitiated' | 'TaskFailedToStart';
  stoppedReason?: string;
  exitCode?: number;
  containerReason?: string;
}

/** An entry of the service's `deployments`. */
export interface Deployment {
  id: string;
  revision: string;
  taskDefinition: string;
  status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  failedTasks: number;
  /** Tasks that failed in a row, whatever `failedTasks` was reset to: ECS waits longer and longer between tries. */
  failuresInARow: number;
  createdAt: number;
  updatedAt: number;
  completedAt?: number;
  /** A rollback takes some time even when nothing has to be started. */
  notCompleteBefore: number;
  /** The circuit breaker will trip, or the deployment was given up: it starts no more tasks. */
  breakerTripsAt?: number;
  givenUp: boolean;
}

type RolloutStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'SUCCESSFUL'
  | 'STOP_REQUESTED'
  | 'STOPPED'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED';

/** What ECS calls a service deployment: the history entry of one rollout. */
export interface Rollout {
  arn: string;
  deployment: string;
  status: RolloutStatus;
  statusReason?: string;
  sources: { revision: string; deployment: string }[];
  target: string;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  stoppedAt?: number;
  updatedAt: number;
  rollback?: { reason: string; startedAt: number; revision: string };
  breaker: { mode: BreakerMode; threshold: number; triggered: boolean; failures: number };
}

export interface Revision {
  arn: string;
  taskDefinition: string;
  createdAt: number;
}

export interface Breaker {
  mode: BreakerMode;
  resetOnHealthyTask: boolean;
  threshold?: { type: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT'; value: number };
}

/** Something that will happen to a service; its agenda holds these in order of time. */
export type Happening = { at: number } & (
  | { what: 'rollout-begins' | 'rollback-begins' | 'rollout-stops'; rollout: string }
  | { what: 'task-runs' | 'task-fails' | 'task-stops'; task: string }
  | { what: 'tasks-start' | 'breaker-trips' | 'shown-as-failed'; deployment: string }
  | { what: 'look' }
);

export interface Service {
  cluster: string;
  name: string;
  arn: string;
  /** The container whose image is the service's version. */
  container: string;
  /** Where it answers below the cluster's site, without slashes around. */
  path: string;
  createdAt: number;
  desired: number;
  breaker: Breaker;
  tags: Tag[];
  /** PRIMARY first, as AWS lists them. */
  deployments: Deployment[];
  tasks: Task[];
  /** Newest first. */
  events: { id: string; at: number; message: string }[];
  /** Newest first. */
  rollouts: Rollout[];
  revisions: Revision[];
  agenda: Happening[];
  /** Requests answered so far: they go round the running tasks. */
  requests: number;
  /** Those of them that met a flaky version. */
  flakyAnswers: number;
  trouble?: { how: ServiceFault; until: Cure; since: number };
}

export type RuleAction =
  /** `limited` is the share (0 to 1) of requests that go to a target group that answers 429 to all. */
  | { type: 'forward'; limited: number }
  | { type: 'fixed-response'; status: number; contentType: string; body: string };

export interface ListenerRule {
  arn: string;
  priority: number | 'default';
  /** With `*` for any and `?` for one character; the default rule has none and matches everything. */
  paths: string[];
  action: RuleAction;
  /** Requests that this rule decided. */
  requests: number;
}

/** An Application Load Balancer with one listener. */
export interface Balancer {
  listener: string;
  targetGroups: { service: string; limited: string };
  rules: ListenerRule[];
}

export interface CloudEvent {
  /** Milliseconds since 1970 on the cloud's clock. */
  at: number;
  text: string;
}

export interface World {
  region: string;
  account: string;
  clock: Clock;
  rolloutMs: number;
  clusters: Map<string, { name: string; arn: string; services: Map<string, Service> }>;
  families: Map<string, TaskDefinition[]>;
  repositories: Map<string, Image[]>;
  /** By the cluster that they are in front of. */
  balancers: Map<string, Balancer>;
  announce(event: CloudEvent): void;
  /** The same in every run of the program: hexadecimal, of 64 digits. */
  newId(): string;
}

export function emptyWorld(options: {
  clock: Clock;
  region: string;
  account: string;
  rolloutMs: number;
  announce: (event: CloudEvent) => void;
}): World {
  let ids = 0;
  return {
    ...options,
    clusters: new Map(),
    families: new Map(),
    repositories: new Map(),
    balancers: new Map(),
    newId: () => {
      ids += 1;
      return sha256(`id ${ids}`);
    },
  };
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export const ecsArn = (world: Pick<World, 'region' | 'account'>, resource: string) =>
  `arn:aws:ecs:${world.region}:${world.account}:${resource}`;

/** Nineteen digits, as ECS numbers deployments and service revisions. */
export const newNumber = (world: World) =>
  (
    1_000_000_000_000_000_000n +
    (BigInt(`0x${world.newId().slice(0, 16)}`) % 8_000_000_000_000_000_000n)
  ).toString();

export const allServices = (world: World): Service[] =>
  [...world.clusters.values()].flatMap((cluster) => [...cluster.services.values()]);

export const imageUri = (world: Pick<World, 'region' | 'account'>, repository: string, tag: string) =>
  `${world.account}.dkr.ecr.${world.region}.amazonaws.com/${repository}:${tag}`;

/** A duration that was seen at AWS with a healthy task taking 20 s, at this cloud's own pace. */
export const paced = (world: World, seconds: number) => seconds * 1000 * (world.rolloutMs / 20_000);
