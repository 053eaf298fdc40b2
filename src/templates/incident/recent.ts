/** Recent deployments of the affected services, each with a way back. */
import type { Incident } from '../../records/incident.ts';
import { code, escaped, literal, when } from '../text.ts';
import type { Choice } from './buttons.ts';
import { linked } from './links.ts';
import type { IncidentView, RecentDeployment } from './view.ts';

export function recentLines(recent: readonly RecentDeployment[], most: number): string[] {
  const rest = recent.length - most;
  return [...recent.slice(0, most).map(line), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}

function line({ id, service, version, from, at, ending, by, link }: RecentDeployment): string {
  const change = `${from === null ? '' : `${code(from, 40)} → `}${code(version, 40)}`;
  return `• *${escaped(service, 63)}* ${change} · ${when(at)} · ${linked(link, escaped(id, 40))} ${escaped(ending, 40)} · ${escaped(`@${by}`, 60)}`;
}

/**
 * The newest of each service can be rolled back, unless the matrix forbids it, it went back already, or it is itself
 * the way back from the one before.
 */
export function recentButtons(
  { mitigations }: Pick<Incident, 'mitigations'>,
  { recent, recommendation }: Pick<IncidentView, 'recent' | 'recommendation'>,
  most: number,
): Choice[] {
  if (recommendation.forbidden.some(({ action }) => action === 'roll-back')) return [];
  const isGoingBack = (service: string) =>
    mitigations.some(
      (m) =>
        (m.action === 'roll-back-all' || (m.action === 'roll-back' && m.services.includes(service))) &&
        (m.state === 'asked' || m.state === 'under-way'),
    );
  const newest = recent.filter(
    (d, index) => recent.findIndex(({ service }) => service === d.service) === index,
  );
  return newest
    .filter((d) => d.from !== null && !wentBack(d, recent) && !isGoingBack(d.service))
    .slice(0, most)
    .map(({ service, from }, index) => ({
      label: `Roll back ${literal(service, 40)} to ${literal(from ?? '', 25)}`,
      does: 'mitigate',
      arg: `roll-back ${service} ${from}`,
      among: `recent/${index}`,
    }));
}

function wentBack(d: RecentDeployment, recent: readonly RecentDeployment[]): boolean {
  const isReturn = recent.some(
    (other) => other.service === d.service && other.version === d.from && other.from === d.version,
  );
  return isReturn || d.ending === 'rolled-back';
}
