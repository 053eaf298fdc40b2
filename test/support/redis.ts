/** Gives each test file a corner of the test run's Redis to itself. */
import { randomUUID } from 'node:crypto';

/** A prefix that nobody else uses: for BullMQ's `prefix` and for the store. */
export function testPrefix(): string {
  return `test-${randomUUID().slice(0, 8)}`;
}

/** The Redis of this test run and a prefix of one's own in it. */
export function testRedis(): { url: string; prefix: string } {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is not set: run the tests with `npm test`, which starts a Redis');
  return { url, prefix: testPrefix() };
}
