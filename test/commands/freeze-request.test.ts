/** `/ops freeze` and `/ops thaw` as people type them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readOps } from '../../src/commands/request.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { Refusal } from '../../src/records/refusal.ts';

const file = new URL('../../examples/minimal.yml', import.meta.url);
const minimal = loadCatalog(readFileSync(file, 'utf8'), 'minimal.yml');
const [environment = ''] = minimal.environments.keys();
const now = Date.UTC(2026, 10, 20, 9);
const hour = 3_600_000;
const read = (text: string) => readOps(text.replaceAll('ENV', environment), minimal, now);

function refusalOf(text: string): Refusal {
  try {
    throw new Error(`not refused: ${JSON.stringify(read(text))}`);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

describe('freeze', () => {
  const frozen = { verb: 'freeze', environment, until: null, reason: 'the database moves' };
  test.each([
    ['freeze ENV the database moves', frozen],
    ['FREEZE `ENV` "the database moves"', frozen],
    ['freeze ENV --reason "the database moves"', frozen],
    ['freeze all the database moves', { ...frozen, environment: null }],
    ['freeze ENV until 18:00 the database moves', { ...frozen, until: now + 9 * hour }],
    ['freeze ENV until 2h the database moves', { ...frozen, until: now + 2 * hour }],
    ['freeze ENV for 2h the database moves', { ...frozen, until: now + 2 * hour }],
    ['freeze ENV until tomorrow 09:00 --reason "the database moves"', { ...frozen, until: now + 24 * hour }],
    ['freeze ENV for the database', { ...frozen, reason: 'for the database' }],
    ['freeze ENV "until they are done"', { ...frozen, reason: 'until they are done' }],
    ['freeze ENV a &lt;b&gt; &amp; c', { ...frozen, reason: 'a <b> & c' }],
    ['freeze help', 'help'],
    ['freeze --help', 'help'],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('shortens what is too long', () => {
    expect(read(`freeze ENV ${'x'.repeat(700)}`)).toMatchObject({ reason: 'x'.repeat(500) });
  });

  test.each([
    ['freeze', 'missing-argument', /environment/],
    ['freeze ENV', 'reason-needed', /needs a reason/],
    ['freeze ENV until 18:00', 'reason-needed', /needs a reason/],
    ['freeze ENV until 08:00 too late', 'unreadable', /"08:00" has passed already in UTC/],
    ['freeze ENV until 2020-01-01T10:00 too late', 'unreadable', /has passed/],
    ['freeze ENV until 2030-01-01T10:00 too long', 'unreadable', /more than a year/],
    ['freeze ENV until they are done', 'unreadable', /"they" as a time/],
    ['freeze ENV until', 'unreadable', /Until when/],
    ['freeze ENV one --reason "two"', 'too-many-arguments', /two reasons/],
    ['freeze mars it burns', 'unknown-environment', /"mars" as an environment/],
  ])('%s is refused', (text, code, says) => {
    const refusal = refusalOf(text);
    expect([refusal.code, refusal.message]).toEqual([code, expect.stringMatching(says)]);
  });

  test('a mistyped environment gets a button with the right one', () => {
    const mistyped = `${environment.slice(0, -1)}x`;
    expect(refusalOf(`freeze ${mistyped} it burns`).suggestion?.command).toBe(
      `/ops freeze ${environment} it burns`,
    );
  });
});

describe('thaw', () => {
  test.each([
    ['thaw ENV', { verb: 'thaw', environment }],
    ['thaw all', { verb: 'thaw', environment: null }],
    ['thaw help', 'help'],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ['thaw', 'missing-argument'],
    ['thaw mars', 'unknown-environment'],
    ['thaw ENV now', 'too-many-arguments'],
  ])('%s is refused', (text, code) => {
    expect(refusalOf(text).code).toBe(code);
  });
});
