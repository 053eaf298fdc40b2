/** Looks that are asked for one by one in the same moment are made together, in the API's batches. */
import type { Service } from '@aws-sdk/client-ecs';
import type { ServicePlace } from '../../config/catalog.ts';
import type { DescribeServices, ServiceAt } from './services.ts';

/** One place's service, null where there is none; throws what its batch threw. */
export type LookAt = (place: ServicePlace) => Promise<Service | null>;

export function together(services: DescribeServices): LookAt {
  let places: ServicePlace[] = [];
  let looking: Promise<ServiceAt> | null = null;
  const look = (): Promise<ServiceAt> => {
    const asked = places;
    places = [];
    looking = null;
    return services(asked);
  };
  return async (place) => {
    places.push(place);
    looking ??= Promise.resolve().then(look);
    const serviceAt = await looking;
    return serviceAt(place);
  };
}
