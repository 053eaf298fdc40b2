/** When an incident began that somebody declares from a message in Slack. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { declareNow } from '../../src/commands/incident/declare.ts';
import { deployer, type OpenDesk, openDesk } from '../fuzz/desk.ts';

const minute = 60_000;
const now = Date.UTC(2026, 10, 24, 11);

let open: OpenDesk;
beforeAll(async () => {
  open = await openDesk();
});
afterAll(() => open.close());

test.each([
  ['a moment ago', 0, 0],
  ['half an hour ago', 30, 30],
  ['an hour ago', 60, 60],
  ['a little longer ago', 61, 0],
  ['yesterday', 24 * 60, 0],
])('said %s', async (_, age, began) => {
  const { store } = open.desk;
  const desk = {
    ...open.desk,
    clock: { ...open.desk.clock, now: () => now },
    // A refusal because the machine was busy would say nothing about the times.
    store: {
      ...store,
      createIncident: (...[draft, request, audit]: Parameters<typeof store.createIncident>) =>
        store.createIncident(draft, request, audit, null),
    },
  };
  const saidAt = now - age * minute;
  const said = {
    channel: 'C0OLD00001',
    ts: (saidAt / 1000).toFixed(6),
    user: null,
    text: 'All is slow',
    link: null,
  };
  const { text } = await declareNow(
    {
      severity: 'P3',
      environment: 'production',
      services: [],
      title: 'All is slow',
      kind: 'outage',
      impact: null,
      said,
    },
    {
      person: { id: deployer, name: 'ana' },
      channel: 'C0GENERAL1',
      request: `declared-${age}`,
      responseUrl: null,
      from: 'form',
    },
    desk,
  );
  const i = await store.loadIncident(/INC-\d+/.exec(text)?.[0] ?? '');
  expect(i).toMatchObject({ declaredAt: now, detectedAt: now - began * minute });
  // The line in the timeline keeps the message's own time.
  expect(i?.timeline).toMatchObject([{ at: saidAt, text: 'All is slow' }]);
});
