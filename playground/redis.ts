/** Finds a Redis for tests and the playground: the one that is named, one on the PATH, or one fetched for the purpose. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { installRedis, type RedisServer, redisInCache, redisOnPath, unpackRedis } from './redis-install.ts';

export interface FoundRedis {
  readonly url: string;
  /** Where it came from, in words for people. */
  readonly how: string;
  /** Ends a Redis that was started here and removes its folder; one named by `REDIS_URL` is left alone. */
  stop(): Promise<void>;
}

export interface FindRedis {
  /** Keep an append-only file in the private folder, as production does. Default: keep nothing. */
  readonly appendonly?: boolean;
  /** Told what is going on where it takes time. */
  readonly say?: (line: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
  /** The folder that keeps a downloaded server for the next time. */
  readonly cache?: string;
}

const defaultCache = fileURLToPath(new URL('../node_modules/.cache/pilothouse-redis', import.meta.url));

/**
 * A Redis that is ready: `REDIS_URL` as it is; else a private one on a free port of 127.0.0.1, from the PATH, the cache,
 * a download without any rights, or an installation, in this order. It ends when this process ends, however that happens.
 * Throws an Error that lists the choices where none of these is possible.
 */
export async function findRedis(options: FindRedis = {}): Promise<FoundRedis> {
  const url = (options.environment ?? process.env).REDIS_URL;
  if (url) return { url, how: 'the one that REDIS_URL names', stop: async () => {} };

  const server = await findServer(options);
  if (!server) throw new Error(choices);
  return startRedis(server, options.appendonly ?? false);
}

/** The program to start, fetched or installed if there is none; nothing where that is impossible. */
export async function findServer(options: FindRedis = {}): Promise<RedisServer | undefined> {
  const { environment = process.env, cache = defaultCache, say = () => {} } = options;
  const installing = { environment, cache, say };
  return (
    (await redisOnPath(environment)) ??
    (await redisInCache(installing)) ??
    (await unpackRedis(installing)) ??
    (await installRedis(installing))
  );
}

const choices = `No Redis was found and none could be installed. Any one of these helps:
  - set REDIS_URL to a Redis that runs, for example REDIS_URL=redis://127.0.0.1:6379
  - put redis-server or valkey-server (6.2 or newer) on the PATH
  - Debian, Ubuntu: sudo apt-get install redis-server
  - macOS: brew install redis
  - anywhere with Docker: docker run --rm -p 6379:6379 redis, and REDIS_URL as above`;

/** Somebody else may take the free port in the moment before Redis does, so a start is tried a few times. */
async function startRedis(server: RedisServer, appendonly: boolean, tries = 3): Promise<FoundRedis> {
  try {
    return await startOnce(server, appendonly);
  } catch (error) {
    if (tries <= 1) throw error;
    return startRedis(server, appendonly, tries - 1);
  }
}

async function startOnce(
  { program, environment, how }: RedisServer,
  appendonly: boolean,
): Promise<FoundRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'pilothouse-redis-'));
  const port = await freePort();
  const log = join(folder, 'redis.log');
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    logfile: log,
    save: '',
    appendonly: appendonly ? 'yes' : 'no',
    'maxmemory-policy': 'noeviction',
  };
  const child = spawnTied(program, settings, environment);
  const exited = once(child, 'exit');

  const stop = async () => {
    child.ref(); // Else a process with nothing left to do would end in the middle of this.
    child.stdin.end();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };

  const url = `redis://127.0.0.1:${port}`;
  if (await answers(url, () => child.exitCode === null && child.signalCode === null))
    return { url, how, stop };
  const said = await readFile(log, 'utf8').catch(() => 'it wrote no log');
  await stop();
  throw new Error(`${program} ended at once: ${said}`);
}

/**
 * The server shares its process with nothing but a watcher on our end of a pipe: when this process ends, even by SIGKILL,
 * the pipe closes and the server gets a SIGTERM. Detached, so that a Ctrl-C reaches us first and we may finish our work.
 */
function spawnTied(program: string, settings: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv) {
  const tied = 'exec 3<&0; (read -r _ <&3; kill $$) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null';
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('/bin/sh', ['-c', tied, 'redis', program, ...args], {
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  return child;
}

/** Whether it answers a PING, asked until it does or until it no longer runs. */
async function answers(url: string, runs: () => boolean): Promise<boolean> {
  const redis = new Redis(url, { retryStrategy: () => (runs() ? 20 : null), maxRetriesPerRequest: null });
  redis.on('error', () => {});
  try {
    await redis.ping();
    redis.disconnect();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}
