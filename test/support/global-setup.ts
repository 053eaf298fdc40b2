/** One Redis for the whole test run; every worker finds it through `REDIS_URL`. */
import { findRedis } from '../../playground/redis.ts';
import { keepForTeardown } from './global-teardown.ts';

export default async function startRedisForAllTests() {
  const redis = await findRedis({ say: (line) => console.log(line) });
  process.env.REDIS_URL = redis.url;
  keepForTeardown(redis);
}
