import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { ecsQuota } from '../../src/clients/aws-quotas.ts';
import { realClock, scaledClock } from '../../src/clients/clock.ts';
import { type Bucket, createLimiter, TurnTooLate } from '../../src/clients/limiter.ts';
import { testPrefix, testRedis } from '../support/redis.ts';

const { url } = testRedis();
const connections = [new Redis(url), new Redis(url)] as const;
const [redis, otherRedis] = connections;

let prefix: string;

beforeEach(async () => {
  prefix = testPrefix();
  await Promise.all(connections.map((connection) => connection.ping()));
});

afterAll(() => {
  for (const connection of connections) connection.disconnect();
});

const limiterOn = (connection = redis, clock = realClock) => createLimiter(connection, { prefix, clock });
/** Fast enough to wait for; upper bounds below are wide, since a busy machine is late but never early. */
const bucket: Bucket = { name: 'calls', perSecond: 20, burst: 5 };
/** So slow that no token comes back by accident in the middle of a test. */
const slow: Bucket = { name: 'rare-calls', perSecond: 0.5, burst: 5 };

describe('taking', () => {
  test('lets a burst pass at once, then keeps to the rate', async () => {
    const limiter = limiterOn();
    const passed = await passedAt(15, () => limiter.take(bucket));
    expect(passed[4]).toBeLessThan(400);
    expect(passed[14]).toBeGreaterThanOrEqual(498);
    expect(passed[14]).toBeLessThan(1500);
  });

  test('gives out no more turns for any while than the bucket holds and gets', async () => {
    const limiter = limiterOn();
    const turns: { earliest: number; latest: number }[] = [];
    for (let turn = 0; turn < 25; turn++) {
      const before = performance.now();
      const wait = await limiter.reserve(bucket);
      turns.push({ earliest: before + wait, latest: performance.now() + wait });
    }
    for (const [first, { earliest }] of turns.entries()) {
      for (const [last, { latest }] of turns.entries()) {
        if (last <= first) continue;
        // Redis' time of a turn lies between the two, so the while is never taken for shorter than it is.
        expect(last - first + 1).toBeLessThanOrEqual(5 + ((latest - earliest) * 20) / 1000 + 1);
      }
    }
  });

  test('two processes share one budget', async () => {
    const limiters = [limiterOn(redis), limiterOn(otherRedis)];
    const passed = await passedAt(15, (index) => limiters[index % 2]?.take(bucket));
    expect(passed[14]).toBeGreaterThanOrEqual(498);
    expect(passed[14]).toBeLessThan(1500);
  });

  test('buckets of other names do not matter', async () => {
    const limiter = limiterOn();
    await limiter.take(slow, { cost: 5 });
    expect(await limiter.tryTake(slow)).toBeGreaterThan(0);
    expect(await limiter.tryTake({ ...slow, name: 'other' })).toBe(0);
  });

  test('an expensive call takes several turns', async () => {
    const limiter = limiterOn();
    await limiter.take(slow, { cost: 4 });
    expect(await limiter.tryTake(slow)).toBe(0);
    expect(await limiter.tryTake(slow)).toBeGreaterThan(0);
  });

  test('gives up, taking nothing, when the turn would come too late', async () => {
    const limiter = limiterOn();
    await limiter.take(slow, { cost: 4 });
    await expect(limiter.take(slow, { cost: 2, maxWaitMs: 100 })).rejects.toThrow(TurnTooLate);
    await expect(limiter.take(slow, { maxWaitMs: 100 })).resolves.toBeUndefined();
  });

  test('stops waiting when told to', async () => {
    const limiter = limiterOn();
    await limiter.reserve({ ...slow, burst: 1 });
    const stopped = limiter.take({ ...slow, burst: 1 }, { signal: AbortSignal.timeout(20) });
    await expect(stopped).rejects.toThrow(/abort/i);
    await expect(limiter.take(bucket, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe('asking', () => {
  test('reserve hands out one turn after the other', async () => {
    const limiter = limiterOn();
    const waits = await Promise.all(Array.from({ length: 7 }, () => limiter.reserve(slow)));
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(waits[5]).toBeGreaterThan(1000);
    expect(waits[5]).toBeLessThanOrEqual(2000);
    expect(waits[6]).toBeGreaterThan(3000);
  });

  test('tryTake takes only what is free', async () => {
    const limiter = limiterOn();
    await limiter.take(slow, { cost: 5 });
    const waits = await Promise.all(Array.from({ length: 10 }, () => limiter.tryTake(slow)));
    expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });
});

describe('a penalty', () => {
  test('closes the bucket for everybody, and it starts empty', async () => {
    await limiterOn(redis).penalise(slow, 5000);
    const limiter = limiterOn(otherRedis);
    expect(await limiter.tryTake(slow)).toBeGreaterThan(4000);
    expect(await limiter.reserve(slow)).toBeLessThanOrEqual(5000);
    expect(await limiter.reserve(slow)).toBeGreaterThan(6000);
  });

  test('moves turns that were already given out', async () => {
    const twice = { ...bucket, perSecond: 2 };
    const limiter = limiterOn(redis);
    await limiter.take(twice, { cost: 5 });
    const waiting = passedAt(1, () => limiter.take(twice));
    await limiterOn(otherRedis).penalise(twice, 400);
    const [passed] = await waiting;
    expect(passed).toBeGreaterThanOrEqual(700);
    expect(passed).toBeLessThan(1900);
  });

  test('counts once when many report it at the same time', async () => {
    const limiter = limiterOn();
    await Promise.all(Array.from({ length: 20 }, () => limiter.penalise(bucket, 5000)));
    expect(await limiter.tryTake(bucket)).toBeLessThanOrEqual(5000);
  });
});

test('a clock that runs ten times as fast has turns ten times as often', async () => {
  const limiter = limiterOn(redis, scaledClock({ start: 0, since: Date.now(), scale: 10 }));
  const slow: Bucket = { name: 'slow', perSecond: 2, burst: 1 };
  const passed = await passedAt(5, () => limiter.take(slow));
  expect(passed[4]).toBeGreaterThanOrEqual(198);
  expect(passed[4]).toBeLessThan(1200);
  expect(await limiter.reserve(slow)).toBeGreaterThan(200);
});

test('a bucket that is full again leaves nothing in Redis', async () => {
  await limiterOn().take(bucket);
  const key = `${prefix}:limit:calls`;
  expect(await redis.pttl(key)).toBeGreaterThan(0);
  expect(await redis.pttl(key)).toBeLessThanOrEqual(1050);
});

describe("AWS's quotas for ECS", () => {
  test('operations that AWS counts together share a bucket, of which a little is left to others', () => {
    const here = '123456789012/us-east-1';
    expect(ecsQuota('UpdateService', here)).toEqual({
      name: 'ecs:123456789012/us-east-1:service-change',
      burst: 48,
      perSecond: 5,
    });
    expect(ecsQuota('CreateService', here)).toEqual(ecsQuota('UpdateService', here));
    expect(ecsQuota('RegisterTaskDefinition', here)).toMatchObject({ burst: 18, perSecond: 1 });
  });

  test('each account and Region has its own', () => {
    const [one, other] = ['us-east-1', 'eu-west-1'].map((region) => ecsQuota('UpdateService', region).name);
    expect(one).not.toBe(other);
  });
});

/** When each of `count` calls that start together passes: real milliseconds, in order. */
async function passedAt(
  count: number,
  call: (index: number) => Promise<void> | undefined,
): Promise<number[]> {
  const started = performance.now();
  const passed = Array.from({ length: count }, async (_, index) => {
    await call(index);
    return performance.now() - started;
  });
  return (await Promise.all(passed)).sort((one, other) => one - other);
}
