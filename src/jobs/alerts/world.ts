/** What the handling of alerts needs of everything around it. */
import type { SlackWriter } from '../../clients/slack.ts';
import type { Catalog } from '../../config/catalog.ts';
import type { Alert } from '../../records/alert.ts';
import type { AlertGroup } from '../../records/alert-group.ts';
import type { Incident } from '../../records/incident.ts';
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

/**
 * The open incident that a group's alerts go to: the one that they went to, one of the same service, or one of the
 * environment as a whole. A review takes none: it is about what is over. Nor does a drill.
 */
export function coveringIncident(
  group: Pick<AlertGroup, 'environment' | 'service' | 'incident'>,
  open: readonly Incident[],
): Incident | null {
  const here = open.filter(
    (i) =>
      i.environment === group.environment && i.drill === null && i.kind !== 'review' && i.kind !== 'security',
  );
  return (
    open.find((i) => i.id === group.incident) ??
    here.find((i) => group.service !== null && i.services.includes(group.service)) ??
    here.find((i) => i.services.length === 0) ??
    null
  );
}
