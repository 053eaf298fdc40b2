/** New tasks of what runs: a forced deployment of the same task definition, once, however often it is asked for. */
import { ListServiceDeploymentsCommand, type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { Aws } from '../../clients/aws.ts';
import { isDenied } from '../../clients/aws-errors.ts';
import type { ServicePlace } from '../../config/catalog.ts';
import { skew } from './history.ts';
import type { ServiceThere } from './refusals.ts';

interface Needs {
  aws: Aws;
  there: ServiceThere;
}

/**
 * Forcing is not idempotent, and UpdateService takes no client token: what began since the wish was written down is the
 * only trace. A deployment that began within `skew` before it counts too: AWS's times may be whole seconds and its
 * clock behind ours, and it starts new tasks all the same.
 */
export const restart =
  ({ aws, there }: Needs) =>
  async (place: ServicePlace, since: number): Promise<void> => {
    const { region, cluster, service } = place.target;
    const after = since - skew;
    if (showsDeploymentSince(await there(place), after)) return;
    if (await listsDeploymentSince(aws, place, after)) return;
    const command = new UpdateServiceCommand({ cluster, service, forceNewDeployment: true });
    await aws.ecs(region).send('UpdateService', command);
  };

const showsDeploymentSince = ({ deployments = [] }: Service, after: number): boolean =>
  deployments.some(({ createdAt }) => Number(createdAt) >= after);

/** The service forgets a deployment that was rolled back or overtaken; its history does not. */
async function listsDeploymentSince(aws: Aws, { target }: ServicePlace, after: number): Promise<boolean> {
  const { region, cluster, service } = target;
  const command = new ListServiceDeploymentsCommand({
    cluster,
    service,
    createdAt: { after: new Date(after) },
    maxResults: 1,
  });
  try {
    const { serviceDeployments = [] } = await aws.ecs(region).send('ListServiceDeployments', command);
    return serviceDeployments.length > 0;
  } catch (error) {
    if (isDenied(error)) return false;
    throw error;
  }
}
