/** What people type, rightly and wrongly, and who sees the answer. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot();
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot.stop());

const said = async (command: string, as = 'ana') => {
  const { reply } = await bot.slack.command(command, { as });
  return `${reply?.text} ${JSON.stringify(reply?.blocks)}`;
};

describe('help', () => {
  test.each([
    ['/deploy help', '/deploy <environment> <service', '--skip-staging'],
    ['/rollback --help', '/rollback [environment] <service', 'ROLLBACK'],
    ['/health help', '/health <environment>', '--full'],
    ['/ops', '/ops status | audit', 'who did what'],
  ])('%s explains the command to whoever asked', async (command, usage, word) => {
    const { reply } = await bot.slack.command(command, { as: 'dave' });
    expect(reply?.kind).toBe('ephemeral');
    const text = JSON.stringify(reply?.blocks).replaceAll('&lt;', '<').replaceAll('&gt;', '>');
    expect(text).toContain(usage);
    expect(text).toContain(word);
  });
});

describe('a mistyped command', () => {
  test.each([
    ['an environment', '/deploy prodution all', 'prodution', 'Use production'],
    ['a service', '/deploy staging api-gatway', 'api-gatway', 'Use api-gateway'],
    ['a flag', '/deploy staging all --plam', '--plam', 'Use --plan'],
    ['an environment of a rollback', '/rollback prodution api-gateway', 'prodution', 'Use production'],
    ['an environment of a health check', '/health stagng', 'stagng', 'Use staging'],
    ['a word of /ops', '/ops statu', 'statu', 'Use status'],
  ])('is answered with the nearest right one: %s', async (_, command, wrong, button) => {
    const { reply } = await bot.slack.command(command, { as: 'ana' });
    expect(reply?.kind).toBe('ephemeral');
    expect(reply?.to).toBe('U0ANA00001');
    expect(reply?.text).toContain(wrong);
    expect(JSON.stringify(reply?.blocks)).toContain(button);
    expect(bot.slack.messages('deployments')).toEqual([]);
    expect(bot.whispers('ben')).toEqual([]);
  });

  test('runs as corrected when the button is pressed', async () => {
    await bot.slack.command('/health stagng auth-svc', { as: 'ana' });
    await bot.slack.click({ text: 'Use staging' }, { as: 'ana' });
    expect(await bot.whispered('ana', 'Health of staging')).toMatch(/All 1 service healthy/);
  });

  test('is not guessed where that could be dangerous', async () => {
    expect(await said('/deploy staging')).toMatch(/Which services\?/);
    expect(await said('/deploy all v1.2.0')).toMatch(/In which environment\?/);
    expect(await said('/deploy staging all latest')).toMatch(/not a version/);
    expect(await said('/deploy staging all v1.1.0 v1.2.0')).toMatch(/One version at a time/);
    expect(await said('/deploy staging production all')).toMatch(/One environment at a time/);
    expect(bot.cloud.writes).toEqual([]);
  });
});

test('somebody without the right is refused at once, and told whom to ask', async () => {
  const { reply } = await bot.slack.command('/deploy staging all v1.1.0', { as: 'dave' });
  expect(reply?.kind).toBe('ephemeral');
  expect(reply?.text).toMatch(/You may not deploy to staging.*\n.*deployers/);
});

test('a version that the registry does not have is refused, with those that it has', async () => {
  const id = await bot.ask('/deploy staging auth-svc v9.9.9', { as: 'ana' });
  expect(await bot.ended(id)).toBe('refused');
  expect(await bot.whispered('ana', 'v9.9.9')).toMatch(/v1\.2\.0/);
  expect(bot.slack.messages('deployments')).toEqual([]);
});

test('a deployment that would change nothing is refused', async () => {
  const id = await bot.ask('/deploy staging auth-svc v1.0.0', { as: 'ana' });
  expect(await bot.ended(id)).toBe('refused');
  await bot.whispered('ana', /staging already runs auth-svc v1\.0\.0/);
});

describe('what Slack and phones make of a text', () => {
  test('smart quotes, a long dash and an ampersand are read as meant', async () => {
    const id = await bot.ask('/deploy staging auth-svc,market-svc 1.1.0 —reason “fish & <chips>”', {
      as: 'ana',
    });
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.versions('skillancer-staging')).toEqual({
      'auth-svc': 'v1.1.0',
      'market-svc': 'v1.1.0',
      'api-gateway': 'v1.0.0',
    });
    expect(bot.card(id)).toContain('Reason: fish &amp; &lt;chips&gt;');
  });

  test('a composer that formats while one types changes nothing', async () => {
    const { reply } = await bot.slack.command(
      '/deploy staging auth-svc v1.2.0 --reason "it\'s -- well" --plan',
      {
        as: 'ana',
        autoformat: true,
      },
    );
    expect(reply?.text).toMatch(/working out the plan/);
    const plan = await bot.whispered('ana', 'Plan: deploy to staging');
    expect(plan).toMatch(/auth-svc.*v1\.1\.0.*v1\.2\.0/);
  });
});

describe('a hostile reason', () => {
  const pingsBefore = () => bot.slack.messages('deployments').flatMap((m) => m.mentions);

  test('pings nobody', async () => {
    const reason = '<!channel> <!here> <@U0CARLA001> <!subteam^S0LEADS001> @everyone `*_~ \u202e\u0007';
    const id = await bot.ask(`/deploy staging auth-svc v1.2.0 --reason "${reason}"`, { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
    const all = bot.slack.messages('deployments').flatMap((m) => bot.slack.thread('deployments', m.ts));
    const pinged = new Set(all.flatMap((m) => m.mentions));
    expect([...pinged]).toEqual(['U0ANA00001']);
    expect(pingsBefore()).not.toContain('channel');
    expect(bot.card(id)).toContain('&lt;!channel&gt;');
    expect(bot.card(id)).not.toMatch(/\\u0007|\u202e/);
  });

  test('of 40,000 characters is refused before anything starts', async () => {
    expect(await said(`/deploy staging auth-svc v1.1.0 --reason "${'x'.repeat(40_000)}"`)).toMatch(
      /40,?\d{3} characters long.*Shorten/s,
    );
  });

  test('in a form is shown as far as a card has room', async () => {
    await bot.slack.command('/deploy', { as: 'carla' });
    const sent = await bot.fill(
      {
        environment: 'staging',
        services: ['auth-svc'],
        version: 'v1.1.0',
        reason: `${'& <!everyone> '.repeat(35)}end`,
      },
      { as: 'carla' },
    );
    expect(sent.modal).toBe('closed');
    const [id = ''] = /D-\d+/.exec(await bot.whispered('carla', 'deploying')) ?? [];
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.card(id)).toContain('&amp; &lt;!everyone&gt;');
  });
});
