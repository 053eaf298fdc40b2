/** What cannot be told is neither good nor bad: it is looked at again, and in the end a person is asked. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

const cluster = 'skillancer-staging';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({
    scale: 120,
    catalog: (text) =>
      text.replace('watch: { for: 30s, every: 10s }', 'watch: { for: 30s, every: 10s }\n    hold: 10m'),
  });
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot.stop());

const runs = (service: string) => bot.versions(cluster)[service];

/** A deployment of one service that AWS has stopped telling about. */
async function held(service: string, version: string): Promise<string> {
  const id = await bot.ask(`/deploy staging ${service} ${version}`, { as: 'ana' });
  await bot.until('its rollout', () => (bot.cloud.running(cluster, service).stable ? undefined : true));
  bot.cloud.break.denied('DescribeServices');
  await bot.shows(id, 'Held: somebody has to decide');
  bot.cloud.break.denied('DescribeServices', 0);
  return id;
}

test('a few answers that AWS does not give stop nothing and roll back nothing', async () => {
  const id = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ana' });
  await bot.until('its rollout', () => (bot.cloud.running(cluster, 'auth-svc').stable ? undefined : true));
  bot.cloud.break.html500('DescribeServices', 4);
  bot.cloud.break.throttle('ListServiceDeployments', 3);
  expect(await bot.ended(id)).toBe('succeeded');
  expect(bot.story(id)).not.toMatch(/Rolling back|Held/);
  expect(runs('auth-svc')).toBe('v1.1.0');
});

test('after many, a person is asked and nothing is rolled back meanwhile; "Try again" goes on', async () => {
  const id = await held('market-svc', 'v1.1.0');
  expect(bot.card(id)).toMatch(/Could not tell 6 times in a row: AWS denied DescribeServices/);
  expect(bot.card(id)).toMatch(/Without an answer by .* everything is left as it is/);
  expect(await bot.press(id, 'Try again', { as: 'dave' })).toMatch(/You may not/);
  expect(await bot.press(id, 'Try again', { as: 'carla' })).toMatch(/you asked to try again/);
  expect(await bot.ended(id)).toBe('succeeded');
  expect(bot.story(id)).toMatch(
    /Could not tell.*Held: somebody has to decide\*, <@U0ANA00001>.*Trying again\* by @carla/s,
  );
  expect(runs('market-svc')).toBe('v1.1.0');
});

test('"Roll back" puts everything back', async () => {
  const id = await held('market-svc', 'v1.2.0');
  expect(await bot.press(id, 'Roll back', { as: 'ana' })).toMatch(/you asked to roll back/);
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(runs('market-svc')).toBe('v1.1.0');
});

test('where nobody answers, everything is left as it is, and the environment is free again', async () => {
  const id = await held('market-svc', 'v1.2.0');
  expect(await bot.store.lockHolder('staging')).toMatchObject({ deployment: id });
  expect(await bot.ended(id)).toBe('left');
  expect(bot.card(id)).toMatch(/Left as it is\*, because nobody answered in time/);
  expect(await bot.store.lockHolder('staging')).toBeNull();
});
