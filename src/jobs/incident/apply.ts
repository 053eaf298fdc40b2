/**
 * What an act makes of an incident. Pure: the time and the catalog's rules are arguments. An act that no longer fits (a
 * second acknowledgement, an update that was sent meanwhile) leaves the record as it is.
 */
import type { IncidentRules } from '../../config/incidents.ts';
import type { Act, WhatOf as Of, What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import { type Incident, isOver, publicTitle, unclaimedRoles } from '../../records/incident.ts';
import { clocksFor, procedureClocks, withRoom } from './begin.ts';
import { sendUpdate, skipUpdate } from './communicate.ts';
import { assessed, changeStatus } from './course.ts';
import { addFollowUp, finishFollowUp, merge, reopen, resolve } from './end.ts';
import { hearAlert, hearDeployment, hearEffect, hearFindings, hearMitigation } from './hear.ts';
import { changedEffect, livesInRoom, noted, told, withEffect } from './pen.ts';

export function apply(i: Incident, act: Act, rules: IncidentRules): Incident {
  const { what, by, at } = act;
  const heard = hear(i, act, rules);
  if (heard) return heard;
  if (by === null) return what.kind === 'note' ? remarked(i, what, at) : i;
  return stillHolds(i, what) ? does(i, what, by, at, rules) : i;
}

/** What the bot noticed by itself counts whoever is said to have caused it, and also after the end. */
function hear(i: Incident, { what, by, at }: Act, rules: IncidentRules): Incident | null {
  switch (what.kind) {
    case 'alert':
      return hearAlert(i, what.alert, at);
    case 'deployment':
      return hearDeployment(i, what, by, at, rules);
    case 'findings':
      return hearFindings(i, what, at, rules);
    case 'mitigation':
      return hearMitigation(i, what, at);
    case 'effect-done':
    case 'effect-failed':
      return hearEffect(i, what, at);
    case 'merged-from':
      return mergedFrom(i, what, at);
    default:
      return null;
  }
}

/** What the bot has to say of alerts: that they flap, that all of them are over. */
const remarked = (i: Incident, { text, links, said }: Of<'note'>, at: number): Incident =>
  told(i, at, { kind: 'note', at: Math.min(said, at), text, links });

/** After the end only what belongs to the post-mortem is taken. */
const afterEnd: readonly What['kind'][] = [
  'note',
  'note-edited',
  'note-removed',
  'facts',
  'link',
  'check',
  'reopen',
  'follow-up',
  'follow-up-done',
  'retry',
  'undo',
  'publish',
  'clear-halt',
];
export const stillHolds = (i: Incident, { kind }: Pick<What, 'kind'>): boolean =>
  !isOver(i) || afterEnd.includes(kind);

function does(i: Incident, what: What, by: Person, at: number, rules: IncidentRules): Incident {
  switch (what.kind) {
    case 'acknowledge':
      return acknowledge(i, what.via, by, at);
    case 'join':
      return joined(i, by, at);
    case 'claim':
      return claim(i, what.role, by, at);
    case 'hand-over':
      return handOver(i, what, by, at);
    case 'status':
      return changeStatus(i, what.to, by, at, rules);
    case 'severity':
      return changeSeverity(i, what, by, at, rules);
    case 'facts':
      return learn(i, what, by, at, rules);
    case 'note':
      return note(i, what, by, at);
    case 'note-edited':
      return edited(i, what.message, { text: what.text, links: what.links, state: 'edited' });
    case 'note-removed':
      return edited(i, what.message, { state: 'removed' });
    case 'check':
      return check(i, what, by, at);
    case 'symptoms':
      return noted({ ...i, symptoms: what.chosen }, at, {
        kind: 'facts',
        by,
        text:
          what.chosen.length > 0
            ? `It looks like: ${what.chosen.join(', ')}`
            : 'What it looks like was taken back',
      });
    case 'mitigate':
      return mitigate(i, what, by, at, rules);
    case 'undo':
      return undo(i, what.n, by, at);
    case 'assess':
      return assessed(i, at);
    case 'update':
      return sendUpdate(i, what, by, at, rules);
    case 'skip-update':
      return skipUpdate(i, what.n, by, at, rules);
    case 'publish':
      return publish(i, what, by, at);
    case 'link':
      return told({ ...i, links: [...i.links, { title: what.title, link: what.link }] }, at, {
        kind: 'link',
        by,
        text: what.title,
        links: [what.link],
      });
    case 'merge':
      return merge(i, what.into, by, at);
    case 'clear-halt':
      return clearHalt(i, by, at);
    case 'resolve':
      return resolve(i, what, by, at, rules);
    case 'reopen':
      return reopen(i, what.reason, by, at, rules);
    case 'follow-up':
      return addFollowUp(i, what, by, at, rules);
    case 'follow-up-done':
      return finishFollowUp(i, what.n, by, at);
    case 'retry':
      return i.effects.some((e) => e.key === what.effect && e.state !== 'done')
        ? changedEffect(i, what.effect, { state: 'due', notBefore: at })
        : i;
    default:
      return i;
  }
}

function acknowledge(i: Incident, via: 'slack' | 'pagerduty', by: Person, at: number): Incident {
  if (i.acknowledged) return i;
  const acknowledged = told(
    {
      // PagerDuty's people are not Slack's: they cannot be invited or mentioned under that id.
      ...(via === 'slack' ? joined(i, by, at) : i),
      acknowledged: { at, by, via },
      clocks: { ...i.clocks, acknowledge: null, assess: i.findings ? i.clocks.assess : at },
    },
    at,
    {
      kind: 'acknowledged',
      by,
      text: `Acknowledged by @${by.name}${via === 'pagerduty' ? ' in PagerDuty' : ''}`,
    },
  );
  const paged = i.effects.some((e) => e.what.kind === 'page');
  if (!paged || via === 'pagerduty') return acknowledged;
  const before = i.effects.filter((e) => e.what.kind === 'page-acknowledge').length;
  const key = before === 0 ? 'page-acknowledge' : `page-acknowledge-${before + 1}`;
  return withEffect(acknowledged, at, key, { kind: 'page-acknowledge' });
}

/** Whoever works on it is in its war room. */
function joined(i: Incident, by: Person, at: number): Incident {
  if (i.responders.some((p) => p.id === by.id)) return i;
  const next = { ...i, responders: [...i.responders, by] };
  return livesInRoom(i) ? withEffect(next, at, `invite-${by.id}`, { kind: 'invite', people: [by.id] }) : next;
}

const roleTitle = {
  commander: 'incident commander',
  communications: 'communications lead',
  scribe: 'scribe',
} as const;

function claim(i: Incident, role: keyof Incident['roles'], by: Person, at: number): Incident {
  if (i.roles[role]) return i;
  return told(withRole(i, role, by, at), at, { kind: 'role', by, text: `@${by.name} is ${roleTitle[role]}` });
}

function withRole(i: Incident, role: keyof Incident['roles'], holder: Person, at: number): Incident {
  const next = { ...joined(i, holder, at), roles: { ...i.roles, [role]: holder } };
  return unclaimedRoles(next).length > 0 ? next : { ...next, clocks: { ...next.clocks, roles: null } };
}

function handOver(i: Incident, { role, to, note: text }: Of<'hand-over'>, by: Person, at: number): Incident {
  return told(withRole(i, role, to, at), at, {
    kind: 'hand-over',
    by,
    text: `@${by.name} handed ${roleTitle[role]} over to @${to.name}: ${text}`,
  });
}

function changeSeverity(
  i: Incident,
  { to, reason }: Of<'severity'>,
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  if (i.severity === to) return i;
  const text = `${i.severity} became ${to}${reason ? `: ${reason}` : ''}`;
  const changed = { ...i, severity: to };
  const clocks = {
    ...i.clocks,
    ...clocksFor(changed, rules, at),
    ...procedureFrom(changed, rules, at),
    level: 0,
  };
  const next = told({ ...changed, clocks }, at, { kind: 'severity', by, text });
  const { war_room, page } = rules.severities[to];
  const housed = war_room && i.kind !== 'review' ? withRoom(next, at) : next;
  // Whoever acknowledged a smaller one did not say that they can carry this one alone.
  const isRaised = page && !rules.severities[i.severity].page;
  const why = `${i.severity} became ${to}: ${publicTitle(i)}`;
  return isRaised
    ? withEffect(housed, at, `page-raised-${next.timeline.length}`, { kind: 'page', level: 0, why })
    : housed;
}

/** What became one that has a procedure starts it from there; clocks that run go on, and what was done stays done. */
function procedureFrom(i: Incident, rules: IncidentRules, at: number): Partial<Incident['clocks']> {
  const fresh = procedureClocks(i, rules, at);
  const isClaimed = unclaimedRoles(i).length === 0;
  const isAdvised = i.effects.some((e) => e.key === 'mitigate');
  return {
    roles: fresh.roles === null || isClaimed ? null : (i.clocks.roles ?? fresh.roles),
    assess: i.clocks.assess ?? (i.findings ? null : fresh.assess),
    mitigate: fresh.mitigate === null || isAdvised ? null : (i.clocks.mitigate ?? fresh.mitigate),
  };
}

const factNames = {
  title: 'Title',
  impact: 'Impact',
  action: 'Action',
  eta: 'ETA',
  rootCause: 'Root cause',
  fix: 'Permanent fix',
} as const;

function learn(
  i: Incident,
  { kind: _, services, ...facts }: Of<'facts'>,
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  let next: Incident = { ...i, ...facts, ...(services && { services }) };
  for (const [name, label] of Object.entries(factNames)) {
    const value = Object.entries(facts).find(([key]) => key === name)?.[1];
    if (value !== undefined) next = noted(next, at, { kind: 'facts', by, text: `${label}: ${value}` });
  }
  if (services) next = noted(next, at, { kind: 'facts', by, text: `Affected: ${services.join(', ')}` });
  return facts.rootCause !== undefined && next.status === 'investigating'
    ? changeStatus(next, 'identified', by, at, rules)
    : next;
}

function note(i: Incident, { text, links, message, said }: Of<'note'>, by: Person, at: number): Incident {
  const line = { kind: 'note' as const, by, at: Math.min(said, at), text, links, message };
  if (message === null) return told(i, at, line);
  const known = i.timeline.find((e) => e.message === message);
  if (!known) return noted(i, at, line);
  if (known.state === 'removed') return edited(i, message, { text, links, state: 'as-written' });
  // A second pin may be heard after the edit that it came before: that it was edited stays so.
  return known.text === text ? i : edited(i, message, { text, links, state: 'edited' });
}

/** The line that was taken from a message follows what becomes of it. */
const edited = (i: Incident, message: string, change: Partial<Incident['timeline'][number]>): Incident => ({
  ...i,
  timeline: i.timeline.map((e) => (e.message === message ? { ...e, ...change } : e)),
});

function check(i: Incident, { row, done }: Of<'check'>, by: Person, at: number): Incident {
  if (done === (i.checked[row] !== undefined)) return i;
  const { [row]: _, ...others } = i.checked;
  const checked = done ? { ...i.checked, [row]: { at, by } } : others;
  return noted({ ...i, checked }, at, {
    kind: 'checked',
    by,
    text: `${done ? 'Done' : 'Not done after all'}: ${row}`,
  });
}

const actionNames: Readonly<Record<Incident['mitigations'][number]['action'], string>> = {
  'roll-back-all': 'Roll back everything',
  'roll-back': 'Roll back',
  restart: 'Restart',
  'scale-up': 'Scale up',
  'rate-limiting': 'Rate limiting',
  'maintenance-page': 'Maintenance page',
  freeze: 'Freeze',
};

/** One of a kind at a time: a second click while the first is under way changes nothing. */
function mitigate(
  i: Incident,
  { action, services, desired }: Of<'mitigate'>,
  by: Person,
  at: number,
  rules: IncidentRules,
): Incident {
  const isUnderWay = i.mitigations.some(
    (m) =>
      m.action === action &&
      m.services.join() === services.join() &&
      (m.state === 'asked' || m.state === 'under-way'),
  );
  if (isUnderWay) return i;
  const n = i.mitigations.length + 1;
  const asked = { n, action, services, by, at, state: 'asked' as const, detail: null, desired };
  const text = `${[actionNames[action], services.join(', ')].filter(Boolean).join(' ')}, asked by @${by.name}`;
  const next = told({ ...i, mitigations: [...i.mitigations, asked] }, at, { kind: 'mitigation', by, text });
  const working = next.status === 'investigating' || next.status === 'identified';
  return withEffect(working ? changeStatus(next, 'mitigating', by, at, rules) : next, at, `mitigate-${n}`, {
    kind: 'mitigate',
    n,
  });
}

/** Whether somebody asked for it already, and it is not done yet. */
export const isUndoing = ({ effects }: Pick<Incident, 'effects'>, n: number): boolean =>
  effects.some(({ key, state }) => key === undoKey(n) && state === 'due');
const undoKey = (n: number): string => `undo-${n}`;

/** One that was refused may be asked for again. */
function undo(i: Incident, n: number, by: Person, at: number): Incident {
  const mitigation = i.mitigations.find((m) => m.n === n);
  if (mitigation?.state !== 'done' || isUndoing(i, n)) return i;
  const text = `${actionNames[mitigation.action]} off again, asked by @${by.name}`;
  const asked = told(i, at, { kind: 'mitigation', by, text });
  const due = changedEffect(asked, undoKey(n), { state: 'due', notBefore: at });
  return withEffect(due, at, undoKey(n), { kind: 'undo', n });
}

function publish(i: Incident, { status, body, components }: Of<'publish'>, by: Person, at: number): Incident {
  const n = i.effects.filter((e) => e.what.kind === 'publish').length + 1;
  const published = told(i, at, { kind: 'public', by, text: `For the status page: ${status}: ${body}` });
  return withEffect(published, at, `publish-${n}`, { kind: 'publish', n, status, body, components });
}

function clearHalt(i: Incident, by: Person, at: number): Incident {
  if (!i.halt || i.halt.cleared) return i;
  return told({ ...i, halt: { ...i.halt, cleared: { at, by } } }, at, {
    kind: 'halt',
    by,
    text: `@${by.name} cleared it: deployments may go on`,
  });
}

function mergedFrom(i: Incident, { id, title, lines }: Of<'merged-from'>, at: number): Incident {
  return told(i, at, { kind: 'merged', text: [`${id} is the same: ${title}`, ...lines].join('\n') });
}
