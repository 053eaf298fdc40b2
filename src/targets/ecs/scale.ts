/** Sets how many tasks of a service are wanted; the count alone starts no deployment. */
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { Aws } from '../../clients/aws.ts';
import type { ServicePlace } from '../../config/catalog.ts';
import type { ServiceThere } from './refusals.ts';

interface Needs {
  aws: Aws;
  there: ServiceThere;
}

export const scale =
  ({ aws, there }: Needs) =>
  async (place: ServicePlace, desired: number): Promise<void> => {
    if (!Number.isInteger(desired) || desired < 0) {
      throw new RangeError(`${desired} is not a number of tasks`);
    }
    const { desiredCount } = await there(place);
    if (desiredCount === desired) return;
    const { region, cluster, service } = place.target;
    const command = new UpdateServiceCommand({ cluster, service, desiredCount: desired });
    await aws.ecs(region).send('UpdateService', command);
  };
