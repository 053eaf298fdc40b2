/** One rate limiter for all processes: token buckets in Redis, where a caller reserves its turn and then waits for it. */
import type { Redis, Result } from 'ioredis';
import type { Clock } from './clock.ts';

/** `burst` may pass at once, then `perSecond` (of the clock's time). Everybody who uses the name must mean the same. */
export interface Bucket {
  readonly name: string;
  readonly perSecond: number;
  readonly burst: number;
}

interface TakeOptions {
  /** How many tokens this takes; 1 if left out. */
  readonly cost?: number;
  /** Ends the wait; the turn that was reserved is lost. */
  readonly signal?: AbortSignal;
  /** Rejects with `TurnTooLate`, without taking anything, when the turn would come later than this much clock time. */
  readonly maxWaitMs?: number;
}

/** All waits are milliseconds of the clock's time. */
export interface Limiter {
  /** Takes the next free turn and resolves when it has come; a penalty that is given meanwhile moves it. */
  take(bucket: Bucket, options?: TakeOptions): Promise<void>;
  /** Takes the next free turn and answers how long the caller must wait for it. */
  reserve(bucket: Bucket): Promise<number>;
  /** 0: taken. Otherwise nothing was taken, and this is how long until it could be. */
  tryTake(bucket: Bucket): Promise<number>;
  /**
   * The other side said that it is too much (ThrottlingException, Retry-After): nobody's turn comes within `ms`, turns that
   * were given out move back with it, and the bucket starts empty. Several penalties at the same time count once.
   */
  penalise(bucket: Bucket, ms: number): Promise<void>;
}

export class TurnTooLate extends Error {
  override readonly name = 'TurnTooLate';
  readonly waitMs: number;
  constructor(bucket: Bucket, waitMs: number) {
    super(`The next free turn of ${bucket.name} comes in ${waitMs} ms`);
    this.waitMs = waitMs;
  }
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    reserveTurn(
      key: string,
      interval: number,
      burst: number,
      cost: number,
      limit: number,
    ): Result<TurnReply, Context>;
    delayTurns(key: string, interval: number, burst: number, delay: number): Result<number, Context>;
  }
}

/** Taken or not, microseconds to wait, and how far penalties had moved the bucket's turns by then. */
type TurnReply = [taken: 0 | 1, wait: number, moved: number];

export function createLimiter(
  redis: Redis,
  { prefix, clock }: { readonly prefix: string; readonly clock: Clock },
): Limiter {
  redis.defineCommand('reserveTurn', { numberOfKeys: 1, lua: reserveScript });
  redis.defineCommand('delayTurns', { numberOfKeys: 1, lua: delayScript });

  const key = (bucket: Bucket) => `${prefix}:limit:${bucket.name}`;
  const toMicroseconds = (clockMs: number) => clock.real(clockMs) * 1000;
  const interval = (bucket: Bucket) => toMicroseconds(1000 / bucket.perSecond);
  /** Rounded up to a whole real millisecond: a timer cuts off the rest and would fire before the turn. */
  const toClock = (microseconds: number) => Math.ceil(microseconds / 1000) / clock.real(1);

  const turn = (bucket: Bucket, cost: number, limit: number) =>
    redis.reserveTurn(key(bucket), interval(bucket), bucket.burst, cost, limit);

  const movedSince = async (bucket: Bucket, moved: number) => {
    const now = Number((await redis.hget(key(bucket), 'moved')) ?? moved);
    return { by: Math.max(0, now - moved), now };
  };

  return {
    async take(bucket, { cost = 1, signal, maxWaitMs } = {}) {
      signal?.throwIfAborted();
      const limit = maxWaitMs === undefined ? -1 : toMicroseconds(maxWaitMs);
      const [taken, wait, moved] = await turn(bucket, cost, limit);
      if (!taken) throw new TurnTooLate(bucket, toClock(wait));
      for (let left = wait, seen = moved; left > 0; ) {
        await clock.sleep(toClock(left), signal);
        const further = await movedSince(bucket, seen);
        left = further.by;
        seen = further.now;
      }
    },

    async reserve(bucket) {
      const [, wait] = await turn(bucket, 1, -1);
      return toClock(wait);
    },

    async tryTake(bucket) {
      const [taken, wait] = await turn(bucket, 1, 0);
      return taken ? 0 : toClock(wait);
    },

    async penalise(bucket, ms) {
      await redis.delayTurns(key(bucket), interval(bucket), bucket.burst, toMicroseconds(ms));
    },
  };
}

/**
 * `full` is when the bucket will be full again, `closed` when the last penalty ends, `moved` the sum of what penalties have
 * moved the turns by; all in microseconds of Redis' own clock, since the machines' clocks need not agree.
 * Lua prints large numbers with 14 digits, too few for microseconds since 1970: hence the format.
 */
const state = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local stored = redis.call('HMGET', KEYS[1], 'full', 'closed', 'moved')
  local full = math.max(tonumber(stored[1] or 0), now)
  local closed = math.max(tonumber(stored[2] or 0), now)
  local moved = tonumber(stored[3] or 0)
  local interval = tonumber(ARGV[1])
  local burst = tonumber(ARGV[2])
  local function keep()
    local function digits(number) return string.format('%.0f', number) end
    redis.call('HSET', KEYS[1], 'full', digits(full), 'closed', digits(closed), 'moved', digits(moved))
    redis.call('PEXPIRE', KEYS[1], math.ceil((full - now) / 1000) + 1000)
  end
`;

const reserveScript = `${state}
  local cost = tonumber(ARGV[3])
  local limit = tonumber(ARGV[4])
  local wait = math.max(0, math.ceil(full + (cost - burst) * interval - now))
  if limit >= 0 and wait > limit then return {0, wait, moved} end
  full = full + cost * interval
  keep()
  return {1, wait, moved}
`;

const delayScript = `${state}
  local delay = now + tonumber(ARGV[3]) - closed
  if delay <= 0 then return 0 end
  full = math.max(full, closed + (burst - 1) * interval) + delay
  closed = closed + delay
  moved = moved + delay
  keep()
  return 1
`;
