/** What a new incident sets going: its clocks, its card, its war room, and who is called. */
import type { IncidentRules } from '../../config/incidents.ts';
import { type Incident, publicTitle, subjectOf } from '../../records/incident.ts';
import { dueBy } from './business-time.ts';
import { noted, posted, withEffect } from './pen.ts';

const minute = 60_000;
/** Runbook 001, "P1 Incident Procedure": "Assess (5-10 minutes)", "Mitigate (10-30 minutes)". */
const assessAfter = 5 * minute;
const mitigateAfter = 10 * minute;

export const hasBegun = ({ timeline }: Incident): boolean => timeline.some((e) => e.kind === 'declared');

export function begin(i: Incident, rules: IncidentRules, now: number): Incident {
  const declared = noted(i, now, {
    kind: 'declared',
    at: i.declaredAt,
    by: i.declaredBy,
    text: declaration(i),
  });
  const visible = shown(clocked(declared, rules), rules, now);
  // Of what it was opened with, the first lines say what went wrong; the rest is in the timeline.
  const told = i.timeline
    .slice(0, mostEvidence)
    .reduce((next, { n }) => posted(next, now, `line-${n}`, { kind: 'timeline', entry: n }), visible);
  return call(told, rules, now);
}
const mostEvidence = 5;

function declaration({ severity, title, source, declaredBy, drill, environment, kind }: Incident): string {
  const what = `${drill ? 'Drill: ' : ''}${severity} in ${environment}: ${title}`;
  switch (source.kind) {
    case 'person':
      return `Declared${declaredBy ? ` by @${declaredBy.name}` : ''}: ${what}`;
    case 'alert':
      return `Opened by an alert: ${what}`;
    case 'deployment':
      return `Opened because deployment ${source.id} failed: ${what}`;
    case 'rollback':
      return `Opened because ${source.id} ${kind === 'review' ? 'rolled back' : 'went wrong after it began'}: ${what}`;
  }
}

/** A review of what went well has no hurry: nothing is overdue, and nothing is announced every so often. */
function clocked(i: Incident, rules: IncidentRules): Incident {
  if (i.kind === 'review') return i;
  const { declaredAt } = i;
  const clocks = {
    ...i.clocks,
    ...clocksFor(i, rules, declaredAt),
    ...procedureClocks(i, rules, declaredAt),
  };
  return { ...i, clocks };
}

/** When roles are asked for, and the phases of the P1 procedure are due, counted from `from`; null: not at all. */
export function procedureClocks(
  { severity, kind }: Pick<Incident, 'severity' | 'kind'>,
  rules: IncidentRules,
  from: number,
): Pick<Incident['clocks'], 'roles' | 'assess' | 'mitigate'> {
  const { page, war_room } = rules.severities[severity];
  if (kind === 'review') return { roles: null, assess: null, mitigate: null };
  return {
    roles: page ? from + rules.claim_roles_within : null,
    assess: war_room ? from + assessAfter : null,
    mitigate: page ? from + mitigateAfter : null,
  };
}

/** The clocks that a severity sets, counted from `from`. */
export function clocksFor(
  i: Incident,
  rules: IncidentRules,
  from: number,
): Pick<Incident['clocks'], 'acknowledge' | 'leadership' | 'update' | 'draft'> {
  const { respond_within, update_every } = rules.severities[i.severity];
  const update = update_every === null ? null : from + update_every;
  return {
    acknowledge: i.acknowledged ? null : dueBy(from, respond_within, rules.business_hours),
    leadership: leadershipAt(i, rules, from),
    update,
    draft: update === null ? null : update - rules.updates.draft_before,
  };
}

/** Runbook 004: "Page engineering leadership for extended outages (>15 min)" under "Complete Service Outage". */
export function leadershipAt(i: Incident, rules: IncidentRules, from: number): number | null {
  const { leadership, leadership_after } = rules.on_call;
  const lasts = i.severity === 'P1' && i.mitigatedAt === null;
  return lasts && leadership.length > 0 ? from + leadership_after : null;
}

function shown(i: Incident, rules: IncidentRules, now: number): Incident {
  let next = i;
  // What is secret is told in its room only.
  if (!i.isPrivate) next = withEffect(next, now, 'card', { kind: 'card' });
  if (rules.severities[i.severity].war_room || i.isPrivate) next = withRoom(next, now);
  return i.halt ? posted(next, now, 'emergency', { kind: 'emergency' }) : next;
}

/** The war room and what belongs into it; once, whatever the severity becomes later. */
export function withRoom(i: Incident, now: number): Incident {
  let next = withEffect(i, now, 'room', { kind: 'room' });
  next = withEffect(next, now, 'room-card', { kind: 'room-card' });
  next = withEffect(next, now, 'invite', { kind: 'invite' });
  return posted(next, now, 'recent-deployments', { kind: 'recent-deployments' });
}

/**
 * Runbook 004, "Alerts": a deployment that failed is told to those on call, a rollback pages them; otherwise the severity
 * says which.
 */
function call(i: Incident, rules: IncidentRules, now: number): Incident {
  const why = `${i.severity} ${subjectOf(i)}: ${publicTitle(i)}`;
  const pages =
    i.source.kind === 'rollback' || (i.source.kind !== 'deployment' && rules.severities[i.severity].page);
  return pages
    ? withEffect(i, now, 'page-0', { kind: 'page', level: 0, why })
    : withEffect(i, now, 'tell-on-call', { kind: 'tell-on-call', why });
}
