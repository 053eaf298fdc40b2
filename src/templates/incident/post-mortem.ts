/** The draft of a post-mortem: everything that was recorded in the order in which people read it, and room for what they know. */
import type { Act } from '../../records/act.ts';
import type { Incident } from '../../records/incident.ts';
import { literal } from '../text.ts';
import { communication } from './post-mortem/communication.ts';
import { actionItems, contacts, lessons } from './post-mortem/lessons.ts';
import { loggingChecklist } from './post-mortem/logging-checklist.ts';
import { inline, link, withoutMiddle } from './post-mortem/markdown.ts';
import { chart, findingLines, phaseFigures, phaseTable } from './post-mortem/phases.ts';
import { recentLines } from './post-mortem/recent-lines.ts';
import { banner, documentName, impact, inShort, summary } from './post-mortem/summary.ts';
import { decisionLines, timelineLines } from './post-mortem/timeline.ts';
import type { IncidentView } from './view.ts';
import { withoutSecrets } from './withheld.ts';

/** Longer than anybody reads, and far below what a canvas or a file takes. In characters. */
export const longestPostMortem = 100_000;
/** What each list but the timeline may take, so that the timeline always has at least a quarter of the document. */
const listRoom = 6_000;
const mostLines = 500;

/** The title is plain text of at most 150 characters; nothing in the Markdown rings anybody. */
export function postMortem(
  i: Incident,
  view: IncidentView,
  acts: readonly Act[],
): { title: string; markdown: string } {
  const before = [
    `# ${inline(documentName(i), 200)}`,
    ...banner(i),
    inShort(i, view.now),
    ...section('Summary', summary(i, view)),
    ...section('Impact', impact(i)),
    ...section('Phases', phaseTable(i), phaseFigures(i), chart(i, acts, view.now)),
    ...part('Health as it was found', list(findingLines(i, acts), 'looks', 'Nobody looked.')),
  ];
  const after = [
    ...section('Decisions', list(decisionLines(i), 'decisions', 'None was recorded.')),
    ...section('Evidence', '### Incident logging checklist', loggingChecklist(i, view, acts)),
    ...part('Recent deployments', list(recentLines(view), 'deployments', 'None is known.')),
    ...part('Links', list(links(i), 'links', 'None was recorded.')),
    ...section('Communication', communication(i)),
    ...lessons(i, view.rules).flatMap(([heading, body]) => section(heading, body)),
    ...section('Action items', list(actionItems(i), 'action items', '')),
    ...section('Contacts', contacts(view.rules)),
  ];
  const room = longestPostMortem - joined([...before, ...after]).length - 100;
  const timeline = section('Timeline', lines(timelineLines(i), room));
  return {
    title: literal(withoutSecrets(documentName(i).slice(0, 1000)), 150),
    markdown: `${joined([...before, ...timeline, ...after])}\n`,
  };
}

const joined = (parts: readonly string[]): string => parts.join('\n\n');
const section = (heading: string, ...body: string[]): string[] => [`## ${heading}`, ...body];
const part = (heading: string, ...body: string[]): string[] => [`### ${heading}`, ...body];

function lines(all: readonly string[], room: number): string {
  if (all.length === 0) return 'Nothing was recorded.';
  return withoutMiddle(
    all,
    room,
    (count) =>
      `- _${count} lines are left out here, because this document would be too long. The evidence has them._`,
  ).join('\n');
}

const list = (all: readonly string[], what: string, none: string): string =>
  all.length === 0
    ? none
    : withoutMiddle(all, listRoom, (count) => `- _${count} ${what} are left out here._`, mostLines).join(
        '\n',
      );

const links = (i: Incident): string[] => [
  ...i.alerts.map(
    ({ source, title, link: address, count }) =>
      `- Alert of ${source}: ${link(address, inline(title, 200) || '–')} (${count} ${count === 1 ? 'message' : 'messages'})`,
  ),
  ...(i.statusPage?.link ? [`- ${link(i.statusPage.link, 'Status page')}`] : []),
  ...i.links.map(({ title, link: address }) => `- ${link(address, inline(title, 150) || 'link')}`),
];
