/**
 * Words, links, lists and tables in the Markdown that Slack's canvases take (headings to ###, lists, checklists, tables
 * of at most 300 cells, links, code blocks) and that reads well as a file.
 */
import type { Person } from '../../../records/deployment.ts';
import { literal } from '../../text.ts';
import { withoutSecrets } from '../withheld.ts';

/** Nothing that people or clouds write is longer, and looking through more costs time. */
const longest = 10_000;
/** Slack documentation, "Canvases": mentions are written `![](@U…)` and `![](#C…)`. */
const mentionMark = /[@#](?=[UWSCG][A-Z0-9]{5})/g;
const punctuation = /[\\*_~[\]]|&(?=#?\w{1,32};)/g;

/**
 * Foreign text on one line, in which nothing is markup; at most `max` characters. What might ring somebody, break a
 * table or open code becomes a look-alike, which holds whatever reads it; the rest is escaped as CommonMark says.
 */
export function inline(text: string, max = 300): string {
  const marked = lookAlike(text, max)
    .replace(punctuation, '\\$&')
    .replace(/^([-+=#])/, '\\$1')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2');
  if (marked.length <= max) return marked;
  const head = marked.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '');
  // Half of an escape would escape what follows.
  const slashes = /\\*$/.exec(head)?.[0].length ?? 0;
  return `${slashes % 2 === 1 ? head.slice(0, -1) : head}…`;
}

const lookAlike = (text: string, max: number): string =>
  literal(withoutSecrets(text.slice(0, longest)), max)
    .replaceAll('`', 'ˋ')
    .replaceAll('|', '¦')
    .replace(mentionMark, (mark) => `${mark}\u2060`);

/** The same, or what stands for nothing. */
export const said = (text: string | null, otherwise: string, max = 1000): string =>
  text === null ? otherwise : inline(text, max) || otherwise;

/** The name without ringing. */
export const who = (person: Person): string => inline(`@${person.name}`, 80);

/** Inline code; a backtick would end it, and a backslash may be read as an escape. */
export const codeSpan = (text: string, max = 120): string =>
  `\`${lookAlike(text, max).replaceAll('\\', '∖') || '–'}\``;

/** The label as a link, or the label alone where the address is none that a browser opens. The label is markup. */
export function link(address: string | null, label: string): string {
  if (address === null || !isAddress(address)) return label;
  return `[${label}](${address.replace(/[()[\]\\`*_~|^{}]/g, percent)})`;
}

const isAddress = (address: string): boolean =>
  address.length <= 1000 &&
  /^https?:\/\/[!-;=?-~]+$/.test(address) &&
  URL.canParse(address) &&
  withoutSecrets(address) === address;

const percent = (character: string): string =>
  character === '_' ? '_' : `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** "2026-03-03T13:35:00Z"; what is no time between 1970 and 9999 says so. */
export const utc = (ms: number): string =>
  ms >= 0 && ms < 253_402_300_800_000 ? `${new Date(ms).toISOString().slice(0, 19)}Z` : 'an unknown time';

/** "2026-03-03", or that it is not known. */
export const utcDay = (ms: number): string => utc(ms).replace(/T.*/, '');

/** Slack documentation, "Canvases": a table has at most 300 cells. */
export const mostCells = 300;

/** Cells are markup already; rows that would be too many for a canvas are for the caller to leave out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** A block of text as it is, in which nothing is markup; lines must hold no foreign text. */
export const block = (lines: readonly string[]): string => ['```', ...lines, '```'].join('\n');

/**
 * As many of the first and of the last lines as fit into `room` characters and `most` lines; `left` says how many were
 * left out between them.
 */
export function withoutMiddle(
  lines: readonly string[],
  room: number,
  left: (count: number) => string,
  most = Number.POSITIVE_INFINITY,
): string[] {
  const total = lines.reduce((sum, text) => sum + text.length + 1, 0);
  if (total <= room && lines.length <= most) return [...lines];
  // The sentence about what is left out is never longer.
  let free = room - 200;
  let [head, tail] = [0, 0];
  for (let taken = 0; taken < Math.min(lines.length, most); taken++) {
    const fromHead = taken % 2 === 0;
    const next = fromHead ? lines[head] : lines[lines.length - 1 - tail];
    if (next === undefined || next.length + 1 > free) break;
    free -= next.length + 1;
    if (fromHead) head++;
    else tail++;
  }
  const gap = left(lines.length - head - tail);
  return [...lines.slice(0, head), gap, ...lines.slice(lines.length - tail)];
}
