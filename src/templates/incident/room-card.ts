/**
 * The pinned summary of an incident in its war room: what is wrong, who does what, what comes next and the buttons
 * for it. It needs none of Slack's newer blocks, so it has no plain twin of its own.
 */
import type { KnownBlock } from '@slack/types';
import type { IncidentRules } from '../../config/incidents.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { context, fitting, header, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { cut, escaped } from '../text.ts';
import { acknowledge, afterwards, type Choice, choicesBlock, resolve } from './buttons.ts';
import { checklistBlocks } from './checklist.ts';
import {
  acknowledgedLine,
  alertLines,
  claimButtons,
  deploymentsLine,
  linkLines,
  meansOf,
  nextUpdateLine,
  placeOf,
  respondersLine,
  rolesLine,
  sinceLine,
  statusLine,
  statusPageLine,
} from './facts.ts';
import { findingLines, findingsFoot, findingsSummary } from './findings.ts';
import { haltBlocks } from './halt.ts';
import { mitigationButtons, undoButtons } from './mitigation-buttons.ts';
import { mitigationLines } from './mitigations.ts';
import { recentButtons, recentLines } from './recent.ts';
import { recommendationBlocks, symptomsMenu } from './recommendation.ts';
import { troubleBlocks } from './trouble.ts';
import type { IncidentView } from './view.ts';
import { nameOf, statusWords, titleOf } from './words.ts';

interface Detail {
  /** Of a list. */
  rows: number;
  /** Characters of a text that somebody wrote. */
  width: number;
  checklist: 'all' | 'open';
  contacts: number;
  /** Of mitigations; the recommended ones come first. */
  buttons: number;
}

export function roomCard(i: Incident, view: IncidentView): Message {
  const details: Detail[] = [
    { rows: 5, width: 400, checklist: 'all', contacts: 20, buttons: 10 },
    { rows: 3, width: 150, checklist: 'all', contacts: 8, buttons: 10 },
    { rows: 2, width: 80, checklist: 'open', contacts: 3, buttons: 7 },
    { rows: 1, width: 40, checklist: 'open', contacts: 0, buttons: 4 },
  ];
  return fitting(details.map((detail) => () => drawing(i, view, detail)));
}

function drawing(i: Incident, view: IncidentView, detail: Detail): Message {
  const { rows, width } = detail;
  return {
    text: cut(`${nameOf(i)}: ${statusWords[i.status]}`, 1000),
    blocks: [
      header(titleOf(i)),
      ...haltBlocks(i, view.rules, { steps: rows * 4, clear: true }),
      ...sections(factLines(i, view, width)),
      ...choicesBlock(i, 'room', choices(i, view)),
      ...roleBlocks(i),
      ...troubleBlocks(i, Math.min(rows, 3), Math.min(width, 150)),
      ...(isOver(i) ? [] : helpBlocks(i, view, detail)),
      ...(i.status === 'merged' ? [] : checklistBlocks(i, view.now, detail.checklist)),
      ...contactBlocks(view.rules, detail.contacts),
    ],
  };
}

function factLines(i: Incident, view: IncidentView, width: number): string[] {
  const said = (label: string, text: string | null, otherwise: string) =>
    `*${label}* ${escaped(text ?? '', width) || otherwise}`;
  const over = isOver(i);
  return [
    `*Where* ${placeOf(i)}`,
    `*Severity* ${i.severity}, ${meansOf(i, view)}`,
    said('Impact', i.impact, 'not known yet'),
    i.status === 'merged' ? `*Merged* into ${escaped(i.mergedInto ?? '', 40) || '–'}` : statusLine(i),
    ...(over ? [] : [said('Action', i.action, 'nothing said yet'), said('ETA', i.eta, 'Unknown')]),
    ...(i.rootCause ? [said('Root cause', i.rootCause, '–')] : []),
    ...(i.resolution && over ? [said('Resolution', i.resolution, '–')] : []),
    sinceLine(i),
    ...acknowledgedLine(i, view),
    ...nextUpdateLine(i, view),
    ...deploymentsLine(i, view),
    ...alertLines(i, 3, Math.min(width, 100)),
    ...(i.statusPage || over || !view.statusPage
      ? statusPageLine(i)
      : ['*Status page* nothing published yet']),
    ...linkLines(i, 4),
  ];
}

function choices(i: Incident, view: IncidentView): Choice[] {
  if (i.status === 'merged') return [{ label: 'Timeline', does: 'timeline' }];
  if (i.status === 'resolved') return [...afterwards];
  return [
    ...(i.acknowledged ? [] : [acknowledge]),
    { label: 'Join', does: 'join' },
    { label: 'Update', does: 'openUpdate' },
    { label: 'Facts', does: 'openFacts' },
    { label: 'Severity', does: 'openSeverity' },
    ...(view.statusPage ? [{ label: 'Status page', does: 'openPublish' } as const] : []),
    { label: 'Timeline', does: 'timeline' },
    resolve,
  ];
}

function roleBlocks(i: Incident): KnownBlock[] {
  const isHeld = Object.values(i.roles).some((person) => person !== null);
  const open: Choice[] = isOver(i)
    ? []
    : [...claimButtons(i), ...(isHeld ? [{ label: 'Hand over', does: 'openHandOver' } as const] : [])];
  return [...sections([...rolesLine(i), ...respondersLine(i)]), ...choicesBlock(i, 'roles', open)];
}

/** What was found, what may help, and what was changed lately. */
function helpBlocks(i: Incident, view: IncidentView, { rows, width, buttons }: Detail): KnownBlock[] {
  const narrow = Math.min(width, 150);
  const done = mitigationLines(i, rows, narrow);
  return [
    ...(i.findings
      ? sections([
          `${findingsSummary(i.findings)} · ${findingsFoot(i.findings)}`,
          ...findingLines(i.findings, rows, narrow),
        ])
      : [section('*Findings* not looked at yet')]),
    ...recommendationBlocks(view, rows + 2, narrow),
    symptomsMenu(i),
    ...choicesBlock(i, 'mitigate', [
      ...mitigationButtons(i, view, buttons),
      { label: 'Check again', does: 'assess' },
    ]),
    ...(done.length > 0 ? sections(['*Done so far*', ...done]) : []),
    ...choicesBlock(i, 'undo', undoButtons(i)),
    ...(view.recent.length > 0 ? sections(['*Recent deployments*', ...recentLines(view.recent, rows)]) : []),
    ...choicesBlock(i, 'recent', recentButtons(i, view, Math.min(rows, 5))),
  ];
}

/** Runbook 001, "Contacts". */
function contactBlocks({ contacts }: Pick<IncidentRules, 'contacts'>, most: number): KnownBlock[] {
  const shown = contacts.slice(0, most).map((c) => `${escaped(c.role, 60)}: ${escaped(c.contact, 200)}`);
  return shown.length > 0 ? [context(`*Contacts* ${shown.join(' · ')}`)] : [];
}
