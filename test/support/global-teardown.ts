/** Ends the Redis that the test run started. */
import type { FoundRedis } from '../../playground/redis.ts';

// Jest loads setup and teardown as separate modules; only the process is common to both.
const holder: { pilothouseRedis?: FoundRedis } = globalThis as { pilothouseRedis?: FoundRedis };

export function keepForTeardown(redis: FoundRedis) {
  holder.pilothouseRedis = redis;
}

export default async function stopRedisOfAllTests() {
  await holder.pilothouseRedis?.stop();
}
