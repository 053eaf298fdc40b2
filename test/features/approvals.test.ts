/** Who may decide about a deployment, when, and what everybody else is told. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

const auditOf = async (bot: Bot, id: string) => (await bot.store.auditTail(50, id)).map(({ what }) => what);

describe('a deployment that waits for approval', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot();
    for (const version of ['v1.1.0', 'v1.2.0']) await bot.prove('staging', 'all', version);
  });
  afterEach(() => {
    // Where a test keeps an old card on the screen, that is this error of Slack's.
    expect(bot.refusals().filter(({ error }) => error !== 'internal_error')).toEqual([]);
  });
  afterAll(() => bot.stop());

  const waiting = async (as = 'ana') => {
    const id = await bot.ask('/deploy production auth-svc v1.1.0', { as });
    await bot.shows(id, 'Waiting for approval');
    return id;
  };

  test('is not approved by whoever asked for it, even if they may approve others', async () => {
    const id = await waiting('ben');
    expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/You asked for D-\d+ yourself/);
    expect((await bot.store.load(id))?.step).toBe('approval');
    expect(await bot.press(id, 'Cancel', { as: 'ben' })).toMatch(/you cancelled/);
    expect(await bot.ended(id)).toBe('cancelled');
  });

  test('takes no decision of people without the role, and the audit knows that they tried', async () => {
    const id = await waiting();
    for (const button of ['Approve', 'Reject', 'Cancel']) {
      expect(await bot.press(id, button, { as: 'dave' })).toMatch(/You may not do that.*one of the/);
    }
    expect(await bot.press(id, 'Approve', { as: 'ana' })).toMatch(/You may not do that.*approvers/);
    expect((await bot.store.load(id))?.step).toBe('approval');
    expect((await auditOf(bot, id)).filter((what) => what === 'click.denied')).toHaveLength(4);

    expect(await bot.press(id, 'Reject', { as: 'ben' })).toMatch(/you rejected/);
    expect(await bot.ended(id)).toBe('rejected');
    expect(bot.card(id)).toMatch(/Rejected\* by @ben; nothing was changed/);
    expect(bot.card(id)).not.toContain('"action_id"');
    expect(bot.story(id)).toMatch(/Rejected\* by @ben/);
    expect(bot.versions('skillancer-prod')['auth-svc']).toBe('v1.0.0');
  });

  test('is cancelled by whoever asked for it', async () => {
    const id = await waiting();
    await bot.press(id, 'Cancel', { as: 'ana' });
    expect(await bot.ended(id)).toBe('cancelled');
    expect(bot.card(id)).toMatch(/Cancelled\* by @ana; nothing was changed/);
  });

  test('goes to whoever is first when two people decide at the same moment', async () => {
    const id = await waiting();
    const answers = await Promise.all([
      bot.press(id, 'Reject', { as: 'ben' }),
      bot.press(id, 'Reject', { as: 'carla' }),
    ]);
    expect(await bot.ended(id)).toBe('rejected');
    const winner = answers.findIndex((answer) => /Noted: you rejected/.test(answer));
    const loser = answers[1 - winner] ?? '';
    expect(loser).toMatch(winner === 0 ? /@ben was first|already ended/ : /@carla was first|already ended/);
    expect((await auditOf(bot, id)).filter((what) => what === 'deploy.rejected')).toHaveLength(1);
  });

  test('answers a button that somebody still sees after the end', async () => {
    const id = await waiting();
    bot.slack.fail.error('chat.update', 'internal_error', 1_000);
    await bot.press(id, 'Reject', { as: 'ben' });
    await bot.until('the end', async () => (await bot.store.load(id))?.ending ?? undefined);
    expect(await bot.press(id, 'Approve', { as: 'carla' })).toMatch(/already ended \(rejected\)/);
    bot.slack.fail.error('chat.update', 'internal_error', 0);
    expect(await bot.ended(id)).toBe('rejected');
  });

  test('is asked again when the plan changed, and the old button does not count for the new question', async () => {
    const id = await waiting();
    bot.slack.fail.error('chat.update', 'internal_error', 1_000);
    bot.cloud.break.supersede('skillancer-prod', 'auth-svc', 'v1.2.0');
    await bot.press(id, 'Approve', { as: 'ben' });
    await bot.until('the second question', async () =>
      (await bot.store.load(id))?.approval?.round === 2 ? true : undefined,
    );
    expect(await bot.press(id, 'Approve', { as: 'carla' })).toMatch(/belongs to an earlier question/);
    expect((await bot.store.load(id))?.step).toBe('approval');
    bot.slack.fail.error('chat.update', 'internal_error', 0);
    await bot.shows(id, /auth-svc\*? `v1\.2\.0` → `v1\.1\.0`|auth-svc v1\.2\.0 → v1\.1\.0/);
    expect(await bot.press(id, 'Approve', { as: 'carla' })).toMatch(/you approved/);
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.story(id)).toMatch(/The plan is no longer what it was.*auth-svc runs v1\.2\.0 by now/s);
    expect(bot.versions('skillancer-prod')['auth-svc']).toBe('v1.1.0');
  });

  test('is approved once, however often the button is pressed', async () => {
    const id = await bot.ask('/deploy production auth-svc v1.2.0', { as: 'ana' });
    bot.slack.fail.error('chat.update', 'internal_error', 1_000);
    expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/you approved/);
    expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/Noted: you approved/);
    await bot.until('the start', async () => ((await bot.store.load(id))?.startedAt ? true : undefined));
    expect(await bot.press(id, 'Approve', { as: 'carla' })).toMatch(/@ben was first and approved/);
    bot.slack.fail.error('chat.update', 'internal_error', 0);
    expect(await bot.ended(id)).toBe('succeeded');
    expect((await auditOf(bot, id)).filter((what) => what === 'deploy.approved')).toHaveLength(1);
    expect(bot.story(id).match(/Approved/g)).toHaveLength(1);
  });
});

/** Where production takes what was never in staging, so that one test is one deployment. */
const withoutStaging = (text: string) => text.replace('after: staging', '');

const withBot = async (options: Parameters<typeof startBot>[0], story: (bot: Bot) => Promise<void>) => {
  const bot = await startBot(options);
  try {
    await story(bot);
    expect(bot.refusals().filter(({ method }) => !method.startsWith('usergroups.'))).toEqual([]);
  } finally {
    await bot.stop();
  }
};

test('expires when nobody decides in time', async () => {
  const catalog = (text: string) => withoutStaging(text).replace('expire: 30m', 'expire: 1m');
  await withBot({ catalog }, async (bot) => {
    const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    expect(await bot.ended(id)).toBe('expired');
    expect(bot.card(id)).toMatch(/Expired\*: nobody approved it in time; nothing was changed/);
    expect(bot.story(id)).toMatch(/Nobody approved it in time/);
    expect(bot.versions('skillancer-prod')['auth-svc']).toBe('v1.0.0');
  });
});

test('waits for two people where two are required, and one person counts once', async () => {
  const catalog = (text: string) => withoutStaging(text).replace('required: 1', 'required: 2');
  await withBot({ catalog }, async (bot) => {
    const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.press(id, 'Approve', { as: 'ben' });
    await bot.shows(id, /@ben approved already, more are needed/);
    expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/Noted: you approved/);
    expect((await bot.store.load(id))?.step).toBe('approval');
    await bot.press(id, 'Approve', { as: 'carla' });
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.card(id)).toMatch(/approved by @ben, @carla/);
  });
});

test('one of two rejects: it ends, whoever approved before', async () => {
  const catalog = (text: string) => withoutStaging(text).replace('required: 1', 'required: 2');
  await withBot({ catalog }, async (bot) => {
    const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.press(id, 'Approve', { as: 'ben' });
    expect(await bot.press(id, 'Reject', { as: 'carla' })).toMatch(/you rejected/);
    expect(await bot.ended(id)).toBe('rejected');
  });
});

test('is approved by whoever asked for it where the catalog allows that', async () => {
  const catalog = (text: string) =>
    withoutStaging(text).replace('required: 1', 'required: 1, self_approval: true');
  await withBot({ catalog }, async (bot) => {
    const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ben' });
    expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/you approved/);
    expect(await bot.ended(id)).toBe('succeeded');
  });
});

describe('when Slack does not tell who is in a user group', () => {
  const options = {
    before: ({ slack }: Pick<Bot, 'slack'>) => slack.fail.forgetGroups(),
    catalog: (text: string) =>
      withoutStaging(text).replace('deployers: ["@engineering"]', 'deployers: [U0ANA00001, "@engineering"]'),
  };

  test('nobody may, and why is said; as soon as it tells again, a worker asks it and decides', async () => {
    await withBot(options, async (bot) => {
      const refused = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ben' });
      expect(await bot.ended(refused)).toBe('refused');
      await bot.whispered('ben', /Slack does not tell who may deploy to staging/);

      const id = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
      expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/is at work on that/);
      await bot.whispered('ben', /You may not do that with D-\d+.*Slack does not tell who may/);
      expect(await auditOf(bot, id)).toContain('click.unknown');

      bot.slack.fail.forgetGroups(false);
      await bot.press(id, 'Approve', { as: 'ben' });
      await bot.whispered('ben', /Noted: you approved/);
      expect(await bot.ended(id)).toBe('succeeded');
      expect(bot.card(id)).toMatch(/approved by @ben/);
    });
  });
});
