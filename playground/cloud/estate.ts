/** The estate that a cloud starts with: services that have been running and deployed for a while. */
import { addRevision } from './ecs/task-definitions.ts';
import { type CloudService, definitionOf } from './estate-definitions.ts';
import { findImage, imageOf, pushImage } from './registry.ts';
import { tell } from './rollout/agenda.ts';
import { newDeployment, newRevision, newRollout } from './rollout/begin.ts';
import { ecsArn, imageUri, type Service, type TaskDefinition, type World } from './world.ts';

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
    const { containers, rest, tags } = definitionOf(world, described, tag, withSidecar);
    const definition = addRevision(world, described.family, containers, rest, tags);
    definition.registeredAt = at - 60_000;
    ranFrom(world, service, definition, Math.max(at, pushedBefore));
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
