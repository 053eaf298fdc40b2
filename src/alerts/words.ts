/** What the words of monitoring systems mean: what it is about, how bad it is, when it was, where to look. No I/O here. */
import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Alert } from '../records/alert.ts';

/** `HTTPCode_Target_5XX_Count`, `HighErrorRate` and `CPUUtilization` as words. */
const inWords = (text: string): string =>
  text
    .slice(0, 2_000)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase();

/** The first that fits: an error of a database is one of the database, which a rollback does not mend (runbook 001). */
const topics: readonly (readonly [Alert['topic'], RegExp])[] = [
  ['database-errors', /\b(db|database|databases|rds|aurora|postgres|postgresql|mysql|deadlocks?)\b/],
  ['error-rate', /\b5 ?xx\b|\berrors?\b|\bfailures?\b/],
  ['slow', /\blatency\b|\bduration\b|\bresponse time\b|\bslow\b|\bp ?9\d{1,2}\b|\btimeouts?\b/],
  ['saturation', /\bcpu\b|\bmemory\b|\boom\b|\bdisk\b|\bsaturat(ed|ion)\b|\bthrottl(ed|ing)\b/],
];

/** Metric names and labels say more than prose, so they come first. */
export function topicOf(texts: readonly (string | null | undefined)[]): Alert['topic'] {
  for (const text of texts) {
    const words = inWords(text ?? '');
    const found = topics.find(([, pattern]) => pattern.test(words));
    if (found) return found[0];
  }
  return 'other';
}

const severities: readonly (readonly [NonNullable<Alert['severity']>, RegExp])[] = [
  ['P1', /^(p1|sev ?1|critical|crit|page|emergency|fatal|disaster)$/],
  ['P2', /^(p2|sev ?2|high|major|error)$/],
  ['P3', /^(p3|sev ?3|warning|warn|medium|minor|average)$/],
  ['P4', /^(p4|p5|sev ?[45]|low|info|informational|notice|none)$/],
];

/** What the first of these says, or null. */
export function severityOf(texts: readonly (string | null | undefined)[]): Alert['severity'] {
  for (const text of texts) {
    const words = inWords(text ?? '').trim();
    const found = severities.find(([, pattern]) => pattern.test(words));
    if (found) return found[0];
  }
  return null;
}

/** As sources write it: ISO 8601 with any offset, or milliseconds since 1970. */
export const instant = z.union([
  z.number().refine(isInstant),
  z
    .string()
    .max(40)
    .transform((text) =>
      /^\d{1,15}$/.test(text) ? Number(text) : DateTime.fromISO(text, { zone: 'utc' }).toMillis(),
    )
    .refine(isInstant),
]);

/** Not before 1970, and not NaN; what lies ahead is a clock that is fast. */
function isInstant(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0;
}

/** The alert within its limits, never ahead of our clock. `key` becomes a digest where it is too long. */
export function alertOf(
  fields: Omit<Alert, 'detail' | 'link'> & {
    detail: string | null | undefined;
    link: string | null | undefined;
  },
  now: number,
): Alert {
  const { key, title, detail, link, at } = fields;
  return {
    ...fields,
    key: key.length <= 255 ? key : `sha256 ${hash(key)}`,
    title: oneLine(title).slice(0, 200),
    detail: detail?.trim() ? detail.trim().slice(0, 2_000) : null,
    link: webAddress(link),
    at: Math.floor(Math.min(at, now)),
  };
}

const oneLine = (text: string): string =>
  text
    .slice(0, 1_000)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** Null where a click on it would do anything else than open a page. */
function webAddress(text: string | null | undefined): string | null {
  if (!text || text.length > 2_000 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  // A bar would end the address where Slack makes a link of it.
  const address = url.href.replaceAll('|', '%7C');
  return address.length <= 2_000 ? address : null;
}

export const hash = (...parts: (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
