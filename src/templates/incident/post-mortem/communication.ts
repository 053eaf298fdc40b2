/** What was told to whom in time, and what was not. */
import type { Incident, Update } from '../../../records/incident.ts';
import { punctuality, timesOf } from '../../../records/incident-times.ts';
import { duration, plural } from '../../text.ts';
import { statusWords } from '../words.ts';
import { inline, mostCells, table, utc, who } from './markdown.ts';

const head = ['Update', 'Due (UTC)', 'Sent (UTC)', 'By', 'Outcome', 'What it said'] as const;
/** Less the head and the line under it, lest that counts as well. */
const mostRows = Math.floor(mostCells / head.length) - 2;

export function communication(i: Incident): string {
  const { updatesOnTime, updatesLate, updatesSkipped, updatesMissed } = timesOf(i);
  const automatic = i.updates.filter((u) => u.state === 'sent' && u.by === null).length;
  const sent = updatesOnTime + updatesLate;
  const figures = `${plural(sent, 'update')} sent (${updatesOnTime} on time, ${updatesLate} late; ${automatic} of them automatic), ${updatesSkipped} skipped, ${updatesMissed} missed.`;
  if (i.updates.length === 0) return figures;
  const half = Math.floor((mostRows - 1) / 2);
  const rows = i.updates.map(rowOf);
  const shown =
    rows.length <= mostRows
      ? rows
      : [
          ...rows.slice(0, half),
          ['…', `${rows.length - 2 * half} updates are left out here`, '', '', '', ''],
          ...rows.slice(-half),
        ];
  return `${figures}\n\n${table(head, shown)}`;
}

function rowOf(update: Update): string[] {
  const { n, dueAt, at, by, state, status, action, missed } = update;
  const before = missed > 0 ? ` (after ${plural(missed, 'missed one')})` : '';
  return [
    String(n),
    utc(dueAt),
    state === 'skipped' ? '–' : utc(at),
    by ? who(by) : 'automatic',
    `${outcome(update, at - dueAt)}${before}`,
    state === 'skipped' ? '–' : `${statusWords[status]}. ${inline(action, 80)}`,
  ];
}

function outcome(update: Update, late: number): string {
  const word = punctuality(update);
  return word === 'late' ? `late by ${duration(late)}` : word.replace('-', ' ');
}
