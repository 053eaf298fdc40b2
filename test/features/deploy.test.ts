/** The main story, and the other ways to ask for a deployment. */
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

const newest = { 'auth-svc': 'v1.2.0', 'market-svc': 'v1.2.0', 'api-gateway': 'v1.2.0' };

test('goes to staging without approval, and to production with what staging has proven once ben approves', async () => {
  const staging = await bot.slack.command('/deploy staging all', { as: 'ana' });
  expect(staging.reply?.kind).toBe('ephemeral');
  expect(staging.reply?.text).toMatch(/D-1.*deploying/);
  expect(await bot.ended('D-1')).toBe('succeeded');
  expect(bot.versions('skillancer-staging')).toEqual(newest);

  await bot.slack.command('/deploy production all', { as: 'ana' });
  await bot.shows('D-2', 'Approve');
  expect(bot.card('D-2')).toMatch(/Waiting for approval.*S0LEADS001/);
  expect(bot.versions('skillancer-prod')['api-gateway']).toBe('v1.0.0');
  await bot.slack.click({ actionId: 'approve' }, { as: 'ben' });
  expect(await bot.ended('D-2')).toBe('succeeded');
  expect(bot.versions('skillancer-prod')).toEqual(newest);

  expect(bot.cards()).toHaveLength(2);
  expect(bot.card('D-2')).toMatch(/Deployed\* in \d.*approved by @ben/);
  expect(bot.card('D-2')).not.toContain('"action_id":"approve"');
  const story = bot.story('D-2');
  const told = [
    'Approved* by @ben',
    'Stage 1 starts',
    'Stage 1 is verified',
    'Stage 2 starts',
    'The watch begins',
    'Done',
  ];
  expect(told.map((line) => story.indexOf(line))).toEqual(
    told.map((line) => story.indexOf(line)).sort((a, b) => a - b),
  );
  expect(told.filter((line) => !story.includes(line))).toEqual([]);
});

test('a plan shows what would happen to whoever asked, and changes nothing', async () => {
  const writes = bot.cloud.writes.length;
  const posts = bot.cards().length;
  await bot.slack.command('/deploy staging all v1.1.0 --plan', { as: 'ana' });
  const plan = await bot.whispered('ana', 'Plan: deploy to staging');
  expect(plan).toMatch(
    /Stage 1.*auth-svc.*v1\.2\.0.*→.*v1\.1\.0.*Stage 2.*api-gateway.*v1\.2\.0.*→.*v1\.1\.0/,
  );
  expect(plan).toMatch(/✅ No other deployment is active/);
  expect(plan).toMatch(/Nobody has to approve it/);
  expect(bot.whispers('ben').join()).not.toContain('Plan:');
  expect(bot.cloud.writes).toHaveLength(writes);
  expect(bot.cards()).toHaveLength(posts);
});

test('a plan for production says what would stop it and who would have to approve', async () => {
  await bot.slack.command('/deploy production all v1.1.0 --plan', { as: 'ana' });
  const plan = await bot.whispered('ana', 'Plan: deploy to production');
  expect(plan).toMatch(/⛔ Verified in the environment before: staging has not verified .*v1\.1\.0/);
  expect(plan).toMatch(/Has to be approved by .*S0LEADS001/);
});

test('without arguments a form opens, and its answers start the deployment', async () => {
  await bot.slack.command('/deploy', { as: 'carla', in: 'general' });
  expect(await bot.form('carla')).toMatchObject({ type: 'modal', title: { text: 'Deploy' } });
  const { modal } = await bot.fill(
    {
      Environment: 'staging',
      Services: ['auth-svc', 'api-gateway'],
      Version: '1.1.0',
      Reason: 'going back for a test',
    },
    { as: 'carla' },
  );
  expect(modal).toBe('closed');
  const [id = ''] = /D-\d+/.exec(await bot.whispered('carla', 'deploying')) ?? [];
  expect(await bot.ended(id)).toBe('succeeded');
  expect(bot.versions('skillancer-staging')).toEqual({
    'auth-svc': 'v1.1.0',
    'market-svc': 'v1.2.0',
    'api-gateway': 'v1.1.0',
  });
  expect(bot.card(id)).toMatch(/Asked for by <@U0CARLA001>.*going back for a test/);
});

test('a form with a wrong answer says so beside that answer and stays open', async () => {
  await bot.slack.command('/deploy', { as: 'ana' });
  const wrong = await bot.fill(
    { Environment: 'staging', Services: ['auth-svc'], Version: 'latest' },
    { as: 'ana' },
  );
  expect(wrong.modal).toBe('kept');
  expect(wrong.errors?.version).toMatch(/not a version/);
  const plan = await bot.fill({ Version: 'v1.2.0', Options: ['plan'] }, { as: 'ana' });
  expect(plan.modal).toBe('closed');
  await bot.whispered('ana', /Plan: deploy to staging.*auth-svc/);
});

test('a second deployment of an environment is refused while the first one is at it', async () => {
  const first = await bot.ask('/deploy staging market-svc v1.1.0', { as: 'ana' });
  await bot.shows(first, /Rolling out|Verifying|Watching/);
  const second = await bot.ask('/deploy staging auth-svc v1.2.0', { as: 'carla' });
  expect(await bot.ended(second)).toBe('refused');
  await bot.whispered('carla', new RegExp(`${first} by @ana is changing staging`));
  expect(await bot.ended(first)).toBe('succeeded');
});

test('two deployments asked for at the same moment do not meet: one waits or is refused', async () => {
  const [one, two] = await Promise.all([
    bot.ask('/deploy staging auth-svc v1.2.0', { as: 'ana' }),
    bot.ask('/deploy staging api-gateway v1.2.0', { as: 'carla' }),
  ]);
  const endings = [await bot.ended(one), await bot.ended(two)];
  expect(endings).toContain('succeeded');
  expect(['succeeded', 'refused']).toEqual(expect.arrayContaining(endings));
  const [a, b] = [await bot.store.load(one), await bot.store.load(two)];
  const spans = [a, b].filter((d) => d?.startedAt != null).map((d) => [d?.startedAt ?? 0, d?.endedAt ?? 0]);
  const [first, second] = spans.sort((x, y) => (x[0] ?? 0) - (y[0] ?? 0));
  if (first && second) expect(second[0]).toBeGreaterThanOrEqual(first[1] ?? 0);
});
