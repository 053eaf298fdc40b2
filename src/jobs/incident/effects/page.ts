/** Reaching people: PagerDuty where the catalog names a schedule, direct messages where it does not or does not answer. */
import { OutsideRefused } from '../../../clients/outside.ts';
import type { PagerDuty } from '../../../clients/pagerduty.ts';
import { SlackAway, SlackRefused } from '../../../clients/slack-errors.ts';
import type { Effect } from '../../../records/effect.ts';
import { type Incident, subjectOf } from '../../../records/incident.ts';
import type { Severity } from '../../../records/incident-terms.ts';
import { pageMessage, pageSummary } from '../../../templates/incident/paging.ts';
import { incidentPost } from '../../../templates/incident/posts.ts';
import type { Message } from '../../../templates/message.ts';
import { viewOf } from '../view.ts';
import { type IncidentWorld, rulesOf } from '../world.ts';
import type { Carry } from './index.ts';

/** What PagerDuty knows our incident by; `/alerts/pagerduty` finds the way back by it. */
const dedupKeyOf = ({ id }: Pick<Incident, 'id'>): string => `pilothouse:${id}`;

/** PagerDuty documentation, Events API v2: the four severities of an event. */
const pagerDutySeverity: Readonly<Record<Severity, 'critical' | 'error' | 'warning' | 'info'>> = {
  P1: 'critical',
  P2: 'error',
  P3: 'warning',
  P4: 'info',
};

export const page: Carry<'page'> = async (i, effect, world) => {
  const { on_call } = rulesOf(world);
  const { level } = effect.what;
  const entries = level === 0 ? on_call.otherwise : (on_call.escalate[level - 1] ?? on_call.otherwise);
  if (i.drill) return drilled(i, effect, `Drill: ${list(entries)} would be paged`, world);
  if (!usesPagerDuty(world)) return { text: await callDirectly(i, effect, entries, world) };
  const [rung] = await Promise.allSettled([ring(i, effect.what, world)]);
  if (rung.status === 'fulfilled' && level === 0) return { text: 'Paged on-call in PagerDuty' };
  // Neither waits for the other: whoever PagerDuty cannot reach is called in Slack, and PagerDuty rings without Slack.
  const [called] = await Promise.allSettled([callDirectly(i, effect, entries, world)]);
  const unreached = called.status === 'rejected' ? asTrouble(called.reason) : null;
  if (rung.status === 'rejected') {
    // A refusal is not tried again, but a message that is only late is.
    throw rung.reason instanceof OutsideRefused ? (unreached ?? rung.reason) : rung.reason;
  }
  if (!world.pagerduty.can.escalate) {
    if (unreached) throw unreached;
    return { text: `Called ${list(entries)} directly` };
  }
  // Ringing once more for a message's sake would take back that somebody acknowledged meanwhile.
  return {
    text: `Called level ${level + 1} in PagerDuty, ${unreached ? `but ${list(entries)} not` : `and ${list(entries)}`} directly`,
  };
};

/** What Slack says no to; everything else is no trouble outside, and is thrown. */
function asTrouble(reason: unknown): SlackAway | SlackRefused {
  if (reason instanceof SlackAway || reason instanceof SlackRefused) return reason;
  throw reason;
}

/** PagerDuty calls whoever is on call at this level. */
async function ring(
  i: Incident,
  { level, why }: { level: number; why: string },
  { pagerduty }: IncidentWorld & { pagerduty: PagerDuty },
): Promise<void> {
  await pagerduty.trigger({
    dedupKey: dedupKeyOf(i),
    summary: pageSummary(i),
    severity: pagerDutySeverity[i.severity],
    source: i.environment,
    component: subjectOf(i),
    group: i.environment,
    links: [],
    details: { incident: i.id, severity: i.severity, why, declaredAt: new Date(i.declaredAt).toISOString() },
  });
  if (level > 0 && pagerduty.can.escalate) await pagerduty.escalate(dedupKeyOf(i), level + 1);
}

export const pageLeadership: Carry<'page-leadership'> = async (i, effect, world) => {
  const { leadership } = rulesOf(world).on_call;
  if (i.drill) return drilled(i, effect, `Drill: ${list(leadership)} would be paged`, world);
  return { text: await callDirectly(i, effect, leadership, world) };
};

/** Without ringing: a message to whoever is on call. */
export const tellOnCall: Carry<'tell-on-call'> = async (i, effect, world) => {
  const ids = i.drill ? declarerOf(i) : await onCallIds(world);
  const message = incidentPost(i, { kind: 'told', why: effect.what.why }, await viewOf(i, world));
  await toEach(ids, message, i, effect, world);
  return { text: ids.length > 0 ? `Told on-call: ${effect.what.why}` : 'Nobody is on call to be told' };
};

export const acknowledgePage: Carry<'page-acknowledge'> = async (i, _, world) => {
  if (!i.drill && usesPagerDuty(world)) await world.pagerduty.acknowledge(dedupKeyOf(i));
  return {};
};

export const resolvePage: Carry<'page-resolve'> = async (i, _, world) => {
  if (!i.drill && usesPagerDuty(world)) await world.pagerduty.resolve(dedupKeyOf(i));
  return {};
};

/** Slack's ids of whoever is on call now: as PagerDuty says, or as the catalog does where it cannot be asked. */
export async function onCallIds(world: IncidentWorld): Promise<string[]> {
  const { on_call } = rulesOf(world);
  const said = await fromSchedule(world);
  return world.people.idsOf(said.length > 0 ? said : on_call.otherwise);
}

async function fromSchedule(world: IncidentWorld): Promise<string[]> {
  const schedule = rulesOf(world).on_call.pagerduty_schedule;
  if (!schedule || !world.pagerduty?.can.look) return [];
  try {
    const people = await world.pagerduty.onCall(schedule);
    return people.flatMap(({ email }) => email ?? []);
  } catch {
    // The catalog names who is called then.
    return [];
  }
}

const usesPagerDuty = (world: IncidentWorld): world is IncidentWorld & { pagerduty: PagerDuty } =>
  world.pagerduty?.can.page === true;

async function callDirectly(
  i: Incident,
  effect: Effect & { what: { why: string } },
  entries: readonly string[],
  world: IncidentWorld,
): Promise<string> {
  const ids = await world.people.idsOf(entries);
  await toEach(ids, pageMessage(i, await viewOf(i, world), effect.what.why), i, effect, world);
  return ids.length > 0
    ? `Called ${list(entries)} by direct message`
    : `Nobody could be called: ${list(entries)}`;
}

async function drilled(
  i: Incident,
  effect: Effect & { what: { why: string } },
  text: string,
  world: IncidentWorld,
) {
  const message = pageMessage(i, await viewOf(i, world), effect.what.why);
  await toEach(declarerOf(i), message, i, effect, world);
  return { text };
}

const declarerOf = ({ declaredBy }: Incident): string[] => (declaredBy ? [declaredBy.id] : []);

/** One who cannot be reached does not keep the others from it. */
async function toEach(
  ids: readonly string[],
  message: Message,
  i: Incident,
  { key, since }: Effect,
  { slack }: IncidentWorld,
): Promise<void> {
  const results = await Promise.allSettled(
    ids.map((id) => slack.direct(id, message, `${i.id}:${key}:${id}`, since, 'incident')),
  );
  const failed = results.filter((r) => r.status === 'rejected').map((r): unknown => r.reason);
  const away = failed.find((reason) => !(reason instanceof SlackRefused));
  if (away) throw away;
  if (failed.length > 0 && failed.length === ids.length) throw failed[0];
}

const list = (entries: readonly string[]): string => entries.join(', ');
