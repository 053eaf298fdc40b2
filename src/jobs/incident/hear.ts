/** What the bot hears about an incident: alerts, deployments, findings, and how its own effects went. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { WhatOf as Heard } from '../../records/act.ts';
import type { Alert } from '../../records/alert.ts';
import type { Person } from '../../records/deployment.ts';
import type { Effect, EffectResult } from '../../records/effect.ts';
import { type Findings, type Incident, isOver } from '../../records/incident.ts';
import { assessed, changeStatus, isRefresh } from './course.ts';
import { changedEffect, noted, posted, told, withEffect } from './pen.ts';

/** Runbook 004, "Alerts": high errors and high latency are told with "consider rollback". */
const advice: Readonly<Partial<Record<Alert['topic'], string>>> = {
  'error-rate': 'Consider rollback',
  slow: 'Investigate, consider rollback',
};

export function hearAlert(i: Incident, alert: Alert, at: number): Incident {
  const { source, key, title, topic, link, state } = alert;
  const known = i.alerts.find((a) => a.source === source && a.key === key);
  const firing = state === 'firing';
  if (known?.firing === firing || (!known && !firing)) {
    const count = (known?.count ?? 0) + 1;
    return { ...i, alerts: i.alerts.map((a) => (a === known ? { ...a, count } : a)) };
  }
  const entry = { source, key, title, topic, link, firing, since: alert.at, count: (known?.count ?? 0) + 1 };
  const alerts = known ? i.alerts.map((a) => (a === known ? entry : a)) : [...i.alerts, entry];
  const what = advice[topic];
  const text = firing ? `Alert: ${title}${what ? `. ${what}.` : ''}` : `Alert over: ${title}`;
  const line = { kind: 'alert' as const, text, links: link ? [link] : [] };
  // A hundred pods say the same: who works on it needs the first few, the timeline has them all.
  const isStorm = i.timeline.filter((e) => e.kind === 'alert' && e.at > at - stormWithin).length >= mostTold;
  const next = isStorm ? noted({ ...i, alerts }, at, line) : told({ ...i, alerts }, at, line);
  if (!firing || !what || isOver(i)) return next;
  return withEffect(next, at, `tell-on-call-${topic}-${Math.floor(at / stormWithin)}`, {
    kind: 'tell-on-call',
    why: `${title}. ${what}.`,
  });
}
const stormWithin = 15 * 60_000;
const mostTold = 5;

export function hearDeployment(
  i: Incident,
  { id, event, text, link, back }: Heard<'deployment'>,
  by: Person | null,
  at: number,
  rules: IncidentRules,
): Incident {
  const deployments = i.deployments.includes(id) ? i.deployments : [...i.deployments, id];
  const next = told({ ...i, deployments }, at, { kind: 'deployment', text, links: link ? [link] : [] });
  if (isOver(i)) return next;
  const followed = back ? withRollback(next, { id, event, back }, by, at) : next;
  if (event === 'started') {
    const early = followed.status === 'investigating' || followed.status === 'identified';
    return early ? changeStatus(followed, 'mitigating', null, at, rules) : followed;
  }
  return assessed(calledFor(followed, { id, event, text }, at), at);
}

type Event = Heard<'deployment'>['event'];

/** A rollback by hand is what people do to get better, wherever they asked for it. */
function withRollback(
  i: Incident,
  { id, event, back }: { id: string; event: Event; back: string[] },
  by: Person | null,
  at: number,
): Incident {
  const known = i.mitigations.find((m) => m.detail === id);
  if (!known) {
    if (event !== 'started' || !by) return i;
    const n = i.mitigations.length + 1;
    const begun = { n, action: 'roll-back' as const, services: back, by, at, detail: id, desired: {} };
    return { ...i, mitigations: [...i.mitigations, { ...begun, state: 'under-way' }] };
  }
  if (event === 'started') return i;
  const state = event === 'succeeded' ? 'done' : 'failed';
  return { ...i, mitigations: i.mitigations.map((m) => (m === known ? { ...m, state } : m)) };
}

/** Runbook 004, "Alerts": a deployment that failed is told to those on call, what was put back pages them; also here. */
function calledFor(
  i: Incident,
  { id, event, text }: { id: string; event: Event; text: string },
  at: number,
): Incident {
  const why = i.isPrivate ? `${id} went wrong` : text.slice(0, 500);
  if (event === 'rolled-back') return withEffect(i, at, `page-${id}`, { kind: 'page', level: 0, why });
  if (event === 'failed' || event === 'left')
    return withEffect(i, at, `tell-on-call-${id}`, { kind: 'tell-on-call', why });
  return i;
}

/** What was found is posted; the first time with what the matrix makes of it. */
export function hearFindings(
  i: Incident,
  { findings, effect }: Pick<Heard<'findings'>, 'findings' | 'effect'>,
  at: number,
  rules: IncidentRules,
): Incident {
  if (isRefresh(effect) && i.findings && isSame(i.findings, findings)) return { ...i, findings };
  const unwell = findings.services.filter((s) => s.verdict !== 'healthy');
  const text =
    unwell.length === 0
      ? `All ${findings.services.length} services look healthy`
      : `Not healthy: ${unwell.map((s) => `${s.service} (${s.problems[0] ?? s.verdict})`).join(', ')}`;
  const found = noted({ ...i, findings }, at, { kind: 'findings', text: text.slice(0, 1000) });
  const shown = posted(found, at, `findings-${findings.at}`, { kind: 'findings', at: findings.at });
  if (isOver(i)) return shown;
  // What probes never saw they cannot say is over.
  const wasSeen = i.findings?.services.some((s) => s.verdict === 'unhealthy') ?? false;
  if (unwell.length === 0 && wasSeen && i.status === 'mitigating') {
    return changeStatus(shown, 'monitoring', null, at, rules);
  }
  return unwell.length > 0 ? recommended(shown, at) : shown;
}

const isSame = (a: Findings, b: Findings): boolean => verdicts(a) === verdicts(b);
const verdicts = ({ services }: Findings): string =>
  services.map(({ service, verdict }) => `${service} ${verdict}`).join();

/** The decision matrix with its buttons, once. */
export function recommended(i: Incident, at: number): Incident {
  const next = { ...i, clocks: { ...i.clocks, mitigate: null } };
  const shown = posted(next, at, 'mitigate', { kind: 'mitigate' });
  // Runbook 001, "Communicate": "Notify affected customers", with the text ready; what is secret is not for them yet.
  return i.isPrivate || i.kind === 'review' ? shown : posted(shown, at, 'customers', { kind: 'customers' });
}

export function hearMitigation(
  i: Incident,
  { n, state, detail, desired }: Heard<'mitigation'>,
  at: number,
): Incident {
  const mitigation = i.mitigations.find((m) => m.n === n);
  if (!mitigation || mitigation.state === state) return i;
  const mitigations = i.mitigations.map((m) =>
    m.n === n ? { ...m, state, detail, desired: desired ?? m.desired } : m,
  );
  const next = told({ ...i, mitigations }, at, { kind: 'mitigation', text: detail });
  return state === 'under-way' || isOver(i) ? next : assessed(next, at);
}

export function hearEffect(
  i: Incident,
  what: Heard<'effect-done'> | Heard<'effect-failed'>,
  at: number,
): Incident {
  const effect = i.effects.find((e) => e.key === what.key);
  if (effect?.state !== 'due') return i;
  return what.kind === 'effect-done'
    ? carriedOut(i, effect, what.result, at)
    : wentWrong(i, effect, what, at);
}

function carriedOut(i: Incident, { key, what, tries }: Effect, result: EffectResult, at: number): Incident {
  const { channel, ts, name, id, link = null, text } = result;
  const done = changedEffect(i, key, { state: 'done', link, trouble: null });
  const links = link ? [link] : [];
  switch (what.kind) {
    case 'card':
      return channel && ts ? { ...done, card: { channel, ts } } : done;
    case 'room-card':
      return channel && ts ? { ...done, roomCard: { channel, ts } } : done;
    case 'room':
      return channel && name
        ? noted({ ...done, room: { id: channel, name } }, at, {
            kind: 'room',
            text: text ?? `War room: #${name}`,
          })
        : done;
    case 'page':
    case 'page-leadership':
      return told(done, at, { kind: 'paged', text: text ?? 'Paged', links });
    case 'tell-on-call':
    case 'invite':
      return text ? noted(done, at, { kind: 'told', text }) : done;
    case 'publish': {
      const statusPage = id ? { id, link } : done.statusPage;
      return told({ ...done, statusPage }, at, {
        kind: 'public',
        text: publicLine(key, what.status),
        links,
      });
    }
    case 'post-mortem':
      return told(done, at, {
        kind: 'post-mortem',
        text: text ?? 'The draft of the post-mortem is ready',
        links,
      });
    case 'issue': {
      const followUps = done.followUps.map((f) => (f.n === what.followUp ? { ...f, link } : f));
      return noted({ ...done, followUps }, at, { kind: 'follow-up', text: text ?? 'Issue opened', links });
    }
    case 'archive':
    case 'unarchive':
      return noted(done, at, { kind: 'archived', text: text ?? `${what.kind}d` });
    default:
      // What came late says so: a post that had to wait for Slack.
      return tries > 0 && what.kind === 'post' && what.post.kind === 'update'
        ? noted(done, at, { kind: 'update', text: `Update ${what.post.n} could be posted now` })
        : done;
  }
}

/** Says which update it was: lines that say the same would look as if something had been published twice. */
function publicLine(key: string, status: string): string {
  const [, update, again] = /^publish-update-(\d+)(-\d+)?$/.exec(key) ?? [];
  return `${update ? `Update ${update}${again ? ', renewed' : ''}, on` : 'On'} the status page: ${status}`;
}

function wentWrong(
  i: Incident,
  effect: Effect,
  { why, retryIn }: Heard<'effect-failed'>,
  at: number,
): Incident {
  const isFirst = effect.trouble === null;
  const failed = changedEffect(i, effect.key, {
    tries: effect.tries + 1,
    trouble: why,
    ...(retryIn === null ? { state: 'failed' } : { notBefore: at + retryIn }),
  });
  // A bot is no member of what was archived, and may not open it (Slack documentation): its thread is there still.
  const room = effect.what.kind === 'unarchive' && retryIn === null ? null : i.room;
  const isNews = isFirst || retryIn === null;
  const text = `${nameOf(effect)}: ${why}${retryIn === null ? '' : ' (is tried again)'}`;
  return isNews ? noted({ ...failed, room }, at, { kind: 'trouble', text }) : failed;
}

/** What an effect is called where its trouble is told. */
function nameOf({ what }: Pick<Effect, 'what'>): string {
  switch (what.kind) {
    case 'card':
      return 'The card in the incidents channel';
    case 'room':
      return 'The war room';
    case 'room-card':
      return 'The summary in the war room';
    case 'invite':
      return 'Inviting people to the war room';
    case 'post':
      return what.post.kind === 'update' ? `Update ${what.post.n}` : 'A message';
    case 'direct':
      return 'A direct message';
    case 'page':
      return 'Paging on-call';
    case 'page-leadership':
      return 'Paging leadership';
    case 'tell-on-call':
      return 'Telling on-call';
    case 'page-acknowledge':
      return 'Acknowledging in PagerDuty';
    case 'page-resolve':
      return 'Resolving in PagerDuty';
    case 'assess':
      return 'Looking at health';
    case 'mitigate':
    case 'undo':
      return 'The mitigation';
    case 'publish':
      return 'The status page';
    case 'post-mortem':
      return 'The post-mortem';
    case 'issue':
      return 'A GitHub issue';
    case 'merge':
      return `Telling ${what.into}`;
    case 'archive':
    case 'unarchive':
      return 'Archiving the war room';
  }
}
