/** Only a store that does not answer is called one; what went wrong on our side is logged and apologised for. */
import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { TooLate } from '../../src/clients/store/errors.ts';
import { fromStore } from '../../src/commands/desk.ts';
import { Refusal } from '../../src/records/refusal.ts';
import { testRedis } from '../support/redis.ts';

const failing = (error: unknown) => fromStore(() => Promise.reject(error)).catch((e: unknown) => e);
const withRedis = async (url: string, work: (redis: Redis) => Promise<unknown>) => {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 200,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    return await work(redis);
  } catch (error) {
    return error;
  } finally {
    redis.disconnect();
  }
};
const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

describe('people are told that the store does not answer', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['when nobody listens', () => withRedis('redis://127.0.0.1:1', (redis) => redis.connect())],
    ['when the connection is not there yet', () => withRedis('redis://127.0.0.1:1', (r) => r.get('x'))],
    [
      'when it takes too long',
      () => withRedis(testRedis().url, (r) => r.connect().then(() => r.blpop('nothing', 5))),
    ],
    ['when it got to it too late', async () => new TooLate('too long')],
    ['while it loads its file', async () => reply('LOADING Redis is loading the dataset in memory')],
    ['when its memory is full', async () => reply("OOM command not allowed when used memory > 'maxmemory'.")],
  ])('%s', async (_, trouble) => {
    expect(await failing(await trouble())).toMatchObject({ code: 'store-unavailable' });
  });
});

describe('an error is let through to the log', () => {
  test.each([
    new TypeError("Cannot read properties of undefined (reading 'id')"),
    new Error('The catalog no longer names the environment moon.'),
    reply('WRONGTYPE Operation against a key holding the wrong kind of value'),
    reply('ERR user_script:3: attempt to index a nil value'),
    new Refusal('no-such-deployment', 'There is no D-9.', 'Look at /ops status.'),
  ])('%s', async (error) => {
    expect(await failing(error)).toBe(error);
  });
});
