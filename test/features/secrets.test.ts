/** Tokens, keys and response addresses stay where they belong, whatever goes wrong. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Bot, startBot } from '../support/bot.ts';

const lines: string[] = [];
let bot: Bot;
let redis: Redis;
beforeAll(async () => {
  bot = await startBot({ log: (line) => lines.push(line), socketMode: true });
  redis = new Redis(bot.redis.url);
});
afterAll(async () => {
  redis.disconnect();
  await bot.stop();
});

/** What must not be seen; the addresses are those that Slack gives for answers. */
const secret =
  /xoxb-|xapp-|signing-secret|secret-of-a-test|AKIATEST|\/commands\/T\w+\/\w+|link\/\?ticket|ticket=/;

/** Every value that the bot keeps in Redis, with its key; the addresses for answers are kept apart, for half an hour. */
async function kept(): Promise<string[]> {
  const names = (await redis.keys(`${bot.redis.prefix}*`)).filter((name) => !name.includes(':answer-to:'));
  const values = names.map(async (name) => `${name} ${JSON.stringify(await read(name))}`);
  return Promise.all(values);
}

async function read(name: string): Promise<unknown> {
  switch (await redis.type(name)) {
    case 'string':
      return redis.get(name);
    case 'hash':
      return redis.hgetall(name);
    case 'list':
      return redis.lrange(name, 0, -1);
    case 'set':
      return redis.smembers(name);
    case 'zset':
      return redis.zrange(name, 0, '-1');
    case 'stream':
      return redis.xrange(name, '-', '+');
    default:
      return null;
  }
}

const leaking = (texts: readonly string[]) => texts.filter((text) => secret.test(text));
const said = () => [
  ...bot.slack.messages('deployments').flatMap((m) => bot.slack.thread('deployments', m.ts)),
  ...['ana', 'ben', 'carla', 'dave'].flatMap((person) => bot.slack.ephemerals(person)),
];

test('nothing of them is in the log, in Redis or in a message, in good times and bad', async () => {
  await bot.prove('staging', 'all', 'v1.1.0');
  const id = await bot.ask('/deploy production auth-svc', { as: 'ana' });
  await bot.press(id, 'Approve', { as: 'dave' });
  await bot.slack.command('/health staging', { as: 'ana' });
  await bot.slack.command('/deploy prodution all', { as: 'ana' });
  await bot.whispered('ana', 'Health of staging');

  // Slack's troubles, in every method that a deployment needs.
  for (const method of ['chat.postMessage', 'chat.update']) bot.slack.fail.rateLimit(method, 1, 1);
  bot.slack.fail.loseAnswer('chat.update', 1);
  bot.slack.fail.error('views.open', 'internal_error', 1);
  await bot.slack.command('/deploy', { as: 'carla' });
  await bot.whispered('carla', 'Sorry');
  await bot.press(id, 'Approve', { as: 'ben' });
  await bot.until('the start', async () => ((await bot.store.load(id))?.startedAt ? true : undefined));
  bot.slack.fail.outage(true);
  bot.slack.fail.forgetGroups();
  bot.cloud.break.html500('DescribeServices', 3);
  bot.cloud.break.throttle('DescribeServices', 2);
  await new Promise((resolve) => setTimeout(resolve, 500));
  bot.slack.fail.outage(true, 'refuse');
  await new Promise((resolve) => setTimeout(resolve, 500));
  bot.slack.fail.outage(false);
  bot.slack.fail.forgetGroups(false);
  bot.slack.fail.disconnectSockets();
  expect(await bot.ended(id)).toBe('succeeded');
  await bot.until('a new socket', () => (bot.slack.sockets() > 0 ? true : undefined));

  // And AWS that denies the bot's key.
  bot.cloud.break.denied('DescribeServices');
  const refused = await bot.ask('/deploy staging auth-svc v1.2.0', { as: 'ana' });
  expect(await bot.ended(refused)).toBe('refused');
  bot.cloud.break.denied('DescribeServices', 0);

  expect(lines.length).toBeGreaterThan(5);
  expect(leaking(lines)).toEqual([]);
  const values = await kept();
  expect(values.length).toBeGreaterThan(10);
  expect(leaking(values)).toEqual([]);
  expect(leaking(said().map((message) => JSON.stringify(message)))).toEqual([]);
  expect(leaking([await (await fetch(`${bot.url}/metrics`)).text()])).toEqual([]);
});

test('the addresses for answers are kept no longer than Slack takes answers', async () => {
  await bot.slack.command('/health staging', { as: 'ana' });
  const names = await redis.keys(`${bot.redis.prefix}:answer-to:*`);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    expect(await redis.get(name)).toMatch(secret);
    const left = await redis.pttl(name);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30 * 60_000);
  }
});

test('what is wrong with the settings is said without their values', async () => {
  const problem = await startBot({
    env: { REDIS_URL: 'redis:/user:hidden-password@nowhere', SLACK_BOT_TOKEN: 'xoxb-hidden' },
  }).then(
    async (started) => {
      await started.stop();
      return 'it started';
    },
    (error: Error) => `${error.message} ${error.stack}`,
  );
  expect(problem).not.toBe('it started');
  expect(problem).not.toMatch(/hidden/);
});
