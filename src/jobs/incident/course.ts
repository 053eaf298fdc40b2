/** How far an incident has come: its status, and looks at what it is about. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { Person } from '../../records/deployment.ts';
import type { Incident } from '../../records/incident.ts';
import { leadershipAt } from './begin.ts';
import { told, withEffect } from './pen.ts';

/** Users are no longer hurt once it is only watched. */
export function changeStatus(
  i: Incident,
  to: 'investigating' | 'identified' | 'mitigating' | 'monitoring',
  by: Person | null,
  at: number,
  rules: IncidentRules,
): Incident {
  if (i.status === to) return i;
  const mitigatedAt = to === 'monitoring' ? (i.mitigatedAt ?? at) : null;
  const next = { ...i, status: to, mitigatedAt };
  const isWorse = i.status === 'monitoring';
  const leadership =
    to === 'monitoring' ? null : isWorse ? leadershipAt(next, rules, at) : i.clocks.leadership;
  return told({ ...next, clocks: { ...i.clocks, leadership } }, at, {
    kind: 'status',
    by,
    text: `Status: ${to}`,
  });
}

/** Looks once more, and tells what it finds; one look at a time. */
export const assessed = (i: Incident, at: number): Incident => looked(i, at, 'assess');

/** Looks once more, and tells only what has changed: what an update says must be fresh. */
export const refreshed = (i: Incident, at: number): Incident => looked(i, at, 'refresh');

function looked(i: Incident, at: number, name: 'assess' | 'refresh'): Incident {
  const looks = i.effects.filter((e) => e.what.kind === 'assess');
  if (looks.some((e) => e.state === 'due')) return i;
  const n = looks.length + 1;
  return withEffect(i, at, `${name}-${n}`, { kind: 'assess', n });
}

/** Whether a look was only to know whether anything has changed. */
export const isRefresh = (effect: string): boolean => effect.startsWith('refresh-');
