/** Until when somebody freezes an environment, in the words in which they say it. */
import { expect, test } from '@jest/globals';
import { readUntil } from '../../src/commands/until.ts';

/** A Friday, 10:30 in Berlin (UTC+1). */
const now = Date.UTC(2026, 10, 20, 9, 30);
const berlin = (said: string) => readUntil(said.split(' '), now, 'Europe/Berlin');
const iso = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString().slice(0, 16));

test.each([
  ['18:00 the migration', '2026-11-20T17:00', 1],
  ['9:05 it has passed', '2026-11-20T08:05', 1],
  ['18:00: the migration', '2026-11-20T17:00', 1],
  ['today 18:00', '2026-11-20T17:00', 2],
  ['tomorrow 09:00 the migration', '2026-11-21T08:00', 2],
  ['TOMORROW 09:00', '2026-11-21T08:00', 2],
  ['2026-12-24T18:00 holidays', '2026-12-24T17:00', 1],
  ['2026-12-24t18:00', '2026-12-24T17:00', 1],
  ['2026-12-24T18:00Z', '2026-12-24T18:00', 1],
  ['2026-12-24 18:00 holidays', '2026-12-24T17:00', 2],
  ['2026-12-24 holidays', '2026-12-23T23:00', 1],
  // Summer time, though it is winter when it is said.
  ['2027-07-01T12:00', '2027-07-01T10:00', 1],
  ['2h the migration', '2026-11-20T11:30', 1],
  ['30m', '2026-11-20T10:00', 1],
  ['30min', '2026-11-20T10:00', 1],
  ['1h30m', '2026-11-20T11:00', 1],
  ['1d', '2026-11-21T09:30', 1],
])('until %s', (said, at, used) => {
  const read = berlin(said);
  expect([iso(read?.at), read?.used]).toEqual([at, used]);
});

test.each([
  '',
  'later',
  'tomorrow',
  'tomorrow morning',
  'today',
  '25:00',
  '18:60',
  '6pm',
  '2',
  'h',
  '2026-13-01',
  '2026-02-30T10:00',
])('"%s" is no time', (said) => {
  expect(berlin(said)).toBeNull();
});

test('counts days in the zone, not in UTC', () => {
  const lateEvening = Date.UTC(2026, 10, 20, 23, 30);
  expect(iso(readUntil(['tomorrow', '09:00'], lateEvening, 'Europe/Berlin')?.at)).toBe('2026-11-22T08:00');
  expect(iso(readUntil(['tomorrow', '09:00'], lateEvening, 'UTC')?.at)).toBe('2026-11-21T09:00');
});
