import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { findRedis, findServer } from '../../playground/redis.ts';
import { testRedis } from '../support/redis.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilothouse-find-redis-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('where the Redis comes from', () => {
  test('REDIS_URL is used as it is and left running', async () => {
    const { url } = testRedis();
    const found = await findRedis({ environment: { REDIS_URL: url } });
    await found.stop();
    expect(found.url).toBe(url);
    expect(await ask(url, (redis) => redis.ping())).toBe('PONG');
  });

  test('a redis-server on the PATH is started on a port of its own', async () => {
    const first = await findRedis({ environment: await pathWithRedis() });
    const second = await findRedis({ environment: await pathWithRedis() });
    expect(first.how).toContain('found on the PATH');
    expect(first.url).not.toBe(second.url);
    expect(await ask(first.url, (redis) => redis.ping())).toBe('PONG');
    await Promise.all([first.stop(), second.stop()]);
    await expect(ask(first.url, (redis) => redis.ping())).rejects.toThrow();
  });

  const hasApt = exists('/usr/bin/apt-get');

  test('where Debian packages can be had, a server is downloaded without installing anything', async () => {
    if (!(await hasApt)) return;
    const cache = join(folder, 'downloaded');
    const lines: string[] = [];
    const environment = {
      PATH: await pathWithoutRedis(),
    };
    const found = await findRedis({ environment, cache, say: (line) => lines.push(line) });
    expect(found.how).toContain(cache);
    expect(lines).toHaveLength(1);
    expect(await ask(found.url, (redis) => redis.ping())).toBe('PONG');
    await found.stop();

    const again = await findRedis({ environment: { PATH: '' }, cache });
    expect(await ask(again.url, (redis) => redis.ping())).toBe('PONG');
    await again.stop();
  });

  test('package lists are fetched where the machine has none', async () => {
    if (!(await hasApt)) return;
    const state = join(folder, 'no-lists');
    await mkdir(join(state, 'partial'), { recursive: true });
    await writeFile(join(folder, 'apt.conf'), `Dir::State::lists "${state}";`);
    const environment = { PATH: await pathWithoutRedis(), APT_CONFIG: join(folder, 'apt.conf') };
    const found = await findRedis({ environment, cache: join(folder, 'listed') });
    expect(await ask(found.url, (redis) => redis.ping())).toBe('PONG');
    expect(await readdir(state)).toEqual(['partial']);
    await found.stop();
  });

  test('two that start with an empty cache at the same moment both get a whole server', async () => {
    if (!(await hasApt)) return;
    const cache = join(folder, 'shared', 'cache');
    const environment = { PATH: await pathWithoutRedis() };
    const found = await Promise.all([findRedis({ environment, cache }), findRedis({ environment, cache })]);
    for (const { url } of found) expect(await ask(url, (redis) => redis.ping())).toBe('PONG');
    await Promise.all(found.map(({ stop }) => stop()));
    expect(await readdir(join(folder, 'shared'))).toEqual(['cache']);
  });

  test('with nothing to start and nothing to install from, the choices are listed', async () => {
    const nowhere = findRedis({ environment: { PATH: '' }, cache: join(folder, 'none') });
    await expect(nowhere).rejects.toThrow(/REDIS_URL.*redis-server.*apt-get.*brew install.*docker run/s);
  });
});

describe('what is started', () => {
  test('a server that ends at once is reported with what it said', async () => {
    const bin = await mkdtemp(join(folder, 'broken-'));
    await writeFile(join(bin, 'redis-server'), '#!/bin/sh\nexit 1\n');
    await chmod(join(bin, 'redis-server'), 0o755);
    await expect(findRedis({ environment: { PATH: bin } })).rejects.toThrow(/ended at once/);
  });

  test('refuses to evict, and keeps a file of everything only when asked', async () => {
    const plain = await findRedis({ environment: await pathWithRedis() });
    const kept = await findRedis({ environment: await pathWithRedis(), appendonly: true });
    expect(await setting(plain.url, 'maxmemory-policy')).toBe('noeviction');
    expect(await setting(plain.url, 'appendonly')).toBe('no');
    expect(await setting(kept.url, 'appendonly')).toBe('yes');
    await Promise.all([plain.stop(), kept.stop()]);
  });

  test('the folder is gone after stop', async () => {
    const found = await findRedis({ environment: await pathWithRedis() });
    const dir = await setting(found.url, 'dir');
    expect(await exists(dir)).toBe(true);
    await found.stop();
    await found.stop();
    expect(await exists(dir)).toBe(false);
  });

  test('ends when the process that started it is killed', async () => {
    const program = join(folder, 'parent.mts');
    const module = new URL('../../playground/redis.ts', import.meta.url).href;
    await writeFile(
      program,
      `import { findRedis, findServer } from '${module}'; console.log((await findRedis()).url); setInterval(() => {}, 1000);`,
    );
    const environment = await pathWithRedis();
    const parent = spawn(process.execPath, ['--import', 'tsx', program], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = await once(createInterface(parent.stdout), 'line');
    expect(await ask(url, (redis) => redis.ping())).toBe('PONG');
    parent.kill('SIGKILL');
    await expect(untilGone(url)).resolves.toBe('gone');
  });
});

/** A PATH with nothing but a redis-server on it: a script in front of whatever server this machine has. */
async function pathWithRedis(): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, 'bin');
  const script = join(bin, 'redis-server');
  if (await exists(script)) return { PATH: bin };
  const server = await findServer();
  if (!server) throw new Error('These tests start servers of their own; there is none to start');
  await mkdir(bin, { recursive: true });
  const libraries = server.environment.LD_LIBRARY_PATH ?? '';
  await writeFile(script, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${server.program}' "$@"\n`);
  await chmod(script, 0o755);
  return { PATH: bin };
}

/** A PATH with the system's programs, but no Redis and nothing that would install one for the whole machine. */
async function pathWithoutRedis(): Promise<string> {
  const bin = await mkdtemp(join(folder, 'path-'));
  const programs = (await readdir('/usr/bin')).filter((name) => !/^(redis|valkey|sudo|brew)/.test(name));
  await Promise.all(programs.map((name) => symlink(join('/usr/bin', name), join(bin, name))));
  return bin;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
  try {
    return await question(redis);
  } finally {
    // Not after the end: ioredis would start a timer that nothing stops.

    if (redis.status !== 'end') redis.disconnect();
  }
}

async function setting(url: string, name: string): Promise<string> {
  const answer = await ask(url, (redis) => redis.config('GET', name));
  return String(Object.values(answer).at(-1));
}

async function untilGone(url: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await ask(url, (redis) => redis.ping()).catch(() => 'gone');
    if (answer === 'gone') return answer;
    await sleep(50);
  }
  return 'still there';
}
