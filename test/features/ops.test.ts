/** `/ops`: what runs where, what is in flight, and who did what. */
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

const newest = async (command: string, as: string, sign: string) => {
  const already = bot.whispers(as).length;
  await bot.slack.command(command, { as });
  return bot.until(sign, () =>
    bot
      .whispers(as)
      .slice(already)
      .find((said) => said.includes(sign)),
  );
};

test('status shows what runs where and what of it is proven', async () => {
  await bot.prove('staging', 'auth-svc', 'v1.1.0');
  const status = await newest('/ops status', 'dave', 'What runs where');
  expect(status).toMatch(/Nothing is in flight/);
  expect(status).toMatch(
    /\*staging\*.*`auth-svc` `v1\.1\.0`, proven.*`market-svc` `v1\.0\.0`, not proven yet/s,
  );
  expect(status).toMatch(/\*production\*.*`auth-svc` `v1\.0\.0`, not proven yet/s);
  expect(bot.whispers('ana').join()).not.toContain('What runs where');
});

test('status shows what waits, what is under way and who holds the lock', async () => {
  const waiting = await bot.ask('/deploy production auth-svc', { as: 'carla' });
  await bot.shows(waiting, 'Waiting for approval');
  const running = await bot.ask('/deploy staging market-svc v1.1.0', { as: 'ana' });
  await bot.shows(running, 'Rolling out');
  const status = await newest('/ops status', 'ana', 'What runs where');
  expect(status).toMatch(new RegExp(`\\*${waiting}\\* deploy to production by @carla: Waiting for approval`));
  expect(status).toMatch(new RegExp(`\\*${running}\\* deploy to staging by @ana`));
  expect(status).toMatch(new RegExp(`\\*staging\\* 🔒 held by ${running} since`));
  expect(status).not.toMatch(/\*production\* 🔒/);

  await bot.press(waiting, 'Approve', { as: 'dave' });
  await bot.press(waiting, 'Approve', { as: 'ben' });
  expect(await bot.ended(waiting)).toBe('succeeded');
  expect(await bot.ended(running)).toBe('succeeded');

  const audit = await newest(`/ops audit ${waiting.toLowerCase()}`, 'ana', `Audit of ${waiting}`);
  expect(audit).toMatch(/@carla `deploy\.requested` in production \(command in <#C[A-Z0-9]+>\): auth-svc/);
  expect(audit).toMatch(/@dave `click\.denied` in production \(button\): approve/);
  expect(audit).toMatch(/@ben `deploy\.approved` in production \(button\)/);
  expect(audit).toMatch(/the bot `deploy\.service-updated` in production \(worker\): auth-svc/);
  expect(audit).toMatch(/the bot `deploy\.ended` in production \(worker\): succeeded/);
  expect(audit).not.toContain(running);
});

test('the audit holds what was refused, too', async () => {
  await bot.slack.command('/deploy production all --skip-staging --reason "I want to"', { as: 'dave' });
  await bot.slack.command('/deploy prodution all', { as: 'ana' });
  const audit = await newest('/ops audit', 'ben', 'Audit');
  expect(audit).toMatch(
    /@dave `command\.refused` \(command in <#C\d+>\): not-allowed: \/deploy production all --skip-staging/,
  );
  expect(audit).toMatch(
    /@ana `command\.refused` \(command in <#C\d+>\): unknown-environment: \/deploy prodution all/,
  );
  expect(audit).toMatch(/@ana `status\.asked`/);
});

test('a deployment that there never was has nothing in the audit', async () => {
  expect(await newest('/ops audit D-999', 'ana', 'Audit of D-999')).toMatch(/Nothing is recorded here/);
});

test('status says what it could not ask', async () => {
  bot.cloud.break.denied('DescribeServices');
  const status = await newest('/ops status', 'ana', 'What runs where');
  expect(status).toMatch(/❔ `auth-svc` could not tell/);
  bot.cloud.break.denied('DescribeServices', 0);
});
