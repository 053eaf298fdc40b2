/** What the decision matrix recommends and forbids, and why; and the menu by which people feed it. */
import type { KnownBlock, SectionBlock } from '@slack/types';
import type { Incident } from '../../records/incident.ts';
import { type MitigationAction, symptoms } from '../../records/incident-terms.ts';
import type { Reason, Recommendation } from '../../records/recommend.ts';
import { plainText, section, sections } from '../blocks.ts';
import { incidentActions } from '../incident-actions.ts';
import { escaped, plural, some } from '../text.ts';
import type { IncidentView } from './view.ts';
import { symptomWords } from './words.ts';

/** The recommendation as a part of a message. */
export function recommendationBlocks(view: IncidentView, most: number, width: number): KnownBlock[] {
  const lines = recommendationLines(view.recommendation, most, width);
  return lines.length > 0 ? sections(['*What the decision matrix says*', ...lines]) : [];
}

/** What must not be done, and the rows of the matrix that hold with what they were recognised by. */
export function recommendationLines(
  { rows, forbidden }: Recommendation,
  most: number,
  width: number,
): string[] {
  const rest = rows.length - most;
  return [
    ...forbiddenLines(forbidden, width),
    ...rows.slice(0, most).map((row) => rowLine(row, forbidden)),
    ...(rest > 0 ? [`… and ${plural(rest, 'more row')}`] : []),
  ];
}

/** A row whose advice is forbidden shows that it was overruled. */
function rowLine(
  { row, why }: Recommendation['rows'][number],
  forbidden: Recommendation['forbidden'],
): string {
  const isOverruled =
    row.do.length > 0 && row.do.every((action) => forbidden.some((f) => f.action === action));
  const advice = escaped(row.advice, 200);
  const shown = isOverruled ? `~${advice.replaceAll('~', '∼')}~ overruled` : advice;
  return `• *${escaped(row.symptom, 80)}* → ${shown} (${whyWords(why)})`;
}

/** "Do NOT roll back: …"; one line for each reason. */
function forbiddenLines(forbidden: Recommendation['forbidden'], width: number): string[] {
  const reasons = new Set(forbidden.map(({ because }) => because));
  return [...reasons].map((reason) => {
    const names = forbidden.filter(({ because }) => because === reason).map(({ action }) => verbs[action]);
    return `⛔ *Do NOT ${some([...new Set(names)], 7, 'or')}*: ${escaped(reason, width)}`;
  });
}

/** "Do NOT …". */
const verbs: Readonly<Record<MitigationAction, string>> = {
  'roll-back-all': 'roll back',
  'roll-back': 'roll back',
  restart: 'restart',
  'scale-up': 'scale up',
  'rate-limiting': 'limit rates',
  'maintenance-page': 'show the maintenance page',
  freeze: 'freeze deploys',
};

const whyWords = (why: readonly Reason[]): string => some(why.map(reasonWords), 3);

function reasonWords(reason: Reason): string {
  switch (reason.by) {
    case 'findings':
      return `checks of ${escaped(reason.service, 63)}`;
    case 'alert':
      return `alert “${escaped(reason.title, 100)}”`;
    case 'people':
      return 'chosen by people';
  }
}

/** What people see of it, for the matrix. The menu's block names the incident. */
export function symptomsMenu(i: Incident): SectionBlock {
  const options = symptoms.map((value) => ({ text: plainText(symptomWords[value], 75), value }));
  const chosen = options.filter(({ value }) => i.symptoms.includes(value));
  return {
    ...section('*Symptoms* that you see'),
    block_id: `${i.id}:symptoms`.slice(0, 255),
    accessory: {
      type: 'multi_static_select',
      action_id: incidentActions.symptoms,
      placeholder: plainText('Choose symptoms'),
      options,
      ...(chosen.length > 0 && { initial_options: chosen }),
    },
  };
}
