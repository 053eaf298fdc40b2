/** Words and figures as Slack's mrkdwn wants them. Whatever a person or a cloud wrote goes through `escaped`, `literal` or `code`. */
import type { Person } from '../records/deployment.ts';

/** Control characters, halves of surrogate pairs, and the marks that turn the direction of the text after them. */
const unwanted = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
/** What Slack may turn into a mention by itself when it parses plain words. */
const broadcast = /@(?=channel|here|everyone|group)/gi;

/** Foreign text on one line, with nothing in it that Slack would act on; for mrkdwn. */
export function escaped(text: string, max = Number.POSITIVE_INFINITY): string {
  return cut(oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'), max);
}

/**
 * Foreign text for places that know no markup (headers, buttons, tasks, tables). Angle brackets are replaced,
 * not escaped: an entity would be shown as it is in some of those places, and a bracket might be read as markup.
 */
export function literal(text: string, max = 150): string {
  return cut(oneLine(text).replaceAll('<', '‹').replaceAll('>', '›'), max);
}

/** Nothing that Slack takes is longer, and a log file as evidence must not cost time. */
const longest = 10_000;

/** Foreign text for places outside Slack: on one line, without what cannot be seen; nothing is escaped. */
export function oneLine(text: string): string {
  return text
    .slice(0, longest)
    .replace(/[\s\u2028\u2029]+/g, ' ')
    .replace(unwanted, '')
    .replace(broadcast, '@\u2060')
    .trim();
}

/** At most `max` UTF-16 units of escaped text; an entity, a mention or a surrogate pair is never cut in half. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text
    .slice(0, Math.max(0, max - 1))
    .replace(/<[^>]*$/, '')
    .replace(/&[a-z]{0,3}$/, '')
    .replace(/[\ud800-\udbff]$/, '');
  return max > 0 ? `${head.trimEnd()}…` : '';
}

/** Rings: only for people whose turn it is, or in answers to themselves. */
export function mention(person: Person): string {
  return /^[UW][A-Z0-9]{2,20}$/.test(person.id) ? `<@${person.id}>` : handle(person);
}

/** The name without ringing. */
export function handle(person: Person): string {
  return escaped(`@${person.name}`, 80);
}

/** "Today at 14:05" in the reader's own time zone. */
export const when = (ms: number): string => slackDate(ms, '{date_short_pretty} {time}');
/** "14:05" in the reader's own time zone. */
export const clockTime = (ms: number): string => slackDate(ms, '{time}');

/** For places without markup: "2026-03-01 14:05 UTC". */
export function utc(ms: number): string {
  return isInstant(ms)
    ? `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : 'an unknown time';
}

function slackDate(ms: number, format: string): string {
  return isInstant(ms) ? `<!date^${Math.floor(ms / 1000)}^${format}|${utc(ms)}>` : utc(ms);
}

/** The years 1970 to 9999: beyond them neither Slack nor ISO text means anything. */
const isInstant = (ms: number): boolean => ms >= 0 && ms < 253_402_300_800_000;

/** "850 ms", "45 s", "2 min 5 s", "1 h 3 min", "2 d 4 h". */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms <= 0) return '0 s';
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const pair = (much: number, big: string, rest: number, small: string): string =>
  rest === 0 ? `${much} ${big}` : `${much} ${big} ${rest} ${small}`;

/** Inline code. Backticks would end it, so they become a look-alike. */
export function code(text: string, max = 120): string {
  return `\`${escaped(text, max).replaceAll('`', 'ˋ') || '–'}\``;
}

/** "1 service", "3 services". */
export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** "a, b and 4 more": the first `max` of them. */
export function some(words: readonly string[], max: number, link: 'and' | 'or' = 'and'): string {
  const shown = words.length <= max ? words : [...words.slice(0, max), `${words.length - max} more`];
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${link} ${shown.at(-1)}`;
}
