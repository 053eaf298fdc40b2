import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { type FoundRedis, findRedis } from '../../playground/redis.ts';
import { checkDurability, ready, requestConnection, workerConnection } from '../../src/clients/redis.ts';

const { REDIS_URL: _, ...ownRedis } = process.env;

let server: FoundRedis;
let problems: string[];
let connections: Redis[];

beforeEach(async () => {
  server = await findRedis({ environment: ownRedis, appendonly: true });
  problems = [];
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) if (connection.status !== 'end') connection.disconnect();
  await server.stop();
});

const options = { onError: (problem: Error) => problems.push(problem.message) };
const request = (url = server.url) => kept(requestConnection(url, options));
const worker = (url = server.url) => kept(workerConnection(url, options));

describe('a connection for requests', () => {
  test('is ready and works', async () => {
    const connection = request();
    await ready(connection, 1000);
    expect(await connection.ping()).toBe('PONG');
    expect(problems).toEqual([]);
  });

  test('fails at once while Redis is away', async () => {
    const connection = request();
    await ready(connection, 1000);
    await server.stop();
    const started = performance.now();
    await expect(connection.ping()).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(200);
  });

  test('fails after a second when Redis does not answer', async () => {
    const connection = request();
    await ready(connection, 1000);
    await connection.call('CLIENT', 'PAUSE', '3000');
    const started = performance.now();
    await expect(connection.ping()).rejects.toThrow('Command timed out');
    expect(performance.now() - started).toBeLessThan(1300);
  });

  test('says how long it was waited for when it does not become ready', async () => {
    const connection = request('redis://127.0.0.1:1');
    await expect(ready(connection, 100)).rejects.toThrow('Redis did not answer within 100 ms');
  });
});

test('a connection for workers keeps commands until Redis is there', async () => {
  const connection = worker();
  expect(await connection.ping()).toBe('PONG');
  expect(connection.options.maxRetriesPerRequest).toBeNull();
});

describe('trouble', () => {
  test('is reported with the address, and the same trouble only once in a while', async () => {
    const connection = worker('redis://127.0.0.1:1');
    await expect(ready(connection, 700)).rejects.toThrow();
    expect(problems).toEqual(['Redis at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1']);
  });

  test('never shows the password', async () => {
    const secret = 'hunter2';
    const seen: unknown[] = [];
    const url = server.url.replace('redis://', `redis://ana:${secret}@`);
    const connection = kept(workerConnection(url, { onError: (problem) => seen.push(problem) }));
    await connection.get('anything').catch((error) => seen.push(error));
    expect(seen).toHaveLength(2);
    for (const error of seen) expect(everythingIn(error)).not.toContain(secret);
  });

  test('an address that is none is refused without repeating it', () => {
    for (const address of ['redis://ana:hunter2@a b:x', 'hunter2', 'http://ana:hunter2@host']) {
      expect(() => request(address)).toThrow(/^The address of Redis is not a URL such as (?!.*hunter2)/);
    }
  });
});

describe('durability', () => {
  test('a Redis that keeps everything has no problems', async () => {
    expect(await checkDurability(worker())).toEqual([]);
  });

  test('eviction and a missing append-only file are named, with what to do', async () => {
    const connection = worker();
    await connection.config('SET', 'maxmemory-policy', 'allkeys-lru', 'appendonly', 'no');
    expect(await checkDurability(connection)).toEqual([
      expect.stringMatching(/allkeys-lru.*Set maxmemory-policy to noeviction/),
      expect.stringMatching(/Set appendonly to yes/),
    ]);
  });

  test('is read from INFO where CONFIG is forbidden', async () => {
    await worker().config('SET', 'maxmemory-policy', 'allkeys-lru', 'appendonly', 'no');
    const limited = await userWithout('-config');
    expect(await checkDurability(limited)).toEqual([
      expect.stringMatching(/allkeys-lru/),
      expect.stringMatching(/Set appendonly to yes/),
    ]);
  });

  test('what cannot be told is said', async () => {
    const limited = await userWithout('-config', '-info');
    expect(await checkDurability(limited)).toEqual([
      expect.stringMatching(/does not say.*memory/),
      expect.stringMatching(/does not say.*restart/),
    ]);
  });
});

async function userWithout(...commands: string[]): Promise<Redis> {
  await worker().call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '+@all', ...commands);
  return worker(server.url.replace('redis://', 'redis://limited:secret@'));
}

function kept(connection: Redis): Redis {
  connections.push(connection);
  return connection;
}

/** Its own fields, hidden ones included, and those of what they hold. */
function everythingIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Reflect.ownKeys(value)
    .map((name) => `${String(name)}: ${everythingIn(Reflect.get(value, name))}`)
    .join('\n');
}
