import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Incident } from '../../src/records/incident.ts';
import { alertAnswered, alertQuestion } from '../../src/templates/incident/alert-question.ts';
import { incidentCard } from '../../src/templates/incident/card.ts';
import { incidentList, timelineMessage } from '../../src/templates/incident/list.ts';
import { draftOf, filled } from '../../src/templates/incident/messages.ts';
import { pageMessage, pageSummary } from '../../src/templates/incident/paging.ts';
import { incidentPost } from '../../src/templates/incident/posts.ts';
import { roomCard } from '../../src/templates/incident/room-card.ts';
import type { IncidentView } from '../../src/templates/incident/view.ts';
import type { Message } from '../../src/templates/message.ts';
import { text } from './hostile.ts';
import * as hostile from './incident-hostile.ts';
import { incidentPages } from './incident-pages.ts';
import { incidentStates, viewOf } from './incident-samples.ts';
import { violations } from './limits.ts';

/** Buttons are told apart in the whole message, and no block is named twice. */
function doubled({ blocks }: Message): string[] {
  const ids = blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.flatMap((e) => ('action_id' in e ? [e.action_id ?? ''] : []))
      : [],
  );
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}

function holds<T>(inputs: fc.Arbitrary<T>, draw: (input: T) => Message, runs: number): void {
  fc.assert(
    fc.property(inputs, (input) => {
      const message = draw(input);
      expect([...violations(message), ...doubled(message)]).toEqual([]);
    }),
    // Records this large would be shrunk for minutes.
    { numRuns: runs, endOnFailure: true },
  );
}

const each = (draw: (i: Incident, view: IncidentView) => Message, runs = 150) =>
  holds(hostile.shown, ({ i, view }) => draw(i, view), runs);

describe('whatever people, alerts and clouds write, Slack takes it and nobody is rung by it:', () => {
  test('the card', () => each(incidentCard));
  test('the summary of the war room', () => each(roomCard));
  test('every post', () =>
    holds(fc.tuple(hostile.shown, hostile.post), ([{ i, view }, post]) => incidentPost(i, post, view), 400));
  test('the page', () =>
    holds(fc.tuple(hostile.shown, text), ([{ i, view }, why]) => pageMessage(i, view, why), 100));
  test('the timeline', () =>
    holds(
      fc.tuple(hostile.incident, fc.option(fc.nat({ max: 250 }), { nil: undefined })),
      ([i, from]) => timelineMessage(i, from),
      100,
    ));
  test('the list', () =>
    holds(fc.array(hostile.incident, { maxLength: 60 }), (list) => incidentList(list, 0), 40));
  test('the question about an alert, and its answer', () =>
    holds(
      fc.tuple(text, text, fc.option(text, { nil: null }), fc.option(text, { nil: null })),
      ([title, environment, service, link]) => {
        const asked = {
          group: title.slice(0, 250),
          title,
          severity: 'P3',
          service,
          environment,
          alerts: 3,
          since: 0,
          link,
        } as const;
        const by = { id: title, name: environment };
        expect(violations(alertAnswered(asked, { kind: 'opened', incident: title, by, link }))).toEqual([]);
        expect(violations(alertAnswered(asked, { kind: 'dismissed', by }))).toEqual([]);
        return alertQuestion(asked);
      },
      150,
    ));
});

test('plain texts are bounded, on one line where they must be, and show nothing that cannot be seen', () => {
  fc.assert(
    fc.property(hostile.shown, ({ i, view: { rules, now } }) => {
      const summary = pageSummary(i);
      expect(summary.length).toBeLessThanOrEqual(1024);
      expect(summary).not.toMatch(/[\p{Cc}\u2028]/u);
      expect(draftOf(i, rules, now).action.length).toBeLessThanOrEqual(700);
      expect(draftOf(i, rules, now).action).not.toBe('');
      for (const template of ['initial', 'update', 'resolved'] as const) {
        expect(filled(template, i, rules, now).length).toBeLessThan(10_000);
      }
    }),
    { numRuns: 100 },
  );
});

describe.each(Object.entries(incidentStates))('%s is within the limits', (_, i) => {
  test.each([
    ['card', incidentCard],
    ['room', roomCard],
  ])('%s', (__, draw) => {
    const message = draw(i, viewOf(i));
    expect([...violations(message), ...doubled(message)]).toEqual([]);
  });
});

test.each(Object.entries(incidentPages))('the page %s', (_, messages) => {
  for (const [name, blocks] of messages)
    expect([name, violations({ text: name, blocks })]).toEqual([name, []]);
});
