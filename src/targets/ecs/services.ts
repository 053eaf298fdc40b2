/** DescribeServices for any number of places, ten a call. */
import { DescribeServicesCommand, type Service } from '@aws-sdk/client-ecs';
import { mapAsync, uniqBy } from 'es-toolkit';
import type { Aws } from '../../clients/aws.ts';
import { isCode } from '../../clients/aws-errors.ts';
import type { ServicePlace } from '../../config/catalog.ts';
import { inBatches } from './batches.ts';

/** AWS API reference. */
const servicesPerCall = 10;

/** One place's service, null where there is none; throws what its batch threw. */
export type ServiceAt = (place: ServicePlace) => Service | null;

export type DescribeServices = (places: readonly ServicePlace[]) => Promise<ServiceAt>;

export const clusterOf = ({ target }: ServicePlace): string => `${target.region ?? ''} ${target.cluster}`;

export const describeServices =
  ({ aws }: { aws: Aws }): DescribeServices =>
  async (places) => {
    const onePerCluster = uniqBy(places, clusterOf);
    const answers = await mapAsync(onePerCluster, (one) => {
      const names = places.filter((p) => clusterOf(p) === clusterOf(one)).map((p) => p.target.service);
      return inBatches(names, servicesPerCall, async (batch) => {
        const found = await describe(aws, one, batch);
        return (name) => found.find((s) => s.serviceName === name || s.serviceArn === name) ?? null;
      });
    });
    const byCluster = new Map(onePerCluster.map((one, index) => [clusterOf(one), answers[index]]));
    return (place) => byCluster.get(clusterOf(place))?.(place.target.service) ?? null;
  };

/** ECS leaves services that it does not know out of its answer; a whole cluster that it does not know is an error. */
async function describe(aws: Aws, { target }: ServicePlace, names: string[]): Promise<Service[]> {
  try {
    const command = new DescribeServicesCommand({ cluster: target.cluster, services: names });
    return (await aws.ecs(target.region).send('DescribeServices', command)).services ?? [];
  } catch (error) {
    if (isCode(error, 'ClusterNotFoundException')) return [];
    throw error;
  }
}
