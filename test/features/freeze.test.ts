/** `/ops freeze` and `/ops thaw`: who may, what everybody sees, and what is kept away meanwhile. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({ before: ({ slack }) => slack.fail.forgetGroups() });
});
afterEach(() => {
  expect(bot.refusals().filter(({ error }) => error !== 'internal_error')).toEqual([]);
});
afterAll(() => bot.stop());

const say = async (command: string, as: string) =>
  (await bot.slack.command(command, { as })).reply?.text ?? '';
const announcements = () =>
  bot
    .cards()
    .map(({ text }) => text)
    .filter((text) => /frozen|thawed/.test(text));
const announced = (count: number) =>
  bot.until(`${count} announcements`, () =>
    announcements().length === count ? announcements().at(-1) : undefined,
  );
const refused = async (id: string) => {
  expect(await bot.ended(id)).toBe('refused');
  return bot.whispered('ana', new RegExp(`${id} was not begun`));
};

test('whose rights are not known yet is told so, and it is done once they are', async () => {
  bot.slack.fail.forgetGroups(false);
  expect(await say('/ops freeze staging the first one', 'ben')).toMatch(/Checking your rights/);
  await bot.whispered('ben', /\*staging\* is frozen: the first one/);
  expect(await announced(1)).toMatch(/\*staging is frozen\* by @ben: the first one/);
  await say('/ops thaw staging', 'ben');
  await announced(2);
});

describe('a freeze', () => {
  test('is answered at once, announced, and refuses deploys with who, why and what to do', async () => {
    expect(await say('/ops freeze staging the database moves <!here>', 'ben')).toMatch(
      /\*staging\* is frozen: the database moves &lt;!here&gt;\./,
    );
    expect(await announced(3)).toMatch(/\*staging is frozen\* by @ben: the database moves &lt;!here&gt;/);
    const id = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ana' });
    const why = await refused(id);
    expect(why).toMatch(/staging is frozen by @ben since 5 Jan \d\d:\d\d UTC: the database moves/);
    expect(why).toMatch(/ask one of the approvers or admins to say \/ops thaw staging. Rollbacks go on/);
    expect(bot.versions('skillancer-staging')['auth-svc']).toBe('v1.0.0');
  });

  test('shows in the plan, and in /ops status', async () => {
    await say('/deploy staging auth-svc v1.1.0 --plan', 'ana');
    await bot.whispered('ana', /⛔ The environment is not frozen: staging is frozen by @ben/);
    await say('/ops status', 'ana');
    await bot.whispered('ana', /🧊 \*staging is frozen\* by @ben since .*: the database moves/);
  });

  test('lets rollbacks go on', async () => {
    const id = await bot.ask('/rollback staging market-svc v1.1.0 it hurts', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.versions('skillancer-staging')['market-svc']).toBe('v1.1.0');
  });

  test('concerns its environment alone', async () => {
    const id = await bot.ask('/deploy production market-svc v1.1.0', { as: 'ana' });
    await bot.shows(id, 'Waiting for approval');
    await bot.press(id, 'Reject', { as: 'ben' });
    expect(await bot.ended(id)).toBe('rejected');
  });

  test('is for those who may', async () => {
    expect(await say('/ops freeze staging because', 'dave')).toMatch(
      /You may not freeze or thaw environments.*approvers or admins/s,
    );
    expect(await say('/ops thaw staging', 'dave')).toMatch(/You may not freeze or thaw/);
  });

  test('ends with the button of its answer, and deploys go on', async () => {
    await bot.slack.click({ text: 'Thaw' }, { as: 'ben' });
    await bot.whispered('ben', /\*staging\* is not frozen any more/);
    expect(await announced(4)).toMatch(/\*staging is thawed\* by @ben/);
    const id = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
  });

  test('that is not there cannot be thawed', async () => {
    expect(await say('/ops thaw staging', 'ben')).toMatch(
      /staging is not frozen by itself.*Nothing is frozen/s,
    );
  });

  test('is in the audit', async () => {
    const entries = await bot.store.auditTail(300);
    const lines = entries.map(({ who, what, environment, from, detail }) => [
      who?.name,
      what,
      environment,
      from,
      detail,
    ]);
    expect(lines).toContainEqual(['ben', 'freeze.set', 'staging', 'command', 'the database moves <!here>']);
    expect(lines).toContainEqual(['ben', 'freeze.lifted', 'staging', 'button', 'the database moves <!here>']);
  });
});

describe('a freeze with a time', () => {
  test('ends by the clock', async () => {
    expect(await say('/ops freeze staging until 5m the nightly load', 'ben')).toMatch(
      /is frozen until <!date/,
    );
    const until = (await bot.store.blocks()).find(({ id }) => id === 'freeze:staging')?.until ?? 0;
    expect(await refused(await bot.ask('/deploy staging auth-svc v1.2.0', { as: 'ana' }))).toMatch(
      /Wait until then/,
    );
    await bot.until('its end', () => (bot.clock.now() > until ? true : undefined));
    const id = await bot.ask('/deploy staging auth-svc v1.2.0', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
  });

  test('is refused where the time has passed', async () => {
    expect(await say('/ops freeze staging until 2020-01-01T10:00 too late', 'ben')).toMatch(
      /has passed already in UTC/,
    );
    expect((await bot.store.blocks()).filter(({ until }) => until === null)).toEqual([]);
  });
});

describe('a freeze of all environments', () => {
  test('keeps deploys from each of them, and has a mistyped one put right', async () => {
    expect(await say('/ops freeze stagign the holidays', 'ben')).toMatch(/"stagign" as an environment/);
    await say('/ops freeze all the holidays', 'ben');
    expect(await refused(await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ana' }))).toMatch(
      /every environment is frozen by @ben since .*: the holidays/,
    );
    expect(await say('/ops thaw staging', 'ben')).toMatch(/staging is not frozen by itself.*Frozen is all/s);
    expect(await say('/ops thaw all', 'ben')).toMatch(/\*All environments\* are not frozen any more/);
  });

  test('is asked for again at the claim: who waited for approval meanwhile starts nothing', async () => {
    const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.shows(id, 'Waiting for approval');
    await say('/ops freeze production until 1h the holidays', 'ben');
    await bot.press(id, 'Approve', { as: 'ben' });
    expect(await bot.ended(id)).toBe('failed');
    expect(bot.card(id)).toMatch(/production is frozen by @ben/);
    expect(bot.versions('skillancer-prod')['auth-svc']).toBe('v1.0.0');
    await say('/ops thaw production', 'ben');
  });
});
