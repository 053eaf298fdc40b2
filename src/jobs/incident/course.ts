/** How far an incident has come: its status, and looks at what it is about. */
import type { Person } from '../../records/deployment.ts';
import type { Incident } from '../../records/incident.ts';
import { told, withEffect } from './pen.ts';

/** Users are no longer hurt once it is only watched. */
export function changeStatus(
  i: Incident,
  to: 'investigating' | 'identified' | 'mitigating' | 'monitoring',
  by: Person | null,
  at: number,
): Incident {
  if (i.status === to) return i;
  const mitigatedAt = to === 'monitoring' ? (i.mitigatedAt ?? at) : null;
  const clocks = to === 'monitoring' ? { ...i.clocks, leadership: null } : i.clocks;
  return told({ ...i, status: to, mitigatedAt, clocks }, at, {
    kind: 'status',
    by,
    text: `Status: ${to}`,
  });
}

/** Looks once more; one look at a time. */
export function assessed(i: Incident, at: number): Incident {
  const looks = i.effects.filter((e) => e.what.kind === 'assess');
  if (looks.some((e) => e.state === 'due')) return i;
  const n = looks.length + 1;
  return withEffect(i, at, `assess-${n}`, { kind: 'assess', n });
}
