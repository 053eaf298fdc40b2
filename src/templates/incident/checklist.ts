/** The procedure as a live checklist, phase by phase. */
import type { KnownBlock } from '@slack/types';
import { type Incident, isOver } from '../../records/incident.ts';
import { type Phase, phaseMinutes, phases, procedureOf, type Row } from '../../records/procedure.ts';
import { sections } from '../blocks.ts';
import { escaped, handle } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';

const titles: Readonly<Record<Phase, string>> = {
  alert: 'Alert',
  assess: 'Assess',
  mitigate: 'Mitigate',
  communicate: 'Communicate',
  resolve: 'Resolve',
  'post-mortem': 'Post-mortem',
};

/** `detail: 'open'` leaves out what is done. */
export function checklistBlocks(i: Incident, now: number, detail: 'all' | 'open'): KnownBlock[] {
  const rows = procedureOf(i);
  const lines = phases.flatMap((phase) => phaseLines(i, phase, rows, now, detail));
  return [...sections(['*Procedure*', ...lines]), ...handBlocks(i, rows)];
}

function phaseLines(
  i: Incident,
  phase: Phase,
  rows: readonly Row[],
  now: number,
  detail: 'all' | 'open',
): string[] {
  const own = rows.filter((row) => row.phase === phase);
  if (own.length === 0) return [];
  const minutes = phaseMinutes[phase];
  const isDone = own.every(({ done }) => done);
  const late = !isDone && isLate(i, phase, now) ? ' · *overdue*' : '';
  const title = `*${titles[phase]}*${minutes && i.severity === 'P1' ? ` · ${minutes}` : ''}${late}`;
  if (isDone && detail === 'open') return [`☑ ${title}`];
  return [title, ...own.filter(({ done }) => !done || detail === 'all').map((row) => rowLine(i, row))];
}

/** Runbook 001 gives minutes for a P1 only. */
function isLate({ severity, declaredAt, ...i }: Incident, phase: Phase, now: number): boolean {
  const end = /(\d+) min$/.exec(phaseMinutes[phase] ?? '')?.[1];
  const isRunning = severity === 'P1' && !isOver(i);
  return isRunning && end !== undefined && now > declaredAt + Number(end) * 60_000;
}

function rowLine({ checked }: Incident, { key, text, done }: Row): string {
  const by = done ? checked[key]?.by : undefined;
  return `${done ? '☑' : '☐'} ${escaped(text, 150)}${by ? ` · ${handle(by)}` : ''}`;
}

/** What people tick, and untick. Once all is over only the rows of the post-mortem are of interest. */
function handBlocks(i: Incident, rows: readonly Row[]): KnownBlock[] {
  const byHand = rows.filter(({ byHand }) => byHand);
  const shown = isOver(i) ? byHand.filter(({ phase }) => phase === 'post-mortem') : byHand;
  return choicesBlock(i, 'checklist', shown.map(handButton));
}

const handButton = ({ key, text, done }: Row): Choice => ({
  label: `${done ? 'Undo' : 'Done'}: ${text}`,
  does: done ? 'uncheck' : 'check',
  arg: key,
  among: key,
});

/** The button of one row, where a message is about that row alone; null: it is no row of this incident. */
export function rowButton(i: Incident, key: string): Choice | null {
  const row = procedureOf(i).find((r) => r.key === key);
  return row ? { ...handButton(row), label: row.done ? 'Undo' : 'Done' } : null;
}
