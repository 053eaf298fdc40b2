/** Slack refuses, forgets, limits and goes away; deployments go on, and their messages end up right and single. */
import { afterEach, expect, test } from '@jest/globals';
import { type Bot, type BotOptions, startBot } from '../support/bot.ts';

let bot: Bot;
afterEach(() => bot.stop());
const start = async (options: BotOptions = {}) => {
  bot = await startBot({ scale: 120, ...options });
};

const deployStaging = () => bot.ask('/deploy staging all v1.1.0', { as: 'ana' });
const isTold = (id: string) => bot.story(id).split('\n').slice(1);
/** Every line of the story once, in order, and one parent message. */
function expectWholeStory(id: string) {
  const wanted = [
    'Started',
    'Stage 1 starts',
    'Stage 1 is verified',
    'Stage 2 starts',
    'Stage 2 is verified',
    'watch begins',
    'Done',
  ];
  const lines = isTold(id);
  for (const words of wanted) expect(lines.filter((line) => line.includes(words))).toHaveLength(1);
  const places = wanted.map((words) => lines.findIndex((line) => line.includes(words)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(bot.cards()).toHaveLength(1);
  expect(bot.card(id)).toMatch(/Deployed\* in/);
}
const calls = (method: string) => bot.slack.log.filter((entry) => entry.method === method);

test('one parent message is edited in place, about once a second at most', async () => {
  await start();
  const id = await deployStaging();
  expect(await bot.ended(id)).toBe('succeeded');
  expectWholeStory(id);
  const parents = calls('chat.postMessage').filter((call) => !call.args.thread_ts);
  expect(parents).toHaveLength(1);
  const edits = calls('chat.update');
  expect(new Set(edits.map((edit) => edit.ts)).size).toBe(1);
  const seconds = ((edits.at(-1)?.at ?? 0) - (parents[0]?.at ?? 0)) / 1000;
  expect(edits.length).toBeGreaterThan(3);
  expect(edits.length).toBeLessThanOrEqual(seconds + 2);
  expect(bot.refusals()).toEqual([]);
});

test('a workspace without the newer blocks gets plain ones, and is not asked again and again', async () => {
  await start({ before: ({ slack }) => slack.fail.refuseBlocks(['plan', 'task_card', 'table']) });
  const id = await deployStaging();
  expect(await bot.ended(id)).toBe('succeeded');
  expectWholeStory(id);
  expect(bot.card(id)).not.toMatch(/"type":"(plan|task_card)"/);
  for (const words of ['auth-svc v1.0.0 → v1.1.0', 'api-gateway v1.0.0 → v1.1.0', 'Watch']) {
    expect(bot.card(id)).toContain(words);
  }
  await bot.slack.command('/health staging', { as: 'ana' });
  const health = await bot.whispered('ana', 'Health of staging');
  expect(health).not.toContain('"type":"table"');
  expect(health).toMatch(/auth-svc.*v1\.1\.0, 2 of 2 tasks up/);
  expect(bot.refusals().map(({ error }) => error)).toEqual(['invalid_blocks']);
});

test.each(['503', 'refuse'] as const)(
  'an outage (%s) stops no deployment, and its message is repaired afterwards',
  async (how) => {
    await start();
    const id = await deployStaging();
    await bot.shows(id, 'Rolling out');
    bot.slack.fail.outage(true, how);
    const ending = await bot.until('the end', async () => (await bot.store.load(id))?.ending ?? undefined);
    expect(ending).toBe('succeeded');
    expect(bot.versions('skillancer-staging')['api-gateway']).toBe('v1.1.0');
    expect(bot.card(id)).not.toContain('Deployed');
    bot.slack.fail.outage(false);
    await bot.ended(id);
    expectWholeStory(id);
  },
);

test('an outage from the very beginning on: the card comes late, but it comes once', async () => {
  await start();
  // Who may what was read before; without that, nobody may.
  await bot.slack.command('/deploy staging all v1.1.0 --plan', { as: 'ana' });
  await bot.whispered('ana', 'Plan:');
  bot.slack.fail.outage(true);
  const delivery = await bot.slack.command('/deploy staging all v1.1.0', { as: 'ana' });
  expect(delivery.status).toBe(200);
  await bot.until('the end', async () => (await bot.store.load('D-2'))?.ending ?? undefined);
  expect(bot.cards()).toEqual([]);
  bot.slack.fail.outage(false);
  expect(await bot.ended('D-2')).toBe('succeeded');
  expectWholeStory('D-2');
});

test('what Slack asks to wait is waited, and nothing is lost meanwhile', async () => {
  await start();
  const id = await deployStaging();
  await bot.shows(id, 'Rolling out');
  const limited = bot.clock.now();
  bot.slack.fail.rateLimit('chat.update', 30, 1);
  bot.slack.fail.rateLimit('chat.postMessage', 10, 1);
  expect(await bot.ended(id)).toBe('succeeded');
  expectWholeStory(id);
  const edits = calls('chat.update').filter(({ at }) => at >= limited);
  const refusedAt = edits.find(({ ok }) => !ok)?.at ?? Number.NaN;
  const next = edits.find(({ ok, at }) => ok && at >= refusedAt)?.at ?? Number.NaN;
  expect(next - refusedAt).toBeGreaterThanOrEqual(30_000);
  expect(new Set(bot.refusals().map(({ error }) => error))).toEqual(new Set(['ratelimited']));
  expect(bot.refusals().length).toBeLessThanOrEqual(3);
});

test('a message whose answer was lost is found again, not doubled', async () => {
  await start();
  bot.slack.fail.loseAnswer('chat.postMessage', 1);
  const id = await deployStaging();
  await bot.shows(id, 'Rolling out');
  bot.slack.fail.loseAnswer('chat.postMessage', 2);
  expect(await bot.ended(id)).toBe('succeeded');
  expectWholeStory(id);
});

test('a card that somebody deleted is drawn anew', async () => {
  await start();
  const id = await deployStaging();
  await bot.shows(id, 'Rolling out');
  bot.slack.fail.error('chat.update', 'message_not_found', 1);
  await bot.until('a second card', () => (bot.slack.messages('deployments').length > 1 ? true : undefined));
  expect(await bot.until('the end', async () => (await bot.store.load(id))?.ending ?? undefined)).toBe(
    'succeeded',
  );
});
