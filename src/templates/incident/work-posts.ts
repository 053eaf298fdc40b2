/** Posts for those who look for the cause and mend it: what was found, what may help, what was deployed. */
import type { KnownBlock } from '@slack/types';
import { type Incident, isOver } from '../../records/incident.ts';
import { context, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { escaped } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';
import { findingsFoot, findingsSummary, findingsTable } from './findings.ts';
import { emergencyOf, haltBlocks, stepLines } from './halt.ts';
import { mitigationButtons } from './mitigation-buttons.ts';
import { recentButtons, recentLines } from './recent.ts';
import { recommendationLines, symptomsMenu } from './recommendation.ts';
import { says } from './says.ts';
import type { IncidentView } from './view.ts';
import { marked, nameOf } from './words.ts';

/** The widths that a post is drawn with also say how many services fit. */
export function findingsPost(i: Incident, width: number): Message {
  if (!i.findings) return says(i, 'Findings', ': nothing was looked at yet');
  const head = marked(i, `${findingsSummary(i.findings)} · ${nameOf(i, 80)}`);
  const { rich, plain } = findingsTable(i.findings, Math.max(2, Math.floor(width / 20)));
  const around = (middle: KnownBlock[]): KnownBlock[] => [
    section(marked(i, findingsSummary(i.findings ?? { services: [], at: 0 }))),
    ...middle,
    context(findingsFoot(i.findings ?? { services: [], at: 0 })),
    ...choicesBlock(i, 'findings', isOver(i) ? [] : [{ label: 'Check again', does: 'assess' }]),
  ];
  return { text: head, blocks: around(rich), plain: around(plain) };
}

export function mitigatePost(i: Incident, view: IncidentView, width: number): Message {
  const lines = recommendationLines(
    view.recommendation,
    Math.max(2, Math.floor(width / 60)),
    Math.min(width, 200),
  );
  return says(
    i,
    'Time to mitigate',
    lines.length > 0 ? ': the decision matrix says' : ': no row of the decision matrix holds yet',
    ...sections(lines),
    symptomsMenu(i),
    ...choicesBlock(i, 'mitigate', mitigationButtons(i, view)),
  );
}

export function recentPost(i: Incident, view: IncidentView, width: number): Message {
  if (view.recent.length === 0) return says(i, 'Recent deployments', ': none of what is affected');
  const most = Math.max(2, Math.floor(width / 60));
  const isForbidden = view.recommendation.forbidden.some(({ action }) => action === 'roll-back');
  return says(
    i,
    'Recent deployments',
    ' of what is affected',
    ...sections(recentLines(view.recent, most)),
    ...sections(isForbidden ? recommendationLines({ ...view.recommendation, rows: [] }, 0, 200) : []),
    ...choicesBlock(i, 'recent', isOver(i) ? [] : recentButtons(i, view, Math.min(most, 5))),
  );
}

const emergencies = { 'database-corruption': 'Database corruption', security: 'Security incident' } as const;

export function emergencyPost(i: Incident, view: IncidentView): Message {
  const kind = emergencyOf(i);
  if (!kind) return says(i, 'No emergency', ': nothing is stopped');
  if (!i.halt) return says(i, emergencies[kind], ': the steps', ...sections(stepLines(kind, view.rules, 20)));
  return says(
    i,
    emergencies[kind],
    ': what to do now',
    ...haltBlocks(i, view.rules, { steps: 20, clear: true }),
  );
}

/** Runbook 004, "Alerts": errors and latency are told with "consider rollback", where nothing speaks against it. */
export function toldPost(i: Incident, why: string, view: IncidentView, width: number): Message {
  const isLoud = i.alerts.some((a) => a.firing && (a.topic === 'error-rate' || a.topic === 'slow'));
  const { forbidden, recommended } = view.recommendation;
  const isForbidden = forbidden.some(({ action }) => action === 'roll-back' || action === 'roll-back-all');
  const isUnderWay = i.mitigations.some((m) => m.action.startsWith('roll-back') && m.state === 'under-way');
  const considers =
    !isOver(i) &&
    !isForbidden &&
    !isUnderWay &&
    (isLoud || recommended.some((a) => a.startsWith('roll-back')));
  const warning =
    isForbidden && !isOver(i) ? recommendationLines({ ...view.recommendation, rows: [] }, 0, 200) : [];
  return says(
    i,
    escaped(why, Math.min(width, 300)).replaceAll('*', '∗') || 'News',
    `\n${nameOf(i)}`,
    ...sections([...(considers ? ['*Consider rollback*'] : []), ...warning]),
    ...(considers ? sections(recentLines(view.recent, Math.min(3, Math.floor(width / 20)))) : []),
    ...choicesBlock(i, 'told', [
      ...(i.acknowledged || isOver(i)
        ? []
        : [{ label: 'Acknowledge', does: 'acknowledge', style: 'primary' } as const]),
      ...(considers ? rollbackButtons(i, view) : []),
    ]),
  );
}

/** Only the ways back, of everything that could help. */
const rollbackButtons = (i: Incident, view: IncidentView): Choice[] =>
  mitigationButtons(i, view)
    .filter(({ arg = '' }) => arg.startsWith('roll-back'))
    .slice(0, 3)
    .map(({ style: _, ...button }) => button);
