import { describe, expect, test } from '@jest/globals';
import type { Incident, Update } from '../../src/records/incident.ts';
import { punctuality, timesOf } from '../../src/records/incident-times.ts';
import { incidentSample, minute, wants } from '../templates/incident-samples.ts';
import { ana, ben, start } from '../templates/samples.ts';

const update = (more: Partial<Update> = {}): Update => ({
  n: 1,
  dueAt: start,
  at: start,
  by: ana,
  state: 'sent',
  status: 'mitigating',
  action: 'Rolling back',
  eta: 'Unknown',
  missed: 0,
  ...more,
});
const acknowledged = { at: start + 2 * minute, by: ben, via: 'slack' } as const;

describe('phases', () => {
  const cases: [string, Partial<Incident>, [number | null, number | null, number | null]][] = [
    ['nothing happened yet', {}, [null, null, null]],
    ['acknowledged: from the declaration', { acknowledged }, [2 * minute, null, null]],
    ['mitigated: from the first sign', { mitigatedAt: start + 20 * minute }, [null, 23 * minute, null]],
    [
      'resolved: from the first sign',
      { acknowledged, status: 'resolved', mitigatedAt: start, resolvedAt: start + 40 * minute },
      [2 * minute, 3 * minute, 43 * minute],
    ],
    ['reopened', { status: 'investigating', resolvedAt: null, acknowledged }, [2 * minute, null, null]],
    ['merged: the other one goes on', { status: 'merged', resolvedAt: start + minute }, [null, null, null]],
    ['a clock that runs ahead', { mitigatedAt: start - 9 * minute }, [null, 0, null]],
    ['a time that is none', { mitigatedAt: Number.NaN, detectedAt: Number.NaN }, [null, null, null]],
  ];
  test.each(cases)('%s', (_, changes, [toAcknowledge, toMitigate, toResolve]) => {
    expect(timesOf(incidentSample(changes))).toMatchObject({ toAcknowledge, toMitigate, toResolve });
  });
});

describe('an update', () => {
  const cases: [string, Partial<Update>, ReturnType<typeof punctuality>][] = [
    ['at its time', {}, 'on-time'],
    ['at the last moment that counts', { at: start + 1_000 }, 'on-time'],
    ['a moment later', { at: start + 1_001 }, 'late'],
    ["a person's, earlier", { at: start - 10 * minute }, 'on-time'],
    ['automatic and at its time', { by: null, at: start + 300 }, 'on-time'],
    ['skipped, however late', { state: 'skipped', at: start + minute }, 'skipped'],
  ];
  test.each(cases)('%s', (_, changes, expected) => expect(punctuality(update(changes))).toBe(expected));
});

test('updates are counted by what became of them, and slots without any are missed', () => {
  const i = incidentSample({
    updates: [
      update(),
      update({ n: 2, at: start + minute, missed: 3 }),
      update({ n: 3, state: 'skipped' }),
      update({ n: 4, at: start - minute }),
    ],
    effects: [
      wants('overdue-5-1', { kind: 'post', place: 'home', post: { kind: 'overdue-update', n: 5 } }),
      // The same slot, told to whoever leads as well.
      wants('overdue-5-1-direct', {
        kind: 'direct',
        to: 'U0000BEN1',
        post: { kind: 'overdue-update', n: 5 },
      }),
    ],
  });
  expect(timesOf(i)).toMatchObject({
    updatesOnTime: 2,
    updatesLate: 1,
    updatesSkipped: 1,
    updatesMissed: 4,
  });
});
