/** Who looks at the app's Home tab, what each of them was shown last, and whether anything changed since. */
import type { Redis } from 'ioredis';
import type { Key } from './index.ts';

const day = 24 * 60 * 60_000;

/** Whoever did not open it for so long, in milliseconds, finds it drawn anew when they do. */
export const viewersKept = 7 * day;
/** Slack takes about 100 of these views a minute (`slack-budgets.ts`): with more, everybody's would come too late. */
const mostViewers = 500;
/** Slack forgets views when an app is installed anew: until then an unchanged one is not sent again. */
const shownKept = 60 * 60_000;

export function homes(redis: Redis, key: Key) {
  const viewers = key('home-viewers');
  const version = key('home-version');
  return {
    /** This person opened it at `now`, in milliseconds since 1970. */
    async sawHome(user: string, now: number): Promise<void> {
      await redis
        .multi()
        .zadd(viewers, now, user)
        .zremrangebyscore(viewers, '-inf', now - viewersKept)
        .zremrangebyrank(viewers, 0, -mostViewers - 1)
        .exec();
    },

    /** Whoever opened it at `since` or later, the latest first. */
    async homeViewers(since: number): Promise<string[]> {
      return redis.zrevrangebyscore(viewers, '+inf', since);
    },

    /** They cannot be shown it any more, until they open it. */
    async forgetHome(user: string): Promise<void> {
      await redis.multi().zrem(viewers, user).del(key('home-shown', user)).exec();
    },

    /** What was known before this call is old from now on. Gives whether anybody looked at `since` or later. */
    async homesChanged(since: number): Promise<boolean> {
      await redis.incr(version);
      return (await redis.zcount(viewers, since, '+inf')) > 0;
    },

    /** Another one after every change. */
    async homesVersion(): Promise<string> {
      return (await redis.get(version)) ?? '0';
    },

    /** A digest of what this person sees, or null where that is not known. */
    async homeShown(user: string): Promise<string | null> {
      return redis.get(key('home-shown', user));
    },
    async keepHomeShown(user: string, digest: string): Promise<void> {
      await redis.set(key('home-shown', user), digest, 'PX', shownKept);
    },
  };
}
