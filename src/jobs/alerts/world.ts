/** What the handling of alerts needs of everything around it. */
import type { SlackWriter } from '../../clients/slack.ts';
import type { Catalog } from '../../config/catalog.ts';
import type { Alert } from '../../records/alert.ts';
import type { AlertGroup } from '../../records/alert-group.ts';
import type { World } from '../deployment/world.ts';
import type { Queues } from '../queues.ts';

export interface AlertWorld extends Pick<World, 'clock' | 'catalog' | 'store' | 'probe'> {
  slack: Pick<SlackWriter, 'channelId' | 'find' | 'post' | 'update'>;
  queues: Pick<Queues, 'wakeIncident'>;
}

/** Where an alert belongs: what it does not name, or names wrongly, is the environment that matters most. */
export function homeOf(
  alert: Pick<Alert, 'environment' | 'service'>,
  { environments, place }: Pick<Catalog, 'environments' | 'place'>,
): Pick<AlertGroup, 'environment' | 'service'> {
  const all = [...environments.values()];
  const named = all.find(({ name }) => name === alert.environment);
  const environment = (named ?? all.find(({ critical }) => critical) ?? all.at(-1))?.name;
  if (environment === undefined) throw new Error('The catalog names no environment.');
  const service = alert.service !== null && place(alert.service, environment) ? alert.service : null;
  return { environment, service };
}
