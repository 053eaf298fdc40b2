/** "until 18:00", "until tomorrow 09:00", "until 2026-12-24T18:00", "until 2h": from words to a time. No I/O here. */
import { DateTime } from 'luxon';

/** In ms since 1970, and how many of the words it took. */
export interface Until {
  at: number;
  used: number;
}

/** What can be said, for whoever said something else. */
export const untilForms = 'Times are 18:00, tomorrow 09:00, 2026-12-24T18:00, 2h, 30m.';

/** The time with which these words begin, whether or not it has passed; null where they begin with none. */
export function readUntil(words: readonly string[], now: number, zone: string): Until | null {
  const [first = '', second = ''] = words
    .slice(0, 2)
    .map((word) => word.toLowerCase().replace(/[:;.]+$/, ''));
  const length = durationOf(first);
  if (length !== null) return { at: now + length, used: 1 };
  const today = DateTime.fromMillis(now, { zone }).startOf('day');
  const days = new Map([
    ['today', today],
    ['tomorrow', today.plus({ days: 1 })],
  ]);
  const day = days.get(first) ?? dateOf(first, zone);
  const time = timeOf(day ? second : first);
  if (time) return found((day ?? today).set(time), day ? 2 : 1);
  if (day && !days.has(first)) return found(day, 1);
  return /^\d{4}-\d\d-\d\dt\d\d:\d\d/.test(first)
    ? found(DateTime.fromISO(first.toUpperCase(), { zone }), 1)
    : null;
}

const found = (at: DateTime, used: number): Until | null => (at.isValid ? { at: at.toMillis(), used } : null);

const minute = 60_000;

/** `2h`, `30m`, `1d`, `1h30m`. */
function durationOf(word: string): number | null {
  const parts = /^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m(?:in)?)?$/.exec(word);
  if (!parts || word === '') return null;
  const [days, hours, minutes] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * minute;
}

function timeOf(word: string): { hour: number; minute: number } | null {
  const parts = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(word);
  return parts && { hour: Number(parts[1]), minute: Number(parts[2]) };
}

function dateOf(word: string, zone: string): DateTime | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(word)) return null;
  const day = DateTime.fromISO(word, { zone });
  return day.isValid ? day : null;
}
