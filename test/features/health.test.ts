/** `/health`: what is told about services, and what is not claimed where it could not be told. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

const probes = (text: string) =>
  text.replaceAll(
    '- { name: live, get: "/{service}/health/live" }',
    `- { name: live, get: "/{service}/health/live" }
      - { name: quick, get: "/{service}/health/ready", within: 60ms, full: true }
      - { name: board, get: "/{service}/health/dashboard", json: { overall: healthy }, full: true }`,
  );

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({ catalog: probes });
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
  expect(bot.slack.messages('deployments')).toEqual([]);
});
afterAll(() => bot.stop());

/** The whole report that this command leads to. */
async function report(command: string): Promise<string> {
  const already = bot.whispers('ana').length;
  const { reply } = await bot.slack.command(command, { as: 'ana' });
  expect(reply?.kind).toBe('ephemeral');
  expect(reply?.text).toMatch(/^🔎 Asking/);
  return bot.until('the report', () =>
    bot
      .whispers('ana')
      .slice(already)
      .find((said) => said.includes('Health of')),
  );
}

test('all is well: every service with its version and its tasks, seen only by whoever asked', async () => {
  const text = await report('/health production');
  expect(text).toMatch(/All 3 services healthy/);
  expect(text).toMatch(/v1\.0\.0, 2 of 2 tasks up/);
  expect(text).toMatch(/1 probe good/);
  expect(bot.whispers('ben')).toEqual([]);
  const audit = await bot.store.auditTail(1);
  expect(audit[0]).toMatchObject({ what: 'health.asked', environment: 'production', who: { name: 'ana' } });
});

test('one service only, if it is named', async () => {
  const text = await report('/health staging market-svc');
  expect(text).toMatch(/All 1 service healthy/);
  expect(text).not.toContain('auth-svc');
});

test('an unhealthy service comes first, with the address, the value found and the one expected', async () => {
  bot.cloud.break.version('market-svc', 'v1.0.0', 'unhealthy');
  const text = await report('/health staging');
  expect(text).toMatch(/❌ \*1 unhealthy, 2 healthy/);
  expect(text).toContain(
    `live: answered 503, expected 200 (${bot.cloud.siteUrl('skillancer-staging')}/market-svc/health/live)`,
  );
  expect(text.indexOf('market-svc')).toBeLessThan(text.indexOf('auth-svc'));
  bot.cloud.break.version('market-svc', 'v1.0.0', 'fine');
});

test('--full asks the probes that are only for it, with their limits', async () => {
  bot.cloud.break.version('auth-svc', 'v1.0.0', 'slow');
  expect(await report('/health staging auth-svc')).toMatch(/All 1 service healthy/);
  const text = await report('/health staging auth-svc --full');
  expect(text).toMatch(/1 unhealthy/);
  expect(text).toMatch(/quick: took \d+ ms, allowed 60 ms \(http:[^ ]+\/auth-svc\/health\/ready\)/);
  bot.cloud.break.version('auth-svc', 'v1.0.0', 'fine');
});

test('what a JSON answer says is compared with what it should say', async () => {
  bot.cloud.break.version('market-svc', 'v1.0.0', 'unhealthy');
  const text = await report('/health staging api-gateway --full');
  expect(text).toMatch(/board: answered \{.*degraded.*expected \{.*overall.*healthy/);
  bot.cloud.break.version('market-svc', 'v1.0.0', 'fine');
});

test('services that do not answer at all are unhealthy', async () => {
  bot.cloud.break.site('skillancer-staging', 'down');
  const text = await report('/health staging auth-svc');
  expect(text).toMatch(/1 unhealthy/);
  expect(text).toMatch(/live: no answer \(UND_ERR_SOCKET\) \(http:[^ ]+\/auth-svc\/health\/live\)/);
  bot.cloud.break.site('skillancer-staging', 'fine');
});

test('services that do not answer in time are unhealthy', async () => {
  bot.cloud.break.site('skillancer-staging', 'timeout');
  expect(await report('/health staging auth-svc')).toMatch(/live: no answer within 5000 ms/);
  bot.cloud.break.site('skillancer-staging', 'fine');
});

test('when AWS cannot be asked, that could not be told: nobody calls it unhealthy', async () => {
  bot.cloud.break.denied('DescribeServices');
  const text = await report('/health staging');
  expect(text).toMatch(/❔ \*3 could not tell\*/);
  expect(text).not.toMatch(/unhealthy/);
  expect(text).toMatch(/not known what runs/);
  expect(text).toMatch(/1 probe good/);
  bot.cloud.break.denied('DescribeServices', 0);
});
