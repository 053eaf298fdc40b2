/** What ECS will not do however often it is asked, as the error that people are meant to see. */
import type { Service } from '@aws-sdk/client-ecs';
import { isDenied, saidNo } from '../../clients/aws-errors.ts';
import type { ServicePlace } from '../../config/catalog.ts';
import { Refusal } from '../../records/refusal.ts';
import type { LookAt } from './together.ts';

/** The place's service as it is now; a `Refusal` where there is none. */
export type ServiceThere = (place: ServicePlace) => Promise<Service>;

export const serviceThere =
  (look: LookAt): ServiceThere =>
  async (place) => {
    const service = await look(place);
    if (service && service.status !== 'INACTIVE') return service;
    throw new Refusal(
      'not-here',
      `There is no service ${place.target.service} in ${place.target.cluster}.`,
      'Look in ECS whether it was renamed or deleted, and correct the catalog.',
    );
  };

/** Where AWS said no, a `Refusal` with AWS's reason; whatever else went wrong stays what it is. */
export async function orRefusal<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!saidNo(error)) throw error;
    const hint = isDenied(error)
      ? 'Give it to the role and try again.'
      : 'Look at the service in the ECS console.';
    throw new Refusal('not-here', `${error.message.replace(/\.$/, '')}.`, hint);
  }
}
