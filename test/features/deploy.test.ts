import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot();
});
afterAll(() => bot.stop());

const newest = { 'auth-svc': 'v1.2.0', 'market-svc': 'v1.2.0', 'api-gateway': 'v1.2.0' };

test('goes to staging without approval, and to production with what staging has proven once ben approves', async () => {
  const staging = await bot.slack.command('/deploy staging all', { as: 'ana' });
  expect(staging.reply?.text).toMatch(/D-1.*deploying/);
  expect(await bot.ended('D-1')).toBe('succeeded');
  expect(bot.versions('skillancer-staging')).toEqual(newest);

  await bot.slack.command('/deploy production all', { as: 'ana' });
  await bot.shows('D-2', 'Approve');
  expect(bot.versions('skillancer-prod')['api-gateway']).toBe('v1.0.0');
  await bot.slack.click({ actionId: 'approve' }, { as: 'ben' });
  expect(await bot.ended('D-2')).toBe('succeeded');
  expect(bot.versions('skillancer-prod')).toEqual(newest);
  expect(bot.slack.log.filter((entry) => !entry.ok)).toEqual([]);
});
