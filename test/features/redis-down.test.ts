/** Without Redis nothing is promised: people are refused at once, and what was refused never runs. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type FoundRedis, findRedis } from '../../playground/redis.ts';
import type { Delivery } from '../../playground/slack/types.ts';
import { type Bot, startBot } from '../support/bot.ts';

let redis: FoundRedis;
let pid: number;
let bot: Bot;
beforeAll(async () => {
  const { REDIS_URL: _, ...environment } = process.env;
  redis = await findRedis({ environment });
  const client = new Redis(redis.url);
  pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);
  client.disconnect();
  bot = await startBot({ redisUrl: redis.url, scale: 120 });
});
afterAll(async () => {
  await bot.stop();
  await redis.stop();
  // BullMQ gives a wait for jobs up after six seconds, also one whose connection is gone.
  await wait(6_000);
});

/** Real milliseconds in which a person must have been refused. */
const atOnce = 1_500;
const freeze = () => process.kill(pid, 'SIGSTOP');
const thaw = () => process.kill(pid, 'SIGCONT');

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function whileFrozen(act: () => Promise<Delivery>): Promise<Delivery> {
  freeze();
  try {
    return await act();
  } finally {
    thaw();
  }
}

test('a deployment asked for while Redis hangs is refused at once, and does not run when Redis is back', async () => {
  const { reply, ms, error } = await whileFrozen(() =>
    bot.slack.command('/deploy staging auth-svc v1.1.0', { as: 'ana' }),
  );
  expect(error).toBeUndefined();
  expect(reply?.kind).toBe('ephemeral');
  expect(reply?.text).toMatch(/Redis.*does not answer, so nothing was started.*Try again/s);
  expect(ms).toBeLessThan(atOnce);
  await wait(1_300);
  expect(await bot.store.recentDeployments(10)).toEqual([]);
  expect(bot.cloud.writes).toEqual([]);
});

test('a form sent while Redis hangs stays open and says so', async () => {
  await bot.slack.command('/deploy', { as: 'ana' });
  await bot.form('ana');
  const sent = await whileFrozen(() =>
    bot.slack.fill({ Environment: 'staging', Services: ['auth-svc'], Version: 'v1.1.0' }, { as: 'ana' }),
  );
  expect(sent.ms).toBeLessThan(atOnce);
  expect(sent.errors?.environment).toMatch(/does not answer, so nothing was started/);
  await bot.slack.closeModal({ as: 'ana' });
});

test.each(['/health staging', '/ops status', '/ops audit'])(
  '%s is refused at once while Redis hangs',
  async (text) => {
    const { reply, ms } = await whileFrozen(() => bot.slack.command(text, { as: 'ana' }));
    expect(reply?.text).toMatch(/Redis.*does not answer/);
    expect(ms).toBeLessThan(atOnce);
  },
);

test('an approval given while Redis hangs is refused and does not count later', async () => {
  await bot.prove('staging', 'auth-svc', 'v1.1.0');
  const id = await bot.ask('/deploy production auth-svc', { as: 'ana' });
  await bot.shows(id, 'Approve');
  const { ms } = await whileFrozen(() => bot.slack.click({ text: 'Approve' }, { as: 'ben' }));
  expect(ms).toBeLessThan(atOnce);
  await bot.whispered('ben', /Redis.*does not answer/);
  await wait(500);
  expect((await bot.store.load(id))?.approval?.approvedBy).toEqual([]);
  await bot.press(id, 'Approve', { as: 'ben' });
  expect(await bot.ended(id)).toBe('succeeded');
});

test('a deployment under way outlives a Redis that hangs for a while', async () => {
  const id = await bot.ask('/deploy staging all v1.2.0', { as: 'ana' });
  await bot.shows(id, 'Rolling out');
  freeze();
  await wait(3_000);
  thaw();
  expect(await bot.ended(id)).toBe('succeeded');
  expect(bot.cards()).toHaveLength(3);
  expect(bot.cloud.writes.filter(({ operation }) => operation === 'UpdateService')).toHaveLength(5);
});

test('the bot says that it is not ready, that it lives, and what it counted', async () => {
  freeze();
  const answer = await fetch(`${bot.url}/readyz`);
  const live = await fetch(`${bot.url}/healthz`);
  const began = performance.now();
  const metrics = await fetch(`${bot.url}/metrics`).then((response) => response.text());
  const ms = performance.now() - began;
  thaw();
  expect(answer.status).toBe(503);
  expect(live.status).toBe(200);
  expect(metrics).toMatch(/pilothouse_requests_total\{.*\} [1-9]/);
  expect(metrics).not.toMatch(/pilothouse_jobs\{/);
  expect(ms).toBeLessThan(atOnce);
});

test('with Redis gone for good, the refusal comes at once', async () => {
  process.kill(pid, 'SIGKILL');
  await wait(200);
  const { reply, ms } = await bot.slack.command('/deploy staging all', { as: 'ana' });
  expect(reply?.text).toMatch(/Redis.*does not answer, so nothing was started/);
  expect(ms).toBeLessThan(500);
});
