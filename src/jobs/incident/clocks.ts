/** What time does to an incident: every deadline is in the record, and the clock is an argument. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import { type Incident, isOver, publicTitle, unclaimedRoles } from '../../records/incident.ts';
import { dueBy } from './business-time.ts';
import { escalateUndelivered, offerDraft, updateDue } from './communicate.ts';
import { assessed } from './course.ts';
import { chase } from './end.ts';
import { recommended } from './hear.ts';
import { noted, posted, told, withEffect } from './pen.ts';

type Clock = Exclude<keyof Incident['clocks'], 'level'>;

const rings: Readonly<Record<Clock, (i: Incident, now: number, rules: IncidentRules) => Incident>> = {
  acknowledge: callNextLevel,
  leadership: callLeadership,
  draft: offerDraft,
  update: updateDue,
  overdue: escalateUndelivered,
  roles: askForRoles,
  assess: (i, now) => assessed({ ...i, clocks: { ...i.clocks, assess: null } }, now),
  mitigate: (i, now) => recommended(i, now),
  archive,
  chase,
};
const order: readonly Clock[] = [
  'acknowledge',
  'leadership',
  // The update's own time makes its draft void.
  'update',
  'draft',
  'overdue',
  'roles',
  'assess',
  'mitigate',
  'archive',
  'chase',
];

/** Does what is due. Every clock that rang is set anew or stopped, so doing it twice changes nothing. */
export function applyTime(i: Incident, now: number, rules: IncidentRules): Incident {
  return order.reduce((next, clock) => {
    const at = next.clocks[clock];
    return at !== null && at <= now ? rings[clock](next, now, rules) : next;
  }, i);
}

/** The next deadline, or effect that waits, after `now`; null: there is none. */
export function nextDeadline(i: Incident, now: number): number | null {
  const waiting = i.effects.filter((e) => e.state === 'due').map((e) => e.notBefore);
  const times = [...order.map((clock) => i.clocks[clock]), ...waiting].filter(
    (at) => at !== null && at > now,
  );
  return times.length > 0 ? Math.min(...times.map(Number)) : null;
}

/** Nothing is left to be done by itself: its job may end until somebody does something. */
export const isSettled = (i: Incident): boolean =>
  isOver(i) && order.every((clock) => i.clocks[clock] === null) && i.effects.every((e) => e.state !== 'due');

/** Runbook 001's response times: nobody acknowledged, so the next level is called, and the last one again and again. */
function callNextLevel(i: Incident, now: number, rules: IncidentRules): Incident {
  const { respond_within } = rules.severities[i.severity];
  const level = Math.min(i.clocks.level + 1, rules.on_call.escalate.length);
  const calls = i.effects.filter((e) => e.what.kind === 'page').length;
  const text = `Nobody acknowledged it in time: ${level > i.clocks.level ? 'the next level is called' : 'called again'}`;
  const next = told(
    { ...i, clocks: { ...i.clocks, level, acknowledge: dueBy(now, respond_within, rules.business_hours) } },
    now,
    {
      kind: 'overdue',
      text,
    },
  );
  return withEffect(next, now, `page-overdue-${calls}`, {
    kind: 'page',
    level,
    why: `Not acknowledged in time: ${i.severity} ${publicTitle(i)}`,
  });
}

function callLeadership(i: Incident, now: number): Incident {
  const next = told({ ...i, clocks: { ...i.clocks, leadership: null } }, now, {
    kind: 'leadership',
    text: 'The outage lasts: engineering leadership is called',
  });
  const calls = i.effects.filter((e) => e.what.kind === 'page-leadership').length;
  return withEffect(next, now, calls === 0 ? 'page-leadership' : `page-leadership-${calls + 1}`, {
    kind: 'page-leadership',
    why: `${i.severity} since ${new Date(i.declaredAt).toISOString().slice(11, 16)} UTC: ${publicTitle(i)}`,
  });
}

/** Asked for again, but ever less often: the wait doubles. */
function askForRoles(i: Incident, now: number, rules: IncidentRules): Incident {
  const missing = unclaimedRoles(i);
  if (missing.length === 0) return { ...i, clocks: { ...i.clocks, roles: null } };
  const asked = i.effects.filter((e) => e.what.kind === 'post' && e.what.post.kind === 'roles').length;
  const next = posted(i, now, `roles-${asked + 1}`, { kind: 'roles', missing });
  return { ...next, clocks: { ...next.clocks, roles: now + rules.claim_roles_within * 2 ** (asked + 1) } };
}

function archive(i: Incident, now: number): Incident {
  const next = { ...i, clocks: { ...i.clocks, archive: null } };
  if (!i.room) return next;
  const count = i.effects.filter((e) => e.what.kind === 'archive').length + 1;
  return withEffect(
    noted(next, now, {
      kind: 'archived',
      text: `War room #${i.room.name} is archived, some days after the end`,
    }),
    now,
    `archive-${count}`,
    { kind: 'archive' },
  );
}
