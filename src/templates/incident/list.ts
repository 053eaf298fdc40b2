/** What `/incident list` and `/incident timeline` answer. */
import { type Incident, isOver, type TimelineEntry } from '../../records/incident.ts';
import { context, fitting, header, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { cut, duration, escaped, handle, literal, plural, when } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';
import { channelLink } from './links.ts';
import { lineText } from './timeline-line.ts';
import { marked, nameOf, statusWords, subject } from './words.ts';

/** Open ones first, the newest first; in any order. */
export function incidentList(incidents: readonly Incident[], now: number): Message {
  const newest = incidents.toSorted((a, b) => b.declaredAt - a.declaredAt);
  const open = newest.filter((i) => !isOver(i));
  const over = newest.filter(isOver);
  return fitting([30, 15, 5, 2].map((most) => () => drawing(open, over, most, now)));
}

function drawing(open: readonly Incident[], over: readonly Incident[], most: number, now: number): Message {
  const summary = open.length === 0 ? '*No incident is open*' : `*${plural(open.length, 'open incident')}*`;
  return {
    text: open.length === 0 ? 'No incident is open' : plural(open.length, 'open incident'),
    blocks: [
      header('Incidents'),
      ...sections([summary, ...some(open, most, now)]),
      ...(over.length > 0 ? sections(['*Lately over*', ...some(over, Math.ceil(most / 2), now)]) : []),
    ],
  };
}

function some(incidents: readonly Incident[], most: number, now: number): string[] {
  const rest = incidents.length - most;
  return [...incidents.slice(0, most).map((i) => line(i, now)), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}

function line(listed: Incident, now: number): string {
  const i = listed.isPrivate ? discreet(listed) : listed;
  const lasted = duration(Math.max(0, (i.resolvedAt ?? now) - i.detectedAt));
  const state =
    i.status === 'merged'
      ? `merged into ${escaped(i.mergedInto ?? '', 40) || 'another one'}`
      : i.status === 'resolved'
        ? `resolved after ${lasted}`
        : `${statusWords[i.status].toLowerCase()} for ${lasted}`;
  const words = [
    `${state}, ${subject(i)}`,
    ...(isOver(i) ? [] : [i.roles.commander ? `led by ${handle(i.roles.commander)}` : 'nobody leads it']),
    ...(i.room && !isOver(i) ? [channelLink(i.room)] : []),
  ];
  return `${nameOf(i, 100)}\n↳ ${words.join(' · ')}`;
}

/** Anybody may ask for the list: of a private incident it shows that there is one, not what it is about. */
const discreet = (i: Incident): Incident => ({ ...i, title: 'Private incident', services: [], room: null });

/** Entries on one page; fewer where their texts are long. */
const pageSizes = [25, 12, 6, 2] as const;

/** A page of the timeline, newest last: from the entry of that number on, or the newest ones. */
export function timelineMessage(i: Incident, from?: number): Message {
  return fitting(pageSizes.map((size, index) => () => page(i, size, index < 2 ? 300 : 150, from)));
}

function page(i: Incident, size: number, width: number, from: number | undefined): Message {
  const all = i.timeline;
  const newest = Math.max(0, all.length - size);
  const wanted = from === undefined ? newest : all.findIndex(({ n }) => n >= from);
  const start = wanted < 0 ? newest : wanted;
  const shown = all.slice(start, start + size);
  const title = marked(i, `Timeline of ${literal(i.id, 40)}`);
  return {
    text: cut(`${escaped(title)}: ${plural(all.length, 'line')}`, 1000),
    blocks: [
      header(title),
      ...sections(shown.length > 0 ? shown.map((e) => entryLine(e, width)) : ['Nothing has happened yet.']),
      context(footLine(i, start, shown.length)),
      ...choicesBlock(i, 'timeline', turns(all, start, size)),
    ],
  };
}

const entryLine = (e: TimelineEntry, width: number): string => `*${when(e.at)}* ${lineText(e, width)}`;

function footLine({ timeline, severity, status }: Incident, start: number, count: number): string {
  const which =
    count < timeline.length
      ? `${start + 1} to ${start + count} of ${timeline.length}`
      : plural(count, 'line');
  return `${which} · ${severity} · ${statusWords[status]}`;
}

function turns(all: readonly TimelineEntry[], start: number, size: number): Choice[] {
  const at = (index: number) => String(all[Math.max(0, index)]?.n ?? 1);
  return [
    ...(start > 0
      ? [{ label: 'Earlier', does: 'timeline', arg: at(start - size), among: 'earlier' } as const]
      : []),
    ...(start + size < all.length
      ? [{ label: 'Later', does: 'timeline', arg: at(start + size), among: 'later' } as const]
      : []),
  ];
}
