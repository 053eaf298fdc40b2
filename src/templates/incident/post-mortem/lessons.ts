/** What follows from an incident: headings for people, with facts to start from, and what is left to be done. */
import type { IncidentRules } from '../../../config/incidents.ts';
import type { FollowUp, Incident } from '../../../records/incident.ts';
import { timesOf } from '../../../records/incident-times.ts';
import { duration, plural } from '../../text.ts';
import { inline, link, utc, utcDay, who } from './markdown.ts';
import { toBeFilledIn } from './summary.ts';

/** The three questions of a blameless review; what is recorded stands below them, judgement is for people. */
export function lessons(i: Incident, rules: IncidentRules): [heading: string, body: string][] {
  const { well, badly } = factsOf(i, rules);
  const list = (facts: readonly string[]) =>
    [...facts.map((fact) => `- ${fact}`), `- ${toBeFilledIn}`].join('\n');
  return [
    ['What went well', list(well)],
    ['What did not go well', list(badly)],
    ['Where we were lucky', list([])],
  ];
}

function factsOf(i: Incident, rules: IncidentRules): { well: string[]; badly: string[] } {
  const { toAcknowledge, updatesOnTime, updatesLate, updatesMissed } = timesOf(i);
  const within = rules.severities[i.severity].respond_within;
  const well: string[] = [];
  const badly: string[] = [];
  // Another severity asks for another time, counted from its change: that is for people to judge.
  const isPlain = !i.timeline.some(({ kind }) => kind === 'severity');
  if (toAcknowledge !== null && within !== 'next-business-day' && isPlain) {
    const fact = `It was acknowledged ${duration(toAcknowledge)} after its declaration; ${i.severity} asks for ${duration(within)}.`;
    (toAcknowledge <= within ? well : badly).push(fact);
  }
  if (updatesLate + updatesMissed > 0) badly.push(`Updates: ${updatesLate} late, ${updatesMissed} missed.`);
  else if (updatesOnTime > 0) well.push('Every update was on time.');
  const reopened = i.timeline.filter(({ kind }) => kind === 'reopened').length;
  if (reopened > 0) badly.push(`It was reopened ${plural(reopened, 'time')}.`);
  const failed = i.mitigations.filter(({ state }) => state === 'failed').length;
  if (failed > 0) badly.push(`${plural(failed, 'mitigation')} failed.`);
  const refused = i.effects.filter(({ state }) => state === 'failed').length;
  if (refused > 0)
    badly.push(`${plural(refused, 'message or call')} outside failed for good; the timeline says which.`);
  return { well, badly };
}

/** A checklist: what is to be done, by whom, until when, and where it is tracked. */
export const actionItems = (i: Incident): string[] =>
  i.followUps.length === 0 ? [`- [ ] ${toBeFilledIn}`] : i.followUps.map(itemOf);

function itemOf({ text, owner, due, done, link: issue }: FollowUp): string {
  const parts = [
    owner ? `owner ${who(owner)}` : 'nobody owns it yet',
    `due ${utcDay(due)}`,
    ...(issue ? [link(issue, 'issue')] : []),
    ...(done ? [`done ${utc(done.at)} by ${who(done.by)}`] : []),
  ];
  return `- [${done ? 'x' : ' '}] ${inline(text, 500) || '–'} (${parts.join(', ')})`;
}

export const contacts = ({ contacts: all }: IncidentRules): string =>
  all.length === 0
    ? 'The catalog names none.'
    : all.map(({ role, contact }) => `- **${inline(role, 60)}:** ${inline(contact, 200)}`).join('\n');
