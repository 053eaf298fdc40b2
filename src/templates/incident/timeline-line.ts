/** One line of an incident's timeline. */
import type { TimelineEntry } from '../../records/incident.ts';
import { cut, escaped, handle } from '../text.ts';
import { linked } from './links.ts';

/** What happened in its own words, by whom, and where it can be seen; at most `max` characters of text. */
export function lineText({ text, by, links, state }: TimelineEntry, max: number): string {
  if (state === 'removed') return '_removed by its author_';
  const words = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 30)
    .map((line) => escaped(line, max))
    .join('\n');
  // Most lines name whoever did it; what was taken from a message does not.
  const author = by && !text.includes(`@${by.name}`) ? ` · ${handle(by)}` : '';
  const seen = links
    .slice(0, 3)
    .map((link, index) => linked(link, index === 0 ? 'open' : `open ${index + 1}`));
  const shown = seen.filter((link) => link.startsWith('<'));
  const more = shown.length > 0 ? ` · ${shown.join(' ')}` : '';
  const edited = state === 'edited' ? ' _(edited)_' : '';
  return `${cut(words, max) || '–'}${edited}${author}${more}`;
}
