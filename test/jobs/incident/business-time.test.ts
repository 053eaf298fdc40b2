/** "Next business day" in the team's own calendar and time zone. */
import { expect, test } from '@jest/globals';
import { type IncidentRules, incidents } from '../../../src/config/incidents.ts';
import { dueBy, endOfNextBusinessDay } from '../../../src/jobs/incident/business-time.ts';

const hours = (said: object): IncidentRules['business_hours'] =>
  incidents.parse({ on_call: { otherwise: ['U0000001'] }, business_hours: said }).business_hours;

test.each([
  ['a Thursday', '2026-11-19T10:00Z', {}, '2026-11-20T17:00Z'],
  ['a Friday evening', '2026-11-20T22:00Z', {}, '2026-11-23T17:00Z'],
  ['the day before a holiday', '2026-12-24T10:00Z', { holidays: ['2026-12-25'] }, '2026-12-28T17:00Z'],
  // It is Friday in Tokyo already.
  ['a Thursday that is Friday elsewhere', '2026-11-19T16:00Z', { zone: 'Asia/Tokyo' }, '2026-11-23T08:00Z'],
  // The clocks go back on 2026-10-25 in Berlin.
  [
    'a night in which the clocks are turned',
    '2026-10-24T10:00Z',
    { zone: 'Europe/Berlin' },
    '2026-10-26T16:00Z',
  ],
  ['a week that begins on Sunday', '2026-11-20T10:00Z', { days: ['sun', 'mon'] }, '2026-11-22T17:00Z'],
])('%s', (_, from, said, due) => {
  expect(new Date(endOfNextBusinessDay(Date.parse(from), hours(said))).toISOString()).toBe(
    new Date(due).toISOString(),
  );
});

test('a calendar of holidays alone comes to an end', () => {
  const all = Array.from({ length: 400 }, (_, n) =>
    new Date(Date.UTC(2026, 10, 20 + n)).toISOString().slice(0, 10),
  );
  expect(endOfNextBusinessDay(Date.UTC(2026, 10, 20), hours({ holidays: all }))).toBeGreaterThan(0);
});

test('a duration is a duration', () => {
  expect(dueBy(1_000, 60_000, hours({}))).toBe(61_000);
});
