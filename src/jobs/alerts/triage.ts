/** What follows from an alert: nothing, waiting, a question, an incident, or news for one that is open. Pure. */
import { createHash } from 'node:crypto';
import type { What } from '../../records/act.ts';
import type { Alert } from '../../records/alert.ts';
import { type AlertGroup, firing, type Member } from '../../records/alert-group.ts';
import { type AlertRules, calmAt, hear, isSame, pruned } from './hear.ts';

export interface Around {
  now: number;
  /** The open incident that the group's alerts belong to: its own, or one of the same service or of the whole environment. */
  covering: string | null;
  /** The catalog lets alerts of this environment open incidents. */
  mayOpen: boolean;
  isRepeat: boolean;
}

/** What an incident is told; `name` as for `tellIncident`. */
export interface News {
  name: string;
  what: What;
}

export interface Triage {
  group: AlertGroup;
  /** For the incident `group.incident`. */
  news: News[];
  /** When this alert has to be looked at again, in the clock's milliseconds. */
  lookAt: number | null;
}

/** People who said "not now" are not asked again for so long while it goes on, in milliseconds. */
const dismissedFor = 12 * 60 * 60_000;

export function triage(group: AlertGroup, alert: Alert, rules: AlertRules, around: Around): Triage {
  const heard = hear(group, alert, rules, around.isRepeat);
  const calmed = heard.members.filter((m) => m.flapping && calmAt(m, rules) <= around.now);
  const members = heard.members.map((m) => (calmed.includes(m) ? { ...m, flapping: false, changes: [] } : m));
  const before = { ...group, members: pruned(members, around.now) };
  const after = settled(before, heard.change === 'began', rules, around);
  const current = after.members.find((m) => isSame(m.alert, alert));
  return {
    group: after,
    news: newsFor(before, after, { alert, ...heard, calmed }, rules, around),
    lookAt: current && isCurrent(current, alert) ? nextLook(after, current, rules) : null,
  };
}

/** Another delivery is newer than this one, and looks after the alert. */
const isCurrent = (m: Member, alert: Alert): boolean =>
  m.alert.state === alert.state && m.alert.at === alert.at;

function nextLook(group: AlertGroup, member: Member, rules: AlertRules): number | null {
  if (member.flapping) return calmAt(member, rules);
  return group.phase === 'waiting' ? group.openAt : null;
}

/** The phase that the group is in now. */
function settled(group: AlertGroup, began: boolean, rules: AlertRules, around: Around): AlertGroup {
  const { now, covering } = around;
  if (group.phase === 'opening') return group;
  if (firing(group).length === 0) return inPhase(group, 'quiet', now, { openAt: null });
  if (covering !== null) return inPhase(group, 'open', now, { openAt: null, incident: covering });
  switch (group.phase) {
    case 'waiting':
      return now >= (group.openAt ?? now) ? begun(group, rules, now) : group;
    case 'asked':
      return group;
    case 'dismissed':
      return began && now - group.since > dismissedFor ? newEpisode(group, rules, around) : group;
    case 'open':
      // It was resolved by people while it went on, so only what is new is news.
      return began ? newEpisode(group, rules, around) : group;
    case 'quiet':
      return newEpisode(group, rules, around);
  }
}

function newEpisode(group: AlertGroup, rules: AlertRules, { now, mayOpen }: Around): AlertGroup {
  if (!mayOpen) return group;
  const openAt = Math.min(...firing(group).map((m) => m.alert.at)) + rules.fire_for;
  const fresh = { episode: group.episode + 1, incident: null, question: null, answeredBy: null };
  return now < openAt
    ? inPhase({ ...group, ...fresh }, 'waiting', now, { openAt })
    : begun({ ...group, ...fresh }, rules, now);
}

const begun = (group: AlertGroup, rules: AlertRules, now: number): AlertGroup =>
  inPhase(group, rules.ask_first ? 'asked' : 'opening', now, { openAt: null });

function inPhase(
  group: AlertGroup,
  phase: AlertGroup['phase'],
  now: number,
  more: Partial<AlertGroup>,
): AlertGroup {
  return { ...group, ...more, phase, since: group.phase === phase ? group.since : now };
}

interface Changed {
  alert: Alert;
  change: 'began' | 'ended' | 'none';
  flapped: boolean;
  calmed: readonly Member[];
}

/** Nothing for an incident that is over: it was resolved by people, who know. */
function newsFor(
  before: AlertGroup,
  after: AlertGroup,
  { alert, change, flapped, calmed }: Changed,
  rules: AlertRules,
  { covering }: Around,
): News[] {
  if (after.incident === null || after.incident !== covering) return [];
  if (after.phase === 'open' && (before.phase !== 'open' || before.incident !== after.incident)) {
    return firing(after).map((m) => alertNews(m.alert));
  }
  const said = after.members.filter((m) => {
    const changed = change !== 'none' && !m.flapping && isSame(m.alert, alert);
    return changed || calmed.some((c) => isSame(c.alert, m.alert));
  });
  const isOver = said.length > 0 && !after.members.some((m) => m.flapping || m.alert.state === 'firing');
  return [
    ...said.map((m) => alertNews(m.alert)),
    ...(flapped ? [flapNews(before, alert, rules)] : []),
    ...(isOver ? [overNews(before, alert)] : []),
  ];
}

/** The same for the same change of the same alert. */
export const alertNews = (alert: Alert): News => ({
  name: `alert:${digest(alert.source, alert.key, alert.state, alert.at)}`,
  what: { kind: 'alert', alert },
});

const note = (name: string, text: string, said: number): News => ({
  name,
  what: { kind: 'note', text, links: [], message: null, said },
});

/**
 * Named after the state of the group that it was made of: of two workers that make the same of it at once, only one gets
 * to save, but both have told it.
 */
const flapNews = (
  { revision, since }: AlertGroup,
  { source, key, title, at }: Alert,
  { flap_changes, flap_within }: AlertRules,
): News =>
  note(
    `flapping:${digest(source, key, since, revision)}`,
    `The alert "${title}" flaps: it changed ${flap_changes} times within ${Math.round(flap_within / 60_000)} min. It is not told again until it has been quiet for as long.`,
    at,
  );

const overNews = ({ name, revision, since }: AlertGroup, { at }: Alert): News =>
  note(
    `alerts-over:${digest(name, since, revision)}`,
    `All alerts of ${name} are over. If everything is well, resolve the incident.`,
    at,
  );

const digest = (...parts: (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
