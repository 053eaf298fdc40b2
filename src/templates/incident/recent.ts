/** Recent deployments of the affected services, each with a way back. */
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

/** The newest of each service can be rolled back, unless the matrix forbids it. */
export function recentButtons({ recent, recommendation }: IncidentView, most: number): Choice[] {
  if (recommendation.forbidden.some(({ action }) => action === 'roll-back')) return [];
  const newest = [...new Map(recent.toReversed().map((d) => [d.service, d])).values()]
    .toSorted((a, b) => recent.indexOf(a) - recent.indexOf(b))
    .filter(({ from }) => from !== null);
  return newest.slice(0, most).map(({ service, from }, index) => ({
    label: `Roll back ${literal(service, 40)} to ${literal(from ?? '', 25)}`,
    does: 'mitigate',
    arg: `roll-back ${service}`,
    among: `recent/${index}`,
  }));
}
