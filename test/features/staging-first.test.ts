/** Production gets what staging has verified, hotfixes excepted. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot();
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot.stop());

const reply = async (command: string, as: string) => (await bot.slack.command(command, { as })).reply;

test('production without a version is refused while staging has verified none', async () => {
  const id = await bot.ask('/deploy production auth-svc', { as: 'ana' });
  expect(await bot.ended(id)).toBe('refused');
  await bot.whispered('ana', /No version of auth-svc was verified in staging yet.*Deploy to staging first/s);
  expect(bot.cards()).toEqual([]);
});

test('production refuses a version that staging has not verified, and one press takes it to staging first', async () => {
  const refused = await bot.ask('/deploy production auth-svc,market-svc v1.1.0', { as: 'ana' });
  expect(await bot.ended(refused)).toBe('refused');
  await bot.whispered('ana', /staging has not verified auth-svc v1\.1\.0, market-svc v1\.1\.0/);
  expect(bot.whispers('ben')).toEqual([]);

  await bot.slack.click({ text: 'Deploy to staging first' }, { as: 'ana' });
  const [staging = ''] = /D-\d+/.exec(await bot.whispered('ana', /deploying .* to staging/)) ?? [];
  expect(await bot.ended(staging)).toBe('succeeded');
  expect(bot.versions('skillancer-staging')).toMatchObject({ 'auth-svc': 'v1.1.0', 'market-svc': 'v1.1.0' });

  const id = await bot.ask('/deploy production auth-svc,market-svc', { as: 'ana' });
  await bot.press(id, 'Approve', { as: 'carla' });
  expect(await bot.ended(id)).toBe('succeeded');
  expect(bot.versions('skillancer-prod')).toEqual({
    'auth-svc': 'v1.1.0',
    'market-svc': 'v1.1.0',
    'api-gateway': 'v1.0.0',
  });
});

test('skipping staging needs a reason', async () => {
  const answer = await reply('/deploy production auth-svc v1.2.0 --skip-staging', 'ben');
  expect(answer?.text).toMatch(/Skipping staging needs a reason.*--reason/s);
});

test('skipping staging needs a right of its own', async () => {
  const answer = await reply(
    '/deploy production auth-svc v1.2.0 --skip-staging --reason "login is down"',
    'ana',
  );
  expect(answer?.text).toMatch(/You may not skip staging for production.*admins/s);
});

test('a hotfix skips staging, says so on its card and in the audit, and still needs an approval', async () => {
  const id = await bot.ask('/deploy production auth-svc v1.2.0 --skip-staging --reason "login is down"', {
    as: 'ben',
  });
  await bot.shows(id, 'Waiting for approval');
  expect(bot.card(id)).toMatch(/Staging is skipped/);
  expect(bot.card(id)).toMatch(/Reason: login is down/);
  expect(bot.card(id)).toMatch(/skipped by @ben/);
  await bot.press(id, 'Approve', { as: 'carla' });
  expect(await bot.ended(id)).toBe('succeeded');
  expect(bot.versions('skillancer-prod')['auth-svc']).toBe('v1.2.0');
  expect(bot.versions('skillancer-staging')['auth-svc']).toBe('v1.1.0');
  const audit = await reply(`/ops audit ${id}`, 'ana');
  expect(JSON.stringify(audit?.blocks)).toMatch(/@ben.*auth-svc v1\.2\.0 --skip-staging.*login is down/);
});

test('the form asks for the same: no reason, no skipping', async () => {
  await bot.slack.command('/deploy', { as: 'ben' });
  const sent = await bot.fill(
    { Environment: 'production', Services: ['auth-svc'], Version: 'v1.2.0', Options: ['skip-staging'] },
    { as: 'ben' },
  );
  expect(sent.errors?.reason).toMatch(/needs a reason/);
  await bot.slack.closeModal({ as: 'ben' });
});
