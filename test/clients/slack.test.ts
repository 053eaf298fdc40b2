/** What the Slack writer does when Slack says no. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import type { Redis } from 'ioredis';
import { startSlack } from '../../playground/slack/index.ts';
import type { SlackWorkspace } from '../../playground/slack/types.ts';
import { realClock } from '../../src/clients/clock.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { createSlackWriter, type SlackWriter, slackClient } from '../../src/clients/slack.ts';
import { channelProblem } from '../../src/clients/slack-channel.ts';
import { SlackAway, SlackRefused } from '../../src/clients/slack-errors.ts';
import { createLog, slackLogger } from '../../src/log.ts';
import { header, section } from '../../src/templates/blocks.ts';
import type { Message } from '../../src/templates/message.ts';
import { testRedis } from '../support/redis.ts';
import { people } from '../support/world.ts';

let slack: SlackWorkspace;
let redis: Redis;
let writer: SlackWriter;
let admin: WebClient;
beforeEach(async () => {
  const { url, prefix } = testRedis();
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test' };
  slack = await startSlack({
    clock: realClock,
    ...secrets,
    ...people,
    channels: ['deployments', 'general'],
    latencyMs: 0,
  });
  redis = workerConnection(url, { onError: () => {} });
  const limiter = createLimiter(redis, { prefix, clock: realClock });
  const logger = slackLogger(createLog('silent', []), 'test');
  writer = createSlackWriter(slackClient(secrets.botToken, slack.apiUrl, logger), limiter, realClock);
  admin = new WebClient(secrets.botToken, { slackApiUrl: slack.apiUrl, logger });
});
afterEach(async () => {
  await slack.stop();
  redis.disconnect();
});

const saying = (text: string): Message => ({ text, blocks: [section(text)] });
const post = (channel: string, message: Message, key = 'key') => writer.post(channel, message, key);
const kinds = () => slack.messages('deployments').map(({ blocks }) => blocks.map(({ type }) => type).join());

describe('the deployments channel', () => {
  test('may be archived and another one get its name: after one refusal that is used', async () => {
    const old = await writer.channelId('#deployments');
    await admin.conversations.rename({ channel: old, name: 'old-deployments' });
    await admin.conversations.archive({ channel: old });
    const { channel } = await admin.conversations.create({ name: 'deployments' });
    expect(await writer.channelId('#deployments')).toBe(old);
    await expect(post(old, saying('hello'))).rejects.toThrow('is_archived');
    expect(await writer.channelId('#deployments')).toBe(channel?.id);
    await post(channel?.id ?? '', saying('hello'));
    expect(slack.messages('deployments').map(({ text }) => text)).toEqual(['hello']);
  });

  test.each([
    ['#deployments', null],
    ['#nowhere', /sees no such channel: create it/],
    ['C0NOWHERE', /sees no such channel/],
  ])('%s is looked at before it is needed', async (name, problem) => {
    const found = await channelProblem(name, writer, realClock.now());
    if (problem) expect(found).toMatch(problem);
    else expect(found).toBeNull();
  });

  test.each([
    ['not_in_channel', /the bot is not in it: invite it/],
    ['missing_scope', /install it again from manifest\.yml/],
    ['internal_error', /is not known/],
  ])('that cannot be read (%s) is told of in words', async (code, words) => {
    slack.fail.error('conversations.history', code, 1);
    expect(await channelProblem('#deployments', writer, realClock.now())).toMatch(words);
  });
});

describe('blocks that Slack refuses', () => {
  const tooLong: KnownBlock = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_500) } };
  const rich: Message = { text: 'rich', blocks: [header('rich')], plain: [section('plain')] };

  test('for what one message holds do not make the next ones plain', async () => {
    const channel = await writer.channelId('#deployments');
    await post(channel, { text: 'too long', blocks: [tooLong], plain: [tooLong] });
    await post(channel, rich);
    expect(kinds()).toEqual(['', 'header']);
  });

  test('because they are too many do not make the next ones plain', async () => {
    const channel = await writer.channelId('#deployments');
    slack.fail.error('chat.postMessage', 'msg_blocks_too_long', 1);
    await post(channel, rich);
    await post(channel, rich);
    expect(kinds()).toEqual(['section', 'header']);
  });

  test('because their kinds are new are not tried again for a while', async () => {
    const channel = await writer.channelId('#deployments');
    slack.fail.refuseBlocks(['header']);
    await post(channel, rich);
    await post(channel, rich);
    expect(kinds()).toEqual(['section', 'section']);
    expect(slack.log.filter(({ error }) => error === 'invalid_blocks')).toHaveLength(1);
  });
});

test('a direct message is looked for before it is posted again', async () => {
  const [ana] = people.people;
  const since = realClock.now();
  slack.fail.loseAnswer('chat.postMessage', 1);
  await expect(writer.direct(ana?.id ?? '', saying('psst'), 'D-1:answer', since)).rejects.toThrow(SlackAway);
  await writer.direct(ana?.id ?? '', saying('psst'), 'D-1:answer', since);
  expect(slack.messages('@ana').map(({ text }) => text)).toEqual(['psst']);
});

test('a direct message comes also where the app may not look for it', async () => {
  const [ana] = people.people;
  slack.fail.error('conversations.history', 'missing_scope', 1);
  await writer.direct(ana?.id ?? '', saying('psst'), 'D-1:answer', realClock.now());
  expect(slack.messages('@ana')).toHaveLength(1);
});

test('whoever would have to wait long for a turn is sent away instead of being kept', async () => {
  const channel = await writer.channelId('#deployments');
  slack.fail.rateLimit('chat.postMessage', 60, 1);
  await expect(post(channel, saying('one'))).rejects.toThrow(SlackAway);
  const began = performance.now();
  const away = await post(channel, saying('two')).catch((error: unknown) => error);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(away).toBeInstanceOf(SlackAway);
  expect((away as SlackAway).retryIn).toBeGreaterThan(50_000);
});

test('what is no longer sure when its turn comes is not sent', async () => {
  const channel = await writer.channelId('#deployments');
  const unsure = async () => {
    throw new SlackRefused('nothing', 'late');
  };
  await expect(writer.post(channel, saying('late'), 'key', { sure: unsure })).rejects.toThrow('late');
  expect(slack.messages('deployments')).toEqual([]);
});
