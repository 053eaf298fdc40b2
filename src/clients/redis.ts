/** Connections to Redis: one kind for workers, which wait for it, and one for requests, which may not. */
import { Redis, type RedisOptions } from 'ioredis';

export interface ConnectionOptions {
  /** Told in words of every new trouble, and of one that lasts about twice a minute; never holds credentials. */
  readonly onError: (problem: Error) => void;
}

/** For BullMQ's workers and everything that may wait: commands are kept until Redis is back. */
export function workerConnection(url: string, options: ConnectionOptions): Redis {
  return connect(url, { maxRetriesPerRequest: null }, options);
}

/**
 * For the path before Slack's acknowledgement: a command fails at once while Redis is away and after one second when it
 * does not answer. Wait for `ready` before the first command. A command that timed out may still be carried out later.
 */
export function requestConnection(url: string, options: ConnectionOptions): Redis {
  const impatient = { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1000 };
  return connect(url, impatient, options);
}

/** Waits until the connection may be used; rejects after `withinMs` of real time. */
export async function ready(connection: Redis, withinMs: number): Promise<void> {
  if (connection.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const isReady = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      connection.off('ready', isReady);
      reject(new Error(`Redis did not answer within ${withinMs} ms`));
    }, withinMs);
    connection.once('ready', isReady);
  });
}

/**
 * What is wrong with the way this Redis keeps what it is given, each with what to do; nothing when all is well.
 * Asks CONFIG, then INFO, since managed Redis often forbids the first. Rejects when Redis does not answer at all.
 * BullMQ documentation: the eviction policy must be noeviction.
 */
export async function checkDurability(redis: Redis): Promise<string[]> {
  const settings = (await settingsFromConfig(redis)) ?? (await settingsFromInfo(redis));
  return [evictionProblem(settings?.policy), persistenceProblem(settings?.appendonly)].filter(
    (problem) => problem !== undefined,
  );
}

type Patience = Pick<RedisOptions, 'maxRetriesPerRequest' | 'enableOfflineQueue' | 'commandTimeout'>;

function connect(url: string, patience: Patience, { onError }: ConnectionOptions): Redis {
  const address = publicAddress(url);
  const connection = new Redis(url, { ...patience, retryStrategy: (times) => Math.min(times * 100, 1000) });
  const seldom = reportSeldom(onError);
  connection.on('error', (error: Error) => {
    forgetCredentials(error);
    seldom(`Redis at ${address}: ${reasonOf(error)}`);
  });
  return connection;
}

/** Host and port: what may be shown of a URL that holds a user and a password. */
function publicAddress(url: string): string {
  // An error of Node's or ioredis' own would carry the whole text, password included.
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error(
      'The address of Redis is not a URL such as redis://host:6379 or rediss://user:password@host:6379',
    );
  }
  return new URL(url).host;
}

/** A refused login is reported with the command that was sent, password included. */
function forgetCredentials(error: Error) {
  if ('command' in error) Reflect.deleteProperty(error, 'command');
}

/** Node reports several addresses that all failed as one error with a code and no message. */
function reasonOf(error: Error): string {
  if (error.message) return error.message;
  return 'code' in error ? String(error.code) : error.name;
}

const quietMs = 30_000;

function reportSeldom(onError: ConnectionOptions['onError']): (message: string) => void {
  const reportedAt = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    if (now - (reportedAt.get(message) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    reportedAt.set(message, now);
    onError(new Error(message));
  };
}

interface Durability {
  readonly policy: string | undefined;
  readonly appendonly: string | undefined;
}

async function settingsFromConfig(redis: Redis): Promise<Durability | undefined> {
  try {
    const answer = await redis.config('GET', 'maxmemory-policy', 'appendonly');
    const of = (name: string) => answer[answer.indexOf(name) + 1];
    return { policy: of('maxmemory-policy'), appendonly: of('appendonly') };
  } catch (error) {
    return nothingIfForbidden(error);
  }
}

async function settingsFromInfo(redis: Redis): Promise<Durability | undefined> {
  try {
    const info = await redis.info();
    const appendonly = /^aof_enabled:(\d)/m.exec(info)?.[1];
    return {
      policy: /^maxmemory_policy:(\S+)/m.exec(info)?.[1],
      appendonly: appendonly && (appendonly === '0' ? 'no' : 'yes'),
    };
  } catch (error) {
    return nothingIfForbidden(error);
  }
}

function nothingIfForbidden(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ReplyError') return undefined;
  throw error;
}

function evictionProblem(policy: string | undefined): string | undefined {
  if (policy === 'noeviction') return undefined;
  if (policy === undefined) {
    return 'Redis does not say what it does when its memory is full. Make sure that maxmemory-policy is noeviction.';
  }
  return `Redis may throw deployments away when its memory is full (maxmemory-policy is ${policy}). Set maxmemory-policy to noeviction.`;
}

function persistenceProblem(appendonly: string | undefined): string | undefined {
  if (appendonly === 'yes') return undefined;
  if (appendonly === undefined) {
    return 'Redis does not say whether it survives a restart. Make sure that appendonly is yes.';
  }
  return 'Redis loses deployments when it restarts (appendonly is no). Set appendonly to yes; appendfsync everysec may lose a second at a power cut, always loses nothing.';
}
