/** Incident messages go before progress, on the budgets that all processes share. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { startSlack } from '../../playground/slack/index.ts';
import type { SlackWorkspace } from '../../playground/slack/types.ts';
import { type Clock, realClock } from '../../src/clients/clock.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { createSlackWriter, type SlackWriter, slackClient } from '../../src/clients/slack.ts';
import { budgets, progressBudgets, type Urgency } from '../../src/clients/slack-budgets.ts';
import { SlackAway } from '../../src/clients/slack-errors.ts';
import { createLog, slackLogger } from '../../src/log.ts';
import { section } from '../../src/templates/blocks.ts';
import { testRedis } from '../support/redis.ts';
import { people } from '../support/world.ts';

/** So many times slower than real time, so that nobody's turn comes by accident while a test looks. */
const slower = (times: number): Clock => ({
  now: realClock.now,
  real: (ms) => ms * times,
  sleep: (ms, signal) => realClock.sleep(ms * times, signal),
});
const channels = Array.from({ length: 12 }, (_, n) => `channel-${n}`);

let slack: SlackWorkspace;
let redis: Redis;
let prefix: string;
beforeEach(async () => {
  const test = testRedis();
  prefix = test.prefix;
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test' };
  slack = await startSlack({
    clock: realClock,
    ...secrets,
    ...people,
    channels,
    latencyMs: 0,
    rateLimits: false,
  });
  redis = workerConnection(test.url, { onError: () => {} });
});
afterEach(async () => {
  await slack.stop();
  redis.disconnect();
});

/** As another process would have it. */
const writerOn = (clock: Clock): SlackWriter =>
  createSlackWriter(
    slackClient('xoxb-test', slack.apiUrl, slackLogger(createLog('silent', []), 'test')),
    createLimiter(redis, { prefix, clock }),
    clock,
  );
const idOf = (name: string) => slack.channels().find((one) => one.name === name)?.id ?? '';
const send = (writer: SlackWriter, n: number, urgency: Urgency) =>
  writer.post(idOf(`channel-${n}`), { text: `${urgency} ${n}`, blocks: [section(urgency)] }, `${n}`, {
    urgency,
  });
const sent = (method = 'chat.postMessage') =>
  slack.log.filter((entry) => entry.method === method && entry.ok).map(({ text }) => text);

test('however much progress there is, an incident is told at once', async () => {
  const [one, another] = [writerOn(slower(10)), writerOn(slower(10))];
  const most = progressBudgets['chat.postMessage']?.burst ?? 0;
  const progress = [...Array(most + 1).keys()].map((n) => send(one, n, 'progress'));
  await Promise.all(progress.slice(0, most));
  await Promise.all([send(another, 9, 'incident'), send(another, 10, 'incident')]);
  expect(sent().filter((text) => text?.startsWith('progress'))).toHaveLength(most);
  expect(sent().filter((text) => text?.startsWith('incident'))).toHaveLength(2);
  await Promise.all(progress);
  expect(sent()).toHaveLength(most + 3);
}, 30_000);

test('the same goes for what is edited', async () => {
  const writer = writerOn(slower(3));
  const most = progressBudgets['chat.update']?.burst ?? 0;
  const posted = [];
  for (const n of channels.keys())
    posted.push(await send(writerOn({ ...realClock, real: () => 0 }), n, 'incident'));
  const [card, ...others] = posted;
  if (!card) throw new Error('nothing was posted');
  const message = { text: 'later', blocks: [section('later')] };
  const waiting = others.slice(0, most + 1).map((place, n) => writer.update(place, message, `${n}`));
  await Promise.all(waiting.slice(0, most));
  await writer.update(card, { ...message, text: 'incident' }, 'card', 'incident');
  expect(sent('chat.update').at(-1)).toBe('incident');
  expect(sent('chat.update')).toHaveLength(most + 1);
  slack.fail.outage(true);
  await Promise.allSettled(waiting);
}, 60_000);

test('when Slack takes messages again, incidents are first', async () => {
  const writer = writerOn(realClock);
  slack.fail.rateLimit('chat.postMessage', 1, 1);
  await expect(send(writer, 0, 'progress')).rejects.toThrow(SlackAway);
  const progress = [1, 2, 3].map((n) => send(writer, n, 'progress'));
  const incidents = [4, 5].map((n) => send(writer, n, 'incident'));
  await Promise.all([...progress, ...incidents]);
  expect(sent().map((text) => text?.split(' ')[0])).toEqual([
    'incident',
    'incident',
    'progress',
    'progress',
    'progress',
  ]);
});

test('a message in a channel still waits for that channel', async () => {
  const writer = writerOn(slower(3));
  const inOne = (n: number, urgency: Urgency) =>
    writer.post(idOf('channel-0'), { text: `${n}`, blocks: [] }, `${n}`, { urgency });
  await Promise.all([1, 2, 3].map((n) => inOne(n, 'progress')));
  const fourth = inOne(4, 'incident');
  await send(writer, 1, 'incident');
  expect(sent()).toHaveLength(4);
  await fourth;
  expect(sent().at(-1)).toBe('4');
}, 30_000);

test('what progress may take is less than there is', () => {
  for (const [method, bucket] of Object.entries(progressBudgets)) {
    const whole = Object.entries(budgets).find(([name]) => name === method)?.[1];
    expect(bucket.perSecond).toBeLessThan(whole?.perSecond ?? 0);
    expect(bucket.burst).toBeLessThan(whole?.burst ?? 0);
  }
});
