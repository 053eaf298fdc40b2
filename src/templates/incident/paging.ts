/** What reaches somebody who is called to an incident. */
import { type Incident, isOver } from '../../records/incident.ts';
import { fitting, section, sections } from '../blocks.ts';
import type { Message } from '../message.ts';
import { cut, escaped, oneLine, some } from '../text.ts';
import { acknowledge, choicesBlock } from './buttons.ts';
import { acknowledgedLine, alertLines, placeOf, rolesLine, roomLine, sinceLine } from './facts.ts';
import { haltBlocks } from './halt.ts';
import type { IncidentView } from './view.ts';
import { marked, nameOf } from './words.ts';

/** A direct message; `why` is in plain words. */
export function pageMessage(i: Incident, view: IncidentView, why: string): Message {
  return fitting([600, 150].map((width) => () => drawing(i, view, why, width)));
}

function drawing(i: Incident, view: IncidentView, why: string, width: number): Message {
  const head = marked(
    i,
    `🚨 *You are called to ${escaped(i.id, 40)}*: ${escaped(why, Math.min(width, 300)) || i.severity}`,
  );
  return {
    text: cut(`${head} (${nameOf(i)})`, 1000),
    blocks: [
      section(head),
      ...sections([
        nameOf(i),
        `*Where* ${placeOf(i)}`,
        `*Impact* ${escaped(i.impact ?? '', width) || 'not known yet'}`,
        sinceLine(i),
        ...acknowledgedLine(i, view),
        ...rolesLine(i),
        ...alertLines(i, 3, 100),
        ...roomLine(i),
      ]),
      ...haltBlocks(i, view.rules, { steps: 5, clear: false }),
      ...choicesBlock(
        i,
        'page',
        i.acknowledged || isOver(i) ? [] : [acknowledge, { label: 'Join', does: 'join' }],
      ),
    ],
  };
}

/** PagerDuty documentation, Events API v2: a summary has at most 1024 characters. */
const longestSummary = 1024;

/**
 * One plain line for PagerDuty, with nothing escaped: "P1 INC-12 production (api-gateway): Checkout is down". What a private
 * incident is about stays in its room: more people read PagerDuty.
 */
export function pageSummary(i: Incident): string {
  const services =
    i.services.length > 0
      ? ` (${some(
          i.services.map((s) => cut(oneLine(s), 63)),
          4,
        )})`
      : '';
  const title = i.isPrivate ? 'security incident' : oneLine(i.title);
  const words = `${i.severity} ${i.id} ${cut(oneLine(i.environment), 63)}${services}: ${title}`;
  return cut(oneLine(marked(i, words)), longestSummary);
}
