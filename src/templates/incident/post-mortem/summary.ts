/** The head of a post-mortem: what it was, who it hurt, who dealt with it. */
import { type Incident, subjectOf } from '../../../records/incident.ts';
import { incidentRoles } from '../../../records/incident-terms.ts';
import { duration } from '../../text.ts';
import type { IncidentView } from '../view.ts';
import { roleWords, severityMarks, statusWords } from '../words.ts';
import { inline, link, said, utc, who } from './markdown.ts';

/** What people have to add; `- [ ]` stands before it where it is a list. */
export const toBeFilledIn = '_to be filled in_';

export function banner({ drill, isPrivate }: Incident): string[] {
  return [
    ...(drill
      ? [
          `> 🧪 **This was a drill** (${drill}). The trouble was made up, nothing outside Slack was touched, and no figure counts it.`,
        ]
      : []),
    ...(isPrivate ? ['> 🔒 **This incident is private.** Think before you pass this on.'] : []),
  ];
}

export function summary(i: Incident, { rules, now }: IncidentView): string {
  const end = i.resolvedAt ?? now;
  const lasted = `${duration(end - i.detectedAt)}${i.resolvedAt === null ? ', and goes on' : ''}`;
  const facts: [string, string][] = [
    [
      'Severity',
      `${severityMarks[i.severity]} ${i.severity} (${inline(rules.severities[i.severity].means)})`,
    ],
    ['Status', status(i)],
    ['Kind', i.kind],
    ['Environment', inline(i.environment, 63)],
    ['Services', services(i.services)],
    ['Duration', `${lasted} (${utc(i.detectedAt)} to ${i.resolvedAt === null ? 'now' : utc(end)})`],
    ['Declared by', declared(i)],
    ['Acknowledged by', acknowledged(i)],
    ...incidentRoles.map((role): [string, string] => {
      const holder = i.roles[role];
      return [roleWords[role], holder ? who(holder) : 'nobody'];
    }),
    ['Responders', people(i)],
    ['Resolution', said(i.resolution, toBeFilledIn)],
    ['Status page', i.statusPage ? link(i.statusPage.link, 'published') : 'nothing was published'],
  ];
  return facts.map(([name, value]) => `- **${name}:** ${value}`).join('\n');
}

function status({ status: now, mergedInto, resolvedBy }: Incident): string {
  if (now === 'merged') return `Merged into ${said(mergedInto, 'another incident', 40)}`;
  return `${statusWords[now]}${now === 'resolved' && resolvedBy ? ` by ${who(resolvedBy)}` : ''}`;
}

function declared({ source, declaredBy, alerts }: Incident): string {
  if (declaredBy) return who(declaredBy);
  const id = said(source.id, 'unknown', 60);
  switch (source.kind) {
    case 'alert':
      return `an alert${alerts[0] ? `: ${inline(alerts[0].title, 200)}` : ''}`;
    case 'deployment':
      return `the failure of deployment ${id}`;
    case 'rollback':
      return `rollback ${id}`;
    case 'person':
      return 'a person who is not known any more';
  }
}

function acknowledged({ acknowledged: answer }: Incident): string {
  if (answer === null) return 'nobody yet';
  return `${who(answer.by)}${answer.via === 'pagerduty' ? ' in PagerDuty' : ''}`;
}

/** The first fifty are named. */
function services(names: readonly string[]): string {
  if (names.length === 0) return 'none was named';
  const more = names.length > 50 ? ` and ${names.length - 50} more` : '';
  return `${names
    .slice(0, 50)
    .map((name) => inline(name, 63))
    .join(', ')}${more}`;
}

function people({ responders }: Incident): string {
  const more = responders.length > 30 ? ` and ${responders.length - 30} more` : '';
  return responders.length === 0 ? 'nobody' : `${responders.slice(0, 30).map(who).join(', ')}${more}`;
}

export const impact = (i: Incident): string => said(i.impact, toBeFilledIn, 3000);

/** "Post-mortem of INC-12: Checkout is down"; plain text. */
export const documentName = (i: Incident): string =>
  `${i.drill ? 'Drill: ' : ''}Post-mortem of ${i.id}: ${i.title}`;

/** For people who see only the beginning: what, where, how long. */
export function inShort(i: Incident, now: number): string {
  const where = inline(subjectOf({ ...i, services: i.services.slice(0, 4) }), 200);
  const lasted = duration((i.resolvedAt ?? now) - i.detectedAt);
  return `${i.severity} on ${where} (${inline(i.environment, 63)}), ${lasted}. Written by Pilothouse from what was recorded, as of ${utc(now)}; what is missing is for people to add.`;
}
