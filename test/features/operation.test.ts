/** Whoever runs the bot stops and replaces its processes at any time; nobody else notices. Real processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Bot } from '../../playground/bots.ts';
import { type Stage, type StageOptions, startStage } from '../../playground/stage.ts';
import { startBot } from '../support/bot.ts';

let stage: Stage;
const start = async (options: StageOptions) => {
  stage = await startStage({ scale: 30, ...options });
};
afterEach(() => stage?.stop(), 60_000);

const until = async (what: string, look: () => boolean, seconds = 60) => {
  for (const end = performance.now() + seconds * 1_000; !look(); await sleep(25)) {
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
  }
};
const updates = () =>
  stage.cloud.writes.filter(({ operation }) => operation === 'UpdateService').map(({ input }) => input);
const cards = () => stage.slack.messages('deployments').filter(({ byBot }) => byBot);
const shows = (words: string) => () => JSON.stringify(cards().map(({ blocks }) => blocks)).includes(words);
const deployStaging = async () => {
  await stage.slack.command('/deploy staging all v1.5.0', { as: 'ana' });
  await until('the first update of a service', () => updates().length > 0);
};
const said = ({ lines }: Bot, words: string) => lines().some((line) => line.includes(words));

test('workers that are told to end in the middle of a rollout end at once, and others go on with it', async () => {
  await start({ workers: 2 });
  const [, first, second] = stage.bots;
  if (!first || !second) throw new Error('two workers were wanted');
  await deployStaging();
  // Whichever of them is at work on it, it is told to end at some time.
  for (const worker of [first, second]) {
    const began = performance.now();
    await worker.kill('SIGTERM');
    expect(performance.now() - began).toBeLessThan(9_000);
    expect(said(worker, 'Pilothouse ends')).toBe(true);
    expect(said(worker, 'did not come to an end')).toBe(false);
    const before = stage.cloud.calls.DescribeServices ?? 0;
    await until('another one at work', () => (stage.cloud.calls.DescribeServices ?? 0) > before, 10);
    await worker.restart();
  }
  await until('the end', shows('Deployed'));
  expect(cards()).toHaveLength(1);
  const asked = updates().map((input) => JSON.stringify(input));
  expect(asked).toHaveLength(7);
  expect(new Set(asked).size).toBe(7);
}, 150_000);

test('a process that has to wait is not ready any more, and ends at once when it is told again', async () => {
  await start({});
  const [bot] = stage.bots;
  await deployStaging();
  stage.slack.fail.outage(true, 'hang');
  await sleep(1_000);
  const ended = bot.kill('SIGTERM');
  let status = 200;
  for (let looks = 0; looks < 40 && status === 200; looks++) {
    await sleep(25);
    status = (await fetch(`${bot.url}/readyz`)).status;
  }
  expect(status).toBe(503);
  expect(bot.isRunning()).toBe(true);
  const began = performance.now();
  process.kill(bot.pid() ?? 0, 'SIGTERM');
  await ended;
  expect(performance.now() - began).toBeLessThan(1_000);

  stage.slack.fail.outage(false);
  await bot.restart();
  await until('the end', shows('Deployed'));
  expect(cards()).toHaveLength(1);
}, 150_000);

test('a deployments channel that cannot be used is told of at the start, and does not hinder it', async () => {
  const lines: string[] = [];
  const nowhere = (text: string) => text.replace('#deployments', '#nowhere');
  const bot = await startBot({ catalog: nowhere, log: (line) => lines.push(line) });
  try {
    const isTold = () => lines.some((line) => /cannot be shown in #nowhere.*create it/.test(line));
    await until('the warning', isTold, 10);
    const reply = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ana' });
    expect(await bot.whispered('ana', `${reply} cannot be shown in #nowhere`)).toMatch(/invite the bot/);
  } finally {
    await bot.stop();
  }
});
