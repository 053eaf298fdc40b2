/** Slack's rate limits as token buckets that fill on the workspace's clock. */
import type { Clock } from '../../src/clients/clock.ts';

/** Calls per minute by tier (Slack documentation, rate limits); `special` is several hundred. */
const PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100, special: 600 } as const;
export type Tier = keyof typeof PER_MINUTE;

interface Bucket {
  perSecond: number;
  burst: number;
}

/** About one message per second and channel, short bursts tolerated (Slack documentation). */
const PER_CHANNEL: Bucket = { perSecond: 1, burst: 5 };
/** "Several hundred messages per minute" per workspace (Slack documentation). */
const PER_WORKSPACE: Bucket = { perSecond: 5, burst: 50 };

const SPECIAL_BUCKETS: Readonly<Record<string, Bucket>> = {
  'chat.update': { perSecond: 1, burst: 10 },
  'apps.connections.open': { perSecond: 1, burst: 10 },
};

/** Answers 0 when the call may go on, else the whole seconds to wait (for `Retry-After`). */
export type RateLimits = (method: string, tier: Tier, channel?: string) => number;

export function rateLimits(clock: Clock): RateLimits {
  const take = buckets(clock);
  return (method, tier, channel) => {
    if (method !== 'chat.postMessage') return take(method, SPECIAL_BUCKETS[method] ?? tierBucket(tier));
    return take(`${method} ${channel}`, PER_CHANNEL) || take(method, PER_WORKSPACE);
  };
}

/** Bursts of a quarter of the tier are let through: an assumption, Slack does not say how much it tolerates. */
function tierBucket(tier: Tier): Bucket {
  const perMinute = PER_MINUTE[tier];
  return { perSecond: perMinute / 60, burst: Math.max(1, Math.floor(perMinute / 4)) };
}

function buckets(clock: Clock): (name: string, bucket: Bucket) => number {
  const levels = new Map<string, { tokens: number; at: number }>();
  return (name, { perSecond, burst }) => {
    const now = clock.now();
    const level = levels.get(name) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, level.tokens + ((now - level.at) / 1000) * perSecond);
    const allowed = tokens >= 1;
    levels.set(name, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
}
