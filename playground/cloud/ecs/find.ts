/** Finds what a caller names: by name, by ARN, or by family and revision. */
import type { Service, TaskDefinition, World } from '../world.ts';
import { AwsFailure, clientException } from './failure.ts';

const lastPart = (nameOrArn: string) => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

export function findCluster(world: World, nameOrArn: string | undefined) {
  const cluster = world.clusters.get(lastPart(nameOrArn ?? 'default'));
  if (!cluster) throw new AwsFailure('ClusterNotFoundException', 'Cluster not found.');
  return cluster;
}

export const lookForService = (world: World, cluster: string | undefined, nameOrArn: string) =>
  findCluster(world, cluster).services.get(lastPart(nameOrArn));

export function findService(world: World, cluster: string | undefined, nameOrArn: string): Service {
  const service = lookForService(world, cluster, nameOrArn);
  if (!service) throw new AwsFailure('ServiceNotFoundException', 'Service not found.');
  return service;
}

/** `family` (its newest ACTIVE revision), `family:revision` or an ARN; INACTIVE ones are found by their number. */
export function lookForTaskDefinition(world: World, reference: string): TaskDefinition | undefined {
  const [family = '', revision] = lastPart(reference).split(':');
  const revisions = world.families.get(family) ?? [];
  return revision === undefined
    ? revisions.findLast(({ status }) => status === 'ACTIVE')
    : revisions.find((definition) => definition.revision === Number(revision));
}

export function findTaskDefinition(world: World, reference: string): TaskDefinition {
  const found = lookForTaskDefinition(world, reference);
  if (!found) throw clientException('Unable to describe task definition.');
  return found;
}
