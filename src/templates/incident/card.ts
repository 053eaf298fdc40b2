/**
 * The parent message of an incident in the incidents channel: a drawing of its record, edited in place. It needs none
 * of Slack's newer blocks, so it has no plain twin of its own.
 */
import { type Incident, isOver } from '../../records/incident.ts';
import { context, fitting, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { cut, duration, escaped, handle, when } from '../text.ts';
import { acknowledge, afterwards, type Choice, choicesBlock, resolve } from './buttons.ts';
import {
  acknowledgedLine,
  alertLines,
  deploymentsLine,
  identityLines,
  nextUpdateLine,
  rolesLine,
  roomLine,
  sinceLine,
  statusPageLine,
} from './facts.ts';
import { haltBlocks } from './halt.ts';
import { filledMarkup, headed } from './messages.ts';
import { troubleBlocks } from './trouble.ts';
import type { IncidentView } from './view.ts';
import { marked, severityMarks } from './words.ts';

interface Detail {
  /** Troubles and steps that are shown one by one. */
  rows: number;
  /** Characters of a text that somebody wrote. */
  width: number;
}

export function incidentCard(i: Incident, view: IncidentView): Message {
  const details: Detail[] = [
    { rows: 4, width: 600 },
    { rows: 3, width: 200 },
    { rows: 1, width: 60 },
  ];
  return fitting(details.map((detail) => () => drawing(i, view, detail)));
}

function drawing(i: Incident, view: IncidentView, { rows, width }: Detail): Message {
  const announced = announcement(i, view, width);
  return {
    text: cut(`${announced}\n${severityMarks[i.severity]} ${i.severity} · ${escaped(i.id, 40)}`, 1000),
    blocks: [
      section(headed(announced)),
      ...sections([
        ...identityLines(i, view),
        sinceLine(i),
        ...(isOver(i) ? endLines(i) : []),
        ...acknowledgedLine(i, view),
        ...rolesLine(i),
        ...nextUpdateLine(i, view),
        ...roomLine(i),
        ...deploymentsLine(i, view),
        ...(isOver(i) ? [] : alertLines(i, 2, Math.min(width, 100))),
        ...statusPageLine(i),
      ]),
      ...(i.status === 'merged' ? [] : haltBlocks(i, view.rules, { steps: rows * 5, clear: false })),
      ...troubleBlocks(i, rows, Math.min(width, 200)),
      ...choicesBlock(i, 'card', choices(i)),
      ...(i.drill ? [context(`${marked(i, 'practice only')}: nothing outside Slack is touched`)] : []),
    ],
  };
}

/** Runbook 001's initial alert while it is open, its resolution afterwards. */
function announcement(i: Incident, { rules, now }: IncidentView, width: number): string {
  if (i.status === 'merged') {
    return marked(i, `Merged into ${escaped(i.mergedInto ?? 'another incident', 40)}: it goes on there`);
  }
  return filledMarkup(width, i.status === 'resolved' ? 'resolved' : 'initial', i, rules, now);
}

function endLines({
  status,
  resolvedAt,
  resolvedBy,
  detectedAt,
  mitigatedAt,
  rootCause,
}: Incident): string[] {
  if (status === 'merged' || resolvedAt === null) return [];
  const by = resolvedBy ? ` by ${handle(resolvedBy)}` : '';
  const mitigated =
    mitigatedAt === null ? '' : ` · mitigated after ${duration(Math.max(0, mitigatedAt - detectedAt))}`;
  return [
    `*Resolved* ${when(resolvedAt)}${by}${mitigated}`,
    ...(rootCause ? [`*Root cause* ${escaped(rootCause, 300)}`] : []),
  ];
}

function choices(i: Incident): readonly Choice[] {
  if (i.status === 'resolved') return afterwards;
  if (i.status === 'merged') return [{ label: 'Timeline', does: 'timeline' }];
  return [
    ...(i.acknowledged ? [] : [acknowledge]),
    { label: 'Join', does: 'join' },
    { label: 'Update', does: 'openUpdate' },
    { label: 'Severity', does: 'openSeverity' },
    resolve,
  ];
}
