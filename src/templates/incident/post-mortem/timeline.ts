/** What happened, line by line, and which of it somebody decided. */
import type { Incident, TimelineEntry } from '../../../records/incident.ts';
import { inline, link, utc, who } from './markdown.ts';

/** Every line in the order of time; those of one moment as they became known. */
export const timelineLines = (i: Incident): string[] => sorted(i.timeline).map(lineOf);

/** Lines of these kinds are what somebody decided, or what carried a decision out. */
const decided: readonly TimelineEntry['kind'][] = [
  'severity',
  'role',
  'hand-over',
  'mitigation',
  'deployment',
  'halt',
  'public',
  'update-skipped',
  'merged',
  'resolved',
  'reopened',
];

/** Approvals, rollbacks, mitigations, severity changes, hand-overs, and what ended it. */
export const decisionLines = (i: Incident): string[] =>
  sorted(i.timeline.filter(({ kind }) => decided.includes(kind))).map(lineOf);

const sorted = (entries: readonly TimelineEntry[]): TimelineEntry[] =>
  entries.toSorted((a, b) => a.at - b.at || a.n - b.n);

function lineOf({ at, by, text, links, state }: TimelineEntry): string {
  // Whoever took it back did so for a reason.
  if (state === 'removed') return `- ${utc(at)}: _removed by its author_`;
  const author = by && !text.includes(`@${by.name}`) ? ` (${who(by)})` : '';
  const seen = links
    .slice(0, 5)
    .map((address, index) => link(address, index === 0 ? 'open' : `open ${index + 1}`));
  const shown = seen.filter((one) => one.startsWith('['));
  const edited = state === 'edited' ? ' _(edited)_' : '';
  return `- ${utc(at)}: ${inline(text, 500) || '–'}${edited}${author}${shown.length > 0 ? ` ${shown.join(' ')}` : ''}`;
}
