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

beforeEach(() => {
  prefix = testPrefix();
});

afterAll(() => {
  for (const connection of connections) connection.disconnect();
});

const limiterOn = (connection = redis, clock = realClock) => createLimiter(connection, { prefix, clock });
const bucket: Bucket = { name: 'calls', perSecond: 20, burst: 5 };

describe('taking', () => {
  test('lets a burst pass at once, then keeps to the rate', async () => {
    const limiter = limiterOn();
    const passed = await passedAt(15, () => limiter.take(bucket));
    expect(passed[4]).toBeLessThan(45);
    expect(passed[14]).toBeGreaterThanOrEqual(498);
    expect(passed[14]).toBeLessThan(700);
  });

  test('never lets more pass in any while than the bucket holds and gets', async () => {
    const limiter = limiterOn();
    const passed = await passedAt(25, () => limiter.take(bucket));
    for (const [first, from] of passed.entries()) {
      for (const [last, to] of passed.entries()) {
        if (last <= first) continue;
        // Two milliseconds: how far a timer and the way to Redis may differ from one turn to the next.
        expect(last - first + 1).toBeLessThanOrEqual(5 + ((to - from + 2) * 20) / 1000 + 1);
      }
    }
  });

  test('two processes share one budget', async () => {
    const limiters = [limiterOn(redis), limiterOn(otherRedis)];
    const passed = await passedAt(15, (index) => limiters[index % 2]?.take(bucket));
    expect(passed[14]).toBeGreaterThanOrEqual(498);
    expect(passed[14]).toBeLessThan(700);
  });

  test('buckets of other names do not matter', async () => {
    const limiter = limiterOn();
    await Promise.all(Array.from({ length: 5 }, () => limiter.take(bucket)));
    expect(await limiter.tryTake({ ...bucket, name: 'other' })).toBe(0);
  });

  test('an expensive call takes several turns', async () => {
    const limiter = limiterOn();
    await limiter.take(bucket, { cost: 5 });
    expect(await limiter.tryTake(bucket)).toBeGreaterThan(30);
  });

  test('gives up, taking nothing, when the turn would come too late', async () => {
    const limiter = limiterOn();
    await limiter.take(bucket, { cost: 5 });
    await expect(limiter.take(bucket, { cost: 5, maxWaitMs: 100 })).rejects.toThrow(TurnTooLate);
    await expect(limiter.take(bucket, { maxWaitMs: 100 })).resolves.toBeUndefined();
  });

  test('stops waiting when told to', async () => {
    const limiter = limiterOn();
    await limiter.take(bucket, { cost: 25 });
    const stopped = limiter.take(bucket, { signal: AbortSignal.timeout(20) });
    await expect(stopped).rejects.toThrow(/abort/i);
    await expect(limiter.take(bucket, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe('asking', () => {
  test('reserve hands out one turn after the other', async () => {
    const limiter = limiterOn();
    const waits = await Promise.all(Array.from({ length: 7 }, () => limiter.reserve(bucket)));
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(waits[5]).toBeGreaterThan(30);
    expect(waits[5]).toBeLessThanOrEqual(50);
    expect(waits[6]).toBeGreaterThan(80);
  });

  test('tryTake takes only what is free', async () => {
    const limiter = limiterOn();
    await limiter.take(bucket, { cost: 5 });
    const waits = await Promise.all(Array.from({ length: 10 }, () => limiter.tryTake(bucket)));
    expect(Math.max(...waits)).toBeLessThanOrEqual(50);
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });
});

describe('a penalty', () => {
  test('closes the bucket for everybody, and it starts empty', async () => {
    await limiterOn(redis).penalise(bucket, 300);
    const limiter = limiterOn(otherRedis);
    expect(await limiter.tryTake(bucket)).toBeGreaterThan(250);
    const passed = await passedAt(3, () => limiter.take(bucket));
    expect(passed[0]).toBeGreaterThanOrEqual(280);
    expect(passed[2]).toBeGreaterThanOrEqual(380);
    expect(passed[2]).toBeLessThan(550);
  });

  test('moves turns that were already given out', async () => {
    const limiter = limiterOn(redis);
    await limiter.take(bucket, { cost: 5 });
    const waiting = passedAt(2, () => limiter.take(bucket));
    await limiterOn(otherRedis).penalise(bucket, 300);
    const passed = await waiting;
    expect(passed[0]).toBeGreaterThanOrEqual(300);
    expect(passed[1]).toBeLessThan(550);
  });

  test('counts once when many report it at the same time', async () => {
    const limiter = limiterOn();
    await Promise.all(Array.from({ length: 20 }, () => limiter.penalise(bucket, 200)));
    expect(await limiter.tryTake(bucket)).toBeLessThanOrEqual(210);
  });
});

test('a clock that runs ten times as fast has turns ten times as often', async () => {
  const limiter = limiterOn(redis, scaledClock({ start: 0, since: Date.now(), scale: 10 }));
  const slow: Bucket = { name: 'slow', perSecond: 2, burst: 1 };
  const passed = await passedAt(5, () => limiter.take(slow));
  expect(passed[4]).toBeGreaterThanOrEqual(198);
  expect(passed[4]).toBeLessThan(400);
  expect(await limiter.reserve(slow)).toBeGreaterThan(200);
});

test('a bucket that is full again leaves nothing in Redis', async () => {
  await limiterOn().take(bucket);
  const key = `${prefix}:limit:calls`;
  expect(await redis.pttl(key)).toBeGreaterThan(0);
  expect(await redis.pttl(key)).toBeLessThanOrEqual(1050);
});

describe("AWS's quotas for ECS", () => {
  test('operations that AWS counts together share a bucket', () => {
    const here = '123456789012/us-east-1';
    expect(ecsQuota('UpdateService', here)).toEqual({
      name: 'ecs:123456789012/us-east-1:service-change',
      burst: 50,
      perSecond: 5,
    });
    expect(ecsQuota('CreateService', here)).toEqual(ecsQuota('UpdateService', here));
    expect(ecsQuota('RegisterTaskDefinition', here)).toMatchObject({ burst: 20, perSecond: 1 });
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
