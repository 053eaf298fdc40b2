/** A deployment's message: drawn once by however many, and what happens where it cannot be drawn. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { startSlack } from '../../../playground/slack/index.ts';
import type { SlackWorkspace } from '../../../playground/slack/types.ts';
import { createLimiter } from '../../../src/clients/limiter.ts';
import { createSlackWriter, slackClient } from '../../../src/clients/slack.ts';
import { SaveConflict } from '../../../src/clients/store/errors.ts';
import { drawDeployment, type ScreenWorld } from '../../../src/jobs/screen/draw.ts';
import { createLog, slackLogger } from '../../../src/log.ts';
import { people } from '../../support/world.ts';
import { type ByHand, byHand } from '../by-hand.ts';

let hand: ByHand;
let slack: SlackWorkspace;
let admin: WebClient;
const botToken = 'xoxb-test';
const logger = slackLogger(createLog('silent', []), 'test');
beforeEach(async () => {
  hand = await byHand();
  slack = await startSlack({
    clock: hand.clock,
    signingSecret: 'signing-secret-of-a-test',
    botToken,
    ...people,
    channels: ['deployments', 'general'],
    latencyMs: 20,
  });
  admin = new WebClient(botToken, { slackApiUrl: slack.apiUrl, logger });
});
afterEach(async () => {
  await slack.stop();
  await hand.stop();
});

/** A worker's half that draws, with nothing remembered. */
const drawer = (): ScreenWorld => {
  const limiter = createLimiter(hand.redis, { prefix: hand.prefix, clock: hand.clock });
  const writer = createSlackWriter(slackClient(botToken, slack.apiUrl, logger), limiter, hand.clock);
  return { ...hand.worker(), slack: writer };
};
const ana = { id: people.people[0]?.id ?? '', name: 'ana' };
const ask = async () => {
  const [, general] = slack.channels();
  const id = await hand.ask({
    kind: 'deploy',
    environment: 'staging',
    version: 'v1.1.0',
    requestedBy: ana,
    requestedIn: general?.id ?? '',
  });
  await hand.untilIn(id, 'rollout');
  return id;
};

test('two that draw the same deployment at once post its message once, and the late one is told', async () => {
  const id = await ask();
  const draws = await Promise.allSettled([drawDeployment(id, drawer()), drawDeployment(id, drawer())]);
  for (const one of draws) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(SaveConflict);
  await drawDeployment(id, drawer());
  expect(slack.messages('deployments')).toHaveLength(1);
  const [card] = slack.messages('deployments');
  const told = slack.thread('deployments', card?.ts ?? '').slice(1);
  expect(new Set(told.map(({ text }) => text)).size).toBe(told.length);
});

describe('where the channel is archived', () => {
  const archive = async () => {
    const channel = slack.channels().find(({ name }) => name === 'deployments')?.id ?? '';
    await admin.conversations.archive({ channel });
  };

  test('whoever asked is told once, with what to do', async () => {
    const id = await ask();
    const world = drawer();
    await world.slack.channelId('#deployments');
    await archive();
    for (let tries = 0; tries < 3; tries++) await expect(drawDeployment(id, world)).rejects.toThrow();
    const told = slack.ephemerals('ana').map(({ text }) => text);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/D-1 cannot be shown in #deployments: it is archived: unarchive it/);
  });

  test('they are told by direct message where the channel they asked in is closed too', async () => {
    const id = await ask();
    await archive();
    slack.fail.error('chat.postEphemeral', 'channel_not_found', 1);
    await expect(drawDeployment(id, drawer())).rejects.toThrow('channel_not_found');
    expect(slack.messages('@ana')).toHaveLength(1);
    await expect(drawDeployment(id, drawer())).rejects.toThrow('channel_not_found');
    expect(slack.messages('@ana')).toHaveLength(1);
  });

  test('a deployment that ended more than a day ago is let be', async () => {
    const id = await ask();
    await hand.end(id);
    await archive();
    await expect(drawDeployment(id, drawer())).rejects.toThrow('channel_not_found');
    hand.clock.turn(25 * 3_600_000);
    await drawDeployment(id, drawer());
  });
});
