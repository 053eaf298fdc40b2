/** How incidents end, and what is left to do after: resolved, merged, reopened, follow-ups. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { WhatOf as Of } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import { type FollowUp, type Incident, isOver, publicTitle, unclaimedRoles } from '../../records/incident.ts';
import { filled } from '../../templates/incident/messages.ts';
import { clocksFor, procedureClocks } from './begin.ts';
import { withoutDrafts } from './communicate.ts';
import { announced, livesInRoom, noted, told, withEffect } from './pen.ts';

const stopped = {
  acknowledge: null,
  leadership: null,
  update: null,
  draft: null,
  overdue: null,
  roles: null,
  assess: null,
  mitigate: null,
} as const;

export function resolve(
  i: Incident,
  asked: Of<'resolve'>,
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  if (isOver(i)) return i;
  const { impact, resolution, rootCause } = asked;
  const ended: Incident = {
    ...withoutDrafts(i, at),
    status: 'resolved',
    impact,
    resolution,
    rootCause: rootCause ?? i.rootCause,
    resolvedAt: at,
    resolvedBy: by,
    mitigatedAt: i.mitigatedAt ?? at,
    acknowledged: i.acknowledged ?? { at, by, via: 'slack' },
    clocks: { ...i.clocks, ...stopped, archive: livesInRoom(i) ? at + rules.war_room.archive_after : null },
  };
  let next = noted(ended, at, { kind: 'resolved', by, text: `Resolved by @${by.name}: ${resolution}` });
  for (const followUp of asked.followUps) next = withFollowUp(next, followUp, by, at, rules);
  const count = i.timeline.filter((e) => e.kind === 'resolved').length + 1;
  next = announced(next, at, `resolved-${count}`, { kind: 'resolved' });
  next = pageEnded(next, at, count);
  if (next.statusPage) {
    next = withEffect(next, at, `publish-resolved-${count}`, {
      kind: 'publish',
      n: next.effects.length,
      status: 'resolved',
      body: filled('resolved', asked.public ? next : forThePublic(next), rules, at),
      components: Object.fromEntries(
        hurtComponents(next, rules).map((component) => [component, 'operational' as const]),
      ),
    });
  }
  next = withEffect(next, at, `post-mortem-${count}`, { kind: 'post-mortem' });
  return rules.post_mortem.repository && !next.drill ? withIssues(next, at) : next;
}

/** Those of the affected services, and all that were said to be hurt: what was said is taken back. */
function hurtComponents({ services, effects }: Incident, rules: IncidentRules): string[] {
  const affected = services.flatMap((service) => rules.status_page?.components[service] ?? []);
  const published = effects.flatMap(({ what }) =>
    what.kind === 'publish' ? Object.keys(what.components) : [],
  );
  return [...new Set([...affected, ...published])];
}

/** Whoever may not publish ends what is public too, but not in their own words. */
const forThePublic = (i: Incident): Incident => ({
  ...i,
  impact: 'See the updates before',
  resolution: 'The problem is solved',
  followUps: [],
});

/** PagerDuty's incident ends with ours. */
const pageEnded = (i: Incident, at: number, count: number): Incident =>
  i.effects.some((e) => e.what.kind === 'page' || e.what.kind === 'page-leadership')
    ? withEffect(i, at, `page-resolve-${count}`, { kind: 'page-resolve' })
    : i;

const withIssues = (i: Incident, at: number): Incident =>
  i.followUps
    .filter((f) => f.done === null)
    .reduce((next, f) => withEffect(next, at, `issue-${f.n}`, { kind: 'issue', followUp: f.n }), i);

function withFollowUp(
  i: Incident,
  { text, owner, due }: { text: string; owner: Person | null; due: number | null },
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  const n = (i.followUps.at(-1)?.n ?? 0) + 1;
  const followUp: FollowUp = {
    n,
    text,
    owner,
    due: due ?? at + rules.post_mortem.due_after,
    done: null,
    link: null,
    chasedAt: null,
  };
  const next = noted({ ...i, followUps: [...i.followUps, followUp] }, at, {
    kind: 'follow-up',
    by,
    text: `Follow-up ${n}: ${text}${owner ? ` (@${owner.name})` : ''}`,
  });
  return { ...next, clocks: { ...next.clocks, chase: nextChase(next, rules) } };
}

export function addFollowUp(
  i: Incident,
  asked: Of<'follow-up'>,
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  const next = withFollowUp(i, asked, by, at, rules);
  return isOver(i) && rules.post_mortem.repository && !i.drill ? withIssues(next, at) : next;
}

export function finishFollowUp(i: Incident, n: number, by: Person, at: number): Incident {
  const followUp = i.followUps.find((f) => f.n === n);
  if (!followUp || followUp.done) return i;
  const followUps = i.followUps.map((f) => (f.n === n ? { ...f, done: { at, by } } : f));
  const next = noted({ ...i, followUps }, at, {
    kind: 'follow-up',
    by,
    text: `Follow-up ${n} is done: ${followUp.text}`,
  });
  const allDone = followUps.every((f) => f.done !== null);
  return allDone ? { ...next, clocks: { ...next.clocks, chase: null } } : next;
}

const mostReminders = 10;
const remindersOf = ({ effects }: Incident, { n }: FollowUp): number =>
  effects.filter((e) => e.key.startsWith(`chase-${n}-`)).length;

/** When the next owner has to be reminded, or null. */
function nextChase(i: Incident, rules: IncidentRules): number | null {
  const times = i.followUps
    .filter((f) => f.done === null && remindersOf(i, f) < mostReminders)
    .map((f) => (f.chasedAt === null ? f.due : f.chasedAt + rules.post_mortem.chase_every));
  return times.length > 0 ? Math.min(...times) : null;
}

/** Reminds the owners of what is overdue; what has no owner is asked for where the incident lives. */
export function chase(i: Incident, now: number, rules: IncidentRules): Incident {
  let next = i;
  for (const f of i.followUps) {
    const due = f.chasedAt === null ? f.due : f.chasedAt + rules.post_mortem.chase_every;
    if (f.done !== null || due > now) continue;
    // Whoever did not hear it so often will not hear it any more; Home and the post-mortem still say so.
    if (remindersOf(i, f) >= mostReminders) continue;
    const key = `chase-${f.n}-${due}`;
    const post = { kind: 'chase' as const, followUp: f.n };
    // What is secret has no card, and its war room may be archived by then.
    const to = f.owner ?? (i.isPrivate ? (i.roles.commander ?? i.resolvedBy ?? i.declaredBy) : null);
    next = to
      ? withEffect(next, now, key, { kind: 'direct', to: to.id, post })
      : withEffect(next, now, key, { kind: 'post', place: 'channel', post });
    next = { ...next, followUps: next.followUps.map((g) => (g.n === f.n ? { ...g, chasedAt: now } : g)) };
  }
  return { ...next, clocks: { ...next.clocks, chase: nextChase(next, rules) } };
}

export function merge(i: Incident, into: string, by: Person, at: number): Incident {
  if (isOver(i) || into === i.id) return i;
  const ended: Incident = {
    ...withoutDrafts(i, at),
    status: 'merged',
    mergedInto: into,
    resolvedAt: at,
    resolvedBy: by,
    clocks: { ...i.clocks, ...stopped, archive: livesInRoom(i) ? at : null },
  };
  const next = told(ended, at, {
    kind: 'merged',
    by,
    text: `@${by.name} merged it into ${into}: go on there`,
  });
  return withEffect(pageEnded(next, at, 0), at, 'merge', { kind: 'merge', into });
}

export function reopen(i: Incident, reason: string, by: Person, at: number, rules: IncidentRules): Incident {
  if (i.status !== 'resolved') return i;
  const open: Incident = {
    ...i,
    status: 'investigating',
    // Whoever acknowledged it then may be asleep now.
    acknowledged: null,
    resolvedAt: null,
    resolvedBy: null,
    mitigatedAt: null,
  };
  const wasArchived = i.effects.some((e) => e.what.kind === 'archive');
  const roles = unclaimedRoles(i).length === 0 ? null : procedureClocks(open, rules, at).roles;
  const clocks = { ...i.clocks, ...clocksFor(open, rules, at), roles, level: 0, archive: null };
  let next = noted({ ...open, clocks }, at, {
    kind: 'reopened',
    by,
    text: `Reopened by @${by.name}: ${reason}`,
  });
  const count = next.timeline.filter((e) => e.kind === 'reopened').length;
  if (wasArchived) next = withEffect(next, at, `unarchive-${count}`, { kind: 'unarchive' });
  const why = `Reopened: ${i.severity} ${publicTitle(i)}`;
  if (rules.severities[i.severity].page)
    next = withEffect(next, at, `page-reopened-${count}`, { kind: 'page', level: 0, why });
  return announced(next, at, `reopened-${count}`, { kind: 'reopened' });
}
