/** Deadlines in Redis' time hold whatever our own wall clock shows and however busy this process was. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createStore } from '../../../src/clients/store/index.ts';
import { better, redisClock } from '../../../src/clients/store/redis-clock.ts';
import type { Decision } from '../../../src/records/entries.ts';
import { draft, line, openStore } from './bench.ts';

const realNow = Date.now;
const benches: ReturnType<typeof openStore>[] = [];
afterEach(() => {
  Date.now = realNow;
  for (const bench of benches.splice(0)) bench.close();
});
const open = () => {
  const bench = openStore();
  benches.push(bench);
  return bench;
};

describe('what is known of Redis’ clock', () => {
  const old = { ahead: 1_000, roundTrip: 4 };
  test.each([
    ['nothing was known', undefined, { ahead: 5, roundTrip: 900 }, 'fresh'],
    ['the fresh one took a shorter way', old, { ahead: 1_001, roundTrip: 3 }, 'fresh'],
    ['this process was busy when the fresh one came', old, { ahead: 600, roundTrip: 800 }, 'known'],
    ['a clock was turned meanwhile', old, { ahead: -3_599_000, roundTrip: 6 }, 'fresh'],
  ] as const)('%s', (_, known, fresh, kept) => {
    expect(better(known, fresh)).toBe(kept === 'fresh' ? fresh : known);
  });

  test('is right again after the next comparison when Redis’ clock was turned', async () => {
    let turned = 0;
    const clock = redisClock(async () => [0, (performance.now() + turned) * 1_000]);
    expect((await clock.notAfter(0)) - performance.now()).toBeLessThan(100);
    turned = 3_600_000;
    await clock.compare();
    expect((await clock.notAfter(0)) - performance.now()).toBeGreaterThan(3_599_000);
  });

  test('outlives comparisons that Redis does not answer', async () => {
    let isAway = false;
    const clock = redisClock(async () => {
      if (isAway) throw new Error('away');
      return [0, performance.now() * 1_000];
    });
    await clock.compare();
    isAway = true;
    await clock.compare();
    expect((await clock.notAfter(500)) - performance.now()).toBeGreaterThan(400);
  });

  test('is not guessed: without an answer nothing can be in time', async () => {
    const clock = redisClock(() => Promise.reject(new Error('Command timed out')));
    await expect(clock.notAfter(700)).rejects.toThrow('Command timed out');
  });
});

const within = 700;
const ask = ({ store }: ReturnType<typeof openStore>, request: string) =>
  store.createDeployment(draft(), request, line(), within);

test('a request is taken after our wall clock was turned back an hour', async () => {
  const bench = open();
  await ask(bench, 'before');
  Date.now = () => realNow() - 3_600_000;
  expect(await ask(bench, 'after')).toEqual({ id: 'D-2', fresh: true });
});

test('a request is taken though this process was busy when Redis told its time', async () => {
  const bench = open();
  await new Promise((resolve) => bench.redis.once('ready', resolve));
  const until = performance.now() + 1_500;
  while (performance.now() < until) Math.sqrt(until);
  expect(await ask(bench, 'busy')).toEqual({ id: 'D-1', fresh: true });
});

test('an answer that Redis gets to too late does not count, is told of, and may be given again', async () => {
  const { redis, prefix } = open();
  const told: string[] = [];
  const slow = createStore(redis, prefix, { patience: -1_000, warn: (text) => told.push(text) });
  const answer: Decision = { by: { id: 'U1', name: 'ben' }, at: 1, choice: 'approve', reason: null };
  await expect(slow.decide('D-1', 'approval-1', answer)).rejects.toThrow('too long');
  expect(told).toEqual([expect.stringContaining('an answer about D-1')]);
  expect(await slow.answersTo('D-1', 'approval-1')).toEqual([]);
  const quick = createStore(redis, prefix, { patience: within });
  expect((await quick.decide('D-1', 'approval-1', answer)).recorded).toBe(true);
});

test('a request that came too late is told of', async () => {
  const { redis, prefix } = open();
  const told: string[] = [];
  const store = createStore(redis, prefix, { warn: (text) => told.push(text) });
  await expect(store.createDeployment(draft(), 'late', line(), -1_000)).rejects.toThrow('too long');
  expect(told).toHaveLength(1);
});
