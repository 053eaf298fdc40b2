/** The open incidents on the Home tab, and the follow-ups of one person. */
import type { KnownBlock } from '@slack/types';
import type { FollowUp, Incident } from '../../records/incident.ts';
import { section, sections } from '../blocks.ts';
import { acknowledge, choicesBlock } from '../incident/buttons.ts';
import { channelLink, linked } from '../incident/links.ts';
import { nameOf, severityMarks, statusWords, subject } from '../incident/words.ts';
import { incidentActions, incidentValue } from '../incident-actions.ts';
import { clockTime, escaped, handle, when } from '../text.ts';
import { type Detail, listed, withButton } from './parts.ts';

export interface HomeIncident {
  incident: Incident;
  /** Its card, where that is known. */
  link: string | null;
}

export interface HomeFollowUp {
  incident: Pick<Incident, 'id' | 'title' | 'severity' | 'drill'>;
  followUp: FollowUp;
}

/** The worst first, then the oldest. */
export function incidentBlocks(
  incidents: readonly HomeIncident[],
  now: number,
  { most, width }: Detail,
): KnownBlock[] {
  if (incidents.length === 0) return sections(['✅ *No incident is open*']);
  const sorted = incidents.toSorted(
    ({ incident: a }, { incident: b }) => a.severity.localeCompare(b.severity) || a.declaredAt - b.declaredAt,
  );
  const title = `Open incidents (${incidents.length})`;
  return listed(title, sorted, 'incident', most, ({ incident, link }) => [
    section([titleLine(incident, link, width), ...factLines(incident, now)].join('\n')),
    ...choicesBlock(incident, 'home', incident.acknowledged ? [] : [acknowledge]),
  ]);
}

const titleLine = (i: Incident, link: string | null, width: number): string =>
  `*${linked(link, nameOf(i, width).replaceAll('*', '∗'))}*`;

function factLines(i: Incident, now: number): string[] {
  const { roles, room, clocks } = i;
  const facts = [
    `${statusWords[i.status]} since ${when(i.detectedAt)}`,
    subject(i),
    roles.commander ? `led by ${handle(roles.commander)}` : 'nobody leads it',
    ...(i.acknowledged ? [] : ['not acknowledged']),
    ...(room ? [channelLink(room)] : []),
  ];
  return [facts.join(' · '), ...updateLine(clocks.update, now)];
}

function updateLine(due: number | null, now: number): string[] {
  if (due === null) return [];
  return [due > now ? `Next update due ${clockTime(due)}` : `⚠️ *Update overdue*, was due ${clockTime(due)}`];
}

/** Those that are due first come first. */
export function followUpBlocks(
  followUps: readonly HomeFollowUp[],
  now: number,
  { most, width }: Detail,
): KnownBlock[] {
  const sorted = followUps.toSorted((a, b) => a.followUp.due - b.followUp.due);
  return listed('Your follow-ups', sorted, 'follow-up', most, ({ incident, followUp }) => {
    const { n, text, due, link } = followUp;
    const words = linked(link, escaped(text, width) || 'A follow-up');
    const time = due > now ? `due ${when(due)}` : `⚠️ *overdue*, was due ${when(due)}`;
    const of = `${severityMarks[incident.severity]} ${escaped(incident.id, 40)} ${escaped(incident.title, 60)}`;
    return [
      withButton(`${words}\n${time} · ${of}`, {
        label: 'Done',
        action: incidentActions.followUpDone,
        value: incidentValue(incident.id, String(n)),
      }),
    ];
  });
}
