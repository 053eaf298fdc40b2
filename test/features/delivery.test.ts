/** How requests reach the bot: signed over HTTP or through a socket, sometimes twice; and what else it answers. */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

describe('over HTTP', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot();
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot.stop());

  const command = (text: string, trigger: string) => ({
    command: '/deploy',
    text,
    user_id: 'U0ANA00001',
    user_name: 'ana',
    channel_id: bot.slack.channels()[0]?.id ?? '',
    channel_name: 'deployments',
    team_id: bot.slack.team.id,
    team_domain: bot.slack.team.domain,
    api_app_id: 'A0PLAYGRND',
    trigger_id: trigger,
    response_url: `${bot.slack.url}/commands/unused`,
  });

  const deliver = (
    form: Record<string, string>,
    { secret = bot.secrets.signingSecret, ageSeconds = 0, headers = {} } = {},
  ) => {
    const body = new URLSearchParams(form).toString();
    const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
    const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
    return fetch(`${bot.url}/slack/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
        ...headers,
      },
      body,
    });
  };

  test('the same command delivered twice is one deployment', async () => {
    const form = command('staging auth-svc v1.1.0', 'trigger-1');
    const answers = await Promise.all([
      deliver(form),
      deliver(form, { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } }),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const text of texts) expect(text).toMatch(/D-1.*deploying auth-svc to staging/);
    expect(await bot.ended('D-1')).toBe('succeeded');
    expect(await (await deliver(form)).text()).toMatch(/D-1/);
    expect(await bot.store.recentDeployments(10)).toHaveLength(1);
  });

  test('a request that is not signed by Slack is turned away, whatever it says', async () => {
    const form = command('staging auth-svc v1.2.0', 'trigger-2');
    expect((await deliver(form, { secret: 'guessed' })).status).toBe(401);
    expect((await deliver(form, { ageSeconds: 600 })).status).toBe(401);
    const unsigned = await fetch(`${bot.url}/slack/events`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(unsigned.status).toBe(401);
    expect(await bot.store.recentDeployments(10)).toHaveLength(1);
  });

  test('Slack may check the address', async () => {
    expect(await bot.slack.verifyRequestUrl()).toBe(true);
  });

  test('health, readiness and metrics are answered', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${bot.url}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await get('/readyz')).toEqual({ status: 200, text: 'ready\n' });
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/pilothouse_requests_total\{kind="command",name="\/deploy",outcome="taken"\} 3/);
    expect(text).toMatch(
      /pilothouse_deployments_ended_total\{environment="staging",kind="deploy",ending="succeeded"\} 1/,
    );
    expect(text).toMatch(/pilothouse_jobs\{queue="deployments",state="failed"\} 0/);
  });

  test('any other address is not found, and asking for it harms nobody', async () => {
    for (const path of ['/', '/nothing-here', '/slack/events', '/slack/install', '/healthz?x=1']) {
      const { status } = await fetch(`${bot.url}${path}`);
      expect(status).toBe(path.startsWith('/healthz') ? 200 : 404);
    }
    expect((await fetch(`${bot.url}/healthz`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);
  });
});

describe('through a socket', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot({ socketMode: true });
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot.stop());

  test('commands, forms and buttons do the same', async () => {
    expect(bot.slack.sockets()).toBeGreaterThan(0);
    await bot.slack.command('/deploy', { as: 'ana' });
    await bot.fill({ Environment: 'staging', Services: ['auth-svc'] }, { as: 'ana' });
    const [staging = ''] = /D-\d+/.exec(await bot.whispered('ana', 'deploying auth-svc to staging')) ?? [];
    expect(await bot.ended(staging)).toBe('succeeded');

    const id = await bot.ask('/deploy production auth-svc', { as: 'ana' });
    expect(await bot.press(id, 'Approve', { as: 'dave' })).toMatch(/You may not/);
    expect(await bot.press(id, 'Approve', { as: 'ben' })).toMatch(/you approved/);
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.versions('skillancer-prod')['auth-svc']).toBe('v1.2.0');

    const { reply } = await bot.slack.command('/deploy prodution all', { as: 'ana' });
    expect(reply?.text).toMatch(/prodution/);
  });

  test('a socket that Slack closes is opened again', async () => {
    bot.slack.fail.disconnectSockets('refresh_requested');
    await bot.until('the end of the old socket', () => (bot.slack.sockets() === 0 ? true : undefined));
    await bot.until('a new socket', () => (bot.slack.sockets() > 0 ? true : undefined));
    const { reply } = await bot.slack.command('/ops help', { as: 'ana' });
    expect(reply?.text).toBe('How to use /ops');
  });

  test('health and metrics are answered over HTTP all the same', async () => {
    expect((await fetch(`${bot.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${bot.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${bot.url}/slack/events`, { method: 'POST' })).status).toBe(404);
  });
});
