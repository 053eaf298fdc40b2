/** Which open incident the alerts of a group belong to, so that a minor one does not swallow an outage. Pure. */
import type { AlertGroup } from '../../records/alert-group.ts';
import type { Incident } from '../../records/incident.ts';
import { type Severity, severities } from '../../records/incident-terms.ts';

/**
 * The open incidents that a group's alerts may go to, the best first: the one that they went to, those that name the
 * service, those of the environment as a whole. A review takes none: it is about what is over. Nor does a drill, nor what
 * is secret.
 */
export function coveringIncidents(
  group: Pick<AlertGroup, 'environment' | 'service' | 'incident'>,
  open: readonly Incident[],
): Incident[] {
  const { environment, service, incident } = group;
  const here = open.filter(
    (i) => i.environment === environment && i.drill === null && i.kind !== 'review' && i.kind !== 'security',
  );
  const own = open.filter((i) => i.id === incident);
  const named = here.filter((i) => service !== null && i.services.includes(service));
  return [...new Set([...own, ...named, ...here.filter(isOfAll)])];
}

/** Who declares something minor and names no service did not mean all of them; an alert that names none may. */
const isOfAll = ({ services, severity, source }: Incident): boolean =>
  services.length === 0 && (severity === 'P1' || severity === 'P2' || source.kind === 'alert');

/** Whether an incident of this severity is enough for what was found: equal or more severe. */
export const isAsSevere = (severity: Severity, found: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(found);
