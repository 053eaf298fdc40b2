import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Decision } from '../../../src/records/entries.ts';
import { openStore } from './bench.ts';

let bench: ReturnType<typeof openStore>;
beforeAll(() => {
  bench = openStore();
});
afterAll(() => bench.close());

let ids = 0;
const fresh = () => `D-${++ids}`;
const says = (name: string, choice: Decision['choice']): Decision => ({
  by: { id: `U-${name}`, name },
  at: 7,
  choice,
  reason: null,
});

/** Who says what, in order, to a question that so many approvals settle; and whose words were recorded. */
const table: [string, number, string, string][] = [
  ['the first one wins', 1, 'ben approve, carla reject', 'ben'],
  ['whatever it is', 1, 'ben reject, carla approve', 'ben'],
  ['two approvals are wanted and come', 2, 'ben approve, carla approve, dave approve', 'ben carla'],
  ['one person is one approval', 2, 'ben approve, ben approve, carla approve', 'ben carla'],
  ['one of two may be against it', 2, 'ben approve, carla reject, dave approve', 'ben carla'],
  ['who approved does not reject', 2, 'ben approve, ben reject, carla approve', 'ben carla'],
  ['a stop is asked once', 1, 'ben roll-back, carla cancel', 'ben'],
  ['a hold is answered once', 1, 'ben leave, carla retry, dave roll-back', 'ben'],
];

describe('an answer', () => {
  test.each(table)('%s (%i needed): %s', async (_, needed, text, recorded) => {
    const id = fresh();
    const taken: string[] = [];
    for (const part of text.split(', ')) {
      const [name = '', choice = ''] = part.split(' ');
      const answer = says(name, choice as Decision['choice']);
      const result = await bench.store.decide(id, 'question', answer, needed);
      if (result.recorded) taken.push(name);
      expect(result.answers).toEqual(await bench.store.answersTo(id, 'question'));
    }
    expect(taken.join(' ')).toBe(recorded);
    expect((await bench.store.answersTo(id, 'question')).map(({ by }) => by.name).join(' ')).toBe(recorded);
  });

  test.each([1, 2, 3])('of 20 at once: as many approvals are taken as are needed (%i)', async (needed) => {
    const id = fresh();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => bench.store.decide(id, 'q', says(`p${n}`, 'approve'), needed)),
    );
    expect(results.filter(({ recorded }) => recorded)).toHaveLength(needed);
    expect(await bench.store.answersTo(id, 'q')).toHaveLength(needed);
  });

  test('belongs to one question of one deployment', async () => {
    const [one, two] = [fresh(), fresh()];
    await bench.store.decide(one, 'approval-1', says('ben', 'approve'));
    expect(await bench.store.answersTo(one, 'approval-2')).toEqual([]);
    expect(await bench.store.answersTo(two, 'approval-1')).toEqual([]);
  });

  test('is kept for a quarter of a year, not for ever', async () => {
    const id = fresh();
    await bench.store.decide(id, 'stop', says('ben', 'cancel'));
    const left = await bench.redis.pttl(`${bench.prefix}:decision:${id}:stop`);
    expect(left).toBeGreaterThan(89 * 24 * 3_600_000);
    expect(left).toBeLessThanOrEqual(90 * 24 * 3_600_000);
  });
});
