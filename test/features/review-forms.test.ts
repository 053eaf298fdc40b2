/** Forms whose answers are many, late, from an old message, or from where the bot is not. */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { rollbackFormId } from '../../src/templates/forms.ts';
import { type Bot, startBot } from '../support/bot.ts';

const word = 'Type ROLLBACK to go on';
const confirmed = { Reason: 'login fails', [word]: 'ROLLBACK' };

/** Too many for a menu, and with names too long for a command or one field of a form. */
const fleet = Array.from({ length: 150 }, (_, n) => `${'service-with-a-long-name-'.repeat(2)}${n}`);
const fleetText = fleet
  .map(
    (name) => `
  ${name}:
    target:
      type: ecs
      service: "{service}"
      container: app
      image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/{service}:{version}
      environments:
        production: { cluster: skillancer-prod, family: "{service}" }
`,
  )
  .join('');

describe('with many services', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot({ scale: 120, catalog: (text) => text + fleetText });
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot.stop());

  test('a rollback of all of them says "all" in its form, and is accepted', async () => {
    await bot.slack.command('/rollback production all', { as: 'ana' });
    expect(JSON.stringify(await bot.form('ana'))).toContain('"initial_value":"all"');
    const sent = await bot.fill(confirmed, { as: 'ana' });
    expect(sent.errors).toBeUndefined();
    await bot.whispered('ana', 'rolling back 153 services in production');
  });

  test('more names than a command has room for are accepted in a form', async () => {
    await bot.slack.command('/deploy', { as: 'ana' });
    const some = fleet.slice(0, 50);
    const sent = await bot.fill({ Environment: 'production', Services: some.join(' , ') }, { as: 'ana' });
    expect(sent.errors).toBeUndefined();
    await bot.whispered('ana', 'deploying 50 services to production');
  });

  test('each answer is refused for what is wrong with it', async () => {
    await bot.slack.command('/deploy', { as: 'ana' });
    const fill = async (values: Record<string, string>) =>
      (await bot.fill({ Environment: 'production', Services: 'auth-svc', ...values }, { as: 'ana' })).errors;
    expect(await fill({ Services: 'auth-svc,auth-scv' })).toEqual({
      services: expect.stringContaining('I do not know "auth-scv" as a service'),
    });
    expect(await fill({ Environment: 'staging', Services: fleet[0] ?? '' })).toEqual({
      services: expect.stringMatching(/does not run in staging/),
    });
    expect(await fill({ Version: 'latest' })).toEqual({ version: expect.stringContaining('not a version') });
    expect(await fill({ Version: 'v1.1.0 --skip-staging' })).toEqual({
      version: expect.stringContaining('cannot be a version'),
    });
    await bot.slack.closeModal({ as: 'ana' });
  });
});

describe('"Roll back" on the message of a deployment', () => {
  let bot: Bot;
  let first: string;
  beforeAll(async () => {
    bot = await startBot({ scale: 120 });
    first = await bot.ask('/deploy staging all v1.1.0', { as: 'ana' });
    expect(await bot.ended(first)).toBe('succeeded');
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot.stop());

  const press = (id: string) => {
    const card = bot.cards().find((message) => message.metadata?.event_payload.key === id);
    const message = { channel: 'deployments', ts: card?.ts ?? '' };
    return bot.slack.click({ text: 'Roll back' }, { as: 'ana', message });
  };

  test('fills in the version that ran before', async () => {
    await press(first);
    const form = JSON.stringify(await bot.form('ana'));
    expect(form).toContain('"initial_value":"v1.0.0"');
    expect(form).toMatch(/"initial_options":\[\{[^\]]*"value":"all"\}\]/);
    await bot.slack.closeModal({ as: 'ana' });
  });

  test('leaves the version open where the services came from different ones', async () => {
    const part = await bot.ask('/deploy staging auth-svc v1.2.0', { as: 'ana' });
    expect(await bot.ended(part)).toBe('succeeded');
    const whole = await bot.ask('/deploy staging auth-svc,market-svc v1.0.0', { as: 'ana' });
    expect(await bot.ended(whole)).toBe('succeeded');
    await press(whole);
    expect(JSON.stringify(await bot.form('ana'))).not.toMatch(/"initial_value":"v1/);
    await bot.slack.closeModal({ as: 'ana' });
  });

  test('says so where something else was deployed since, and offers to go back from that', async () => {
    await press(first);
    const said = await bot.whispered('ana', `${first} is no longer what runs`);
    expect(said).toMatch(/D-3 brought (auth|market)-svc v1\.0\.0 to staging since/);
    expect(said).toContain('"value":"/rollback staging auth-svc,market-svc,api-gateway"');
  });
});

describe('a form', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await startBot({ scale: 120 });
  });
  afterAll(() => bot.stop());

  /** The rollback form of staging, as Slack sends it. */
  const submit = async (trigger: string, channel = bot.slack.channels()[0]?.id) => {
    const payload = {
      type: 'view_submission',
      user: { id: 'U0ANA00001', name: 'ana' },
      team: { id: bot.slack.team.id, domain: bot.slack.team.domain },
      trigger_id: trigger,
      view: {
        id: 'V0THESAME1',
        type: 'modal',
        callback_id: rollbackFormId,
        private_metadata: JSON.stringify({ channel }),
        state: {
          values: {
            environment: { answer: { selected_option: { value: 'staging' } } },
            services: { answer: { selected_options: [{ value: 'auth-svc' }] } },
            version: { answer: { value: 'v1.1.0' } },
            reason: { answer: { value: 'login fails' } },
          },
        },
        blocks: [{ type: 'input', block_id: 'environment' }],
      },
    };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', bot.secrets.signingSecret)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex');
    const answer = await fetch(`${bot.url}/slack/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
      },
      body,
    });
    return answer.text();
  };

  test('that was refused because of Redis is a new request when it is sent again', async () => {
    expect(await submit('trigger-1')).toBe('');
    // As a refusal that Redis stored in the last moment is.
    const by = { id: 'U0ANA00001', name: 'ana' };
    await bot.store.decide('D-1', 'stop', { by, at: bot.clock.now(), choice: 'cancel', reason: 'too late' });
    await bot.ended('D-1');
    expect(await submit('trigger-2')).toBe('');
    expect(await bot.ended('D-2')).toBe('succeeded');
    expect(bot.versions('skillancer-staging')['auth-svc']).toBe('v1.1.0');
  });

  test('that Slack delivers twice is one request', async () => {
    await Promise.all([submit('trigger-3'), submit('trigger-3')]);
    await bot.ended('D-3');
    expect(await bot.store.recentDeployments(10)).toHaveLength(3);
  });

  test('from a channel that is closed to the bot is answered by direct message', async () => {
    expect(await submit('trigger-4', 'C0SECRET01')).toBe('');
    const direct = await bot.until('an answer', () =>
      bot.slack.channels().some(({ name }) => name === '@ana') ? bot.slack.messages('@ana') : undefined,
    );
    expect(direct[0]?.text).toMatch(/D-4.*rolling back auth-svc in staging/);
  });
});
