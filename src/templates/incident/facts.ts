/** The facts of an incident in lines: who, since when, what is due. All of it is mrkdwn. */
import type { Effect } from '../../records/effect.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { incidentRoles } from '../../records/incident-terms.ts';
import { clockTime, cut, duration, escaped, handle, plural, some, when } from '../text.ts';
import type { Choice } from './buttons.ts';
import { channelLink, linked } from './links.ts';
import type { IncidentView } from './view.ts';
import { roleWords, severityMarks, statusWords, subject } from './words.ts';

/** What it is called, how bad it is, and where. */
export function identityLines(i: Incident, view: IncidentView): string[] {
  return [
    `*${escaped(i.title, 150).replaceAll('*', '∗')}*`,
    `${severityMarks[i.severity]} *${i.severity}* ${meansOf(i, view)}`,
    `${escaped(i.id, 40)} · ${placeOf(i)}`,
  ];
}

/** "Service down, all users affected". */
export const meansOf = ({ severity }: Incident, { rules }: IncidentView): string =>
  escaped(rules.severities[severity].means, 120);

/** "production: api-gateway". */
export const placeOf = (i: Incident): string =>
  `${escaped(i.environment, 63)}${i.services.length > 0 ? `: ${subject(i)}` : ''}`;

export const statusLine = (i: Incident): string => `*Status* ${statusWords[i.status]}`;

/** Who opened it, and when. */
export function sinceLine({ detectedAt, declaredAt, declaredBy, source }: Incident): string {
  const opened = {
    person: 'declared',
    deployment: 'opened by a failed deployment',
    rollback: 'opened by a rollback',
    alert: 'opened by an alert',
  };
  const by = declaredBy ? `declared by ${handle(declaredBy)}` : opened[source.kind];
  const later = declaredAt - detectedAt >= 60_000 ? `, ${duration(declaredAt - detectedAt)} later` : '';
  return `*Since* ${when(detectedAt)} · ${by}${later}`;
}

export function acknowledgedLine(i: Incident, { onCall, now }: IncidentView): string[] {
  const { acknowledged, clocks, declaredAt } = i;
  if (acknowledged) {
    const via = acknowledged.via === 'pagerduty' ? ' in PagerDuty' : '';
    const after = duration(Math.max(0, acknowledged.at - declaredAt));
    return [`*Acknowledged* by ${handle(acknowledged.by)}${via}, after ${after}`];
  }
  if (isOver(i)) return [];
  const due = clocks.acknowledge;
  const until = due === null ? '' : due > now ? `, due ${clockTime(due)}` : `, was due ${clockTime(due)}`;
  return [`*Not acknowledged yet*${until}${onCall ? ` · on call: ${cut(onCall, 200)}` : ''}`];
}

/** Without ringing: the message is drawn again and again. */
export function rolesLine({ roles, status }: Incident): string[] {
  const open = incidentRoles.filter((role) => roles[role] === null);
  const isClosed = isOver({ status });
  if (open.length === incidentRoles.length) return isClosed ? [] : ['*Roles* nobody has taken one yet'];
  const held = incidentRoles.flatMap((role) => {
    const person = roles[role];
    return person ? [`*${roleWords[role]}* ${handle(person)}`] : [];
  });
  const none = open.map((role) => roleWords[role].toLowerCase());
  const missing = none.length > 0 && !isClosed ? [`no ${some(none, 3, 'or')} yet`] : [];
  return [[...held, ...missing].join(' · ')];
}

export function respondersLine({ responders }: Incident): string[] {
  return responders.length > 0 ? [`*Responders* ${some(responders.map(handle), 8)}`] : [];
}

export const claimButtons = (
  { roles }: Incident,
  of: readonly (typeof incidentRoles)[number][] = incidentRoles,
): Choice[] =>
  of
    .filter((role) => roles[role] === null)
    .map((role) => ({
      label: `Take ${roleWords[role].toLowerCase()}`,
      does: 'claim',
      arg: role,
      among: role,
    }));

/** Nothing where no updates are due. */
export function nextUpdateLine(i: Incident, { now }: IncidentView): string[] {
  const { update } = i.clocks;
  if (update === null || isOver(i)) return [];
  return [
    update > now
      ? `*Next update* due ${clockTime(update)}`
      : `*Update overdue*, was due ${clockTime(update)}`,
  ];
}

export function roomLine({ room, effects }: Incident): string[] {
  if (room) return [`*War room* ${channelLink(room)}`];
  const wanted = effects.findLast(({ what }: Effect) => what.kind === 'room');
  return wanted && wanted.state === 'due' ? ['*War room* is being made'] : [];
}

/** By link where the card of the deployment is known. */
export function deploymentsLine({ deployments }: Incident, { recent }: IncidentView, most = 5): string[] {
  if (deployments.length === 0) return [];
  const links = new Map(recent.map(({ id, link }) => [id, link]));
  const newest = deployments.toReversed().map((id) => linked(links.get(id) ?? null, escaped(id, 40)));
  return [`*${deployments.length === 1 ? 'Deployment' : 'Deployments'}* ${some(newest, most)}`];
}

export const statusPageLine = ({ statusPage }: Incident): string[] =>
  statusPage ? [`*Status page* ${linked(statusPage.link, 'published')}`] : [];

/** What fires now, and where it is looked up. */
export function alertLines({ alerts }: Incident, most: number, width: number): string[] {
  const firing = alerts.filter((a) => a.firing);
  if (alerts.length === 0) return [];
  if (firing.length === 0) return [`*Alerts* all ${plural(alerts.length, 'alert')} over`];
  const shown = firing.slice(0, most).map((a) => linked(a.link, escaped(a.title, width) || 'an alert'));
  return [`*Firing* ${some([...shown, ...firing.slice(most).map(() => '')], most)}`];
}

export const linkLines = ({ links }: Incident, most: number): string[] =>
  links.length > 0
    ? [
        `*Links* ${some(
          links.map(({ title, link }) => linked(link, escaped(title, 60) || 'link')),
          most,
        )}`,
      ]
    : [];
