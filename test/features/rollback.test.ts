/** Going back: asked for by command, form or button, and against deployments that wait or are under way. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({ scale: 120 });
  for (const version of ['v1.1.0', 'v1.2.0']) await bot.prove('staging', 'all', version);
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot.stop());

const production = () => bot.versions('skillancer-prod');
const word = 'Type ROLLBACK to go on';
const idFrom = (text: string) => /D-\d+/.exec(text)?.[0] ?? '';

/** Fills the form that a rollback of production opens; gives the id. */
async function confirmed(as: string, values: Record<string, string> = {}) {
  const already = bot.whispers(as).length;
  const sent = await bot.fill({ Reason: 'login fails', [word]: 'ROLLBACK', ...values }, { as });
  expect(sent.errors).toBeUndefined();
  return idFrom(await bot.until('an answer', () => bot.whispers(as)[already]));
}

describe('before anything was proven', () => {
  test('a rollback is refused with what can be done instead', async () => {
    await bot.slack.command('/rollback auth-svc', { as: 'ana' });
    const id = await confirmed('ana');
    expect(await bot.ended(id)).toBe('refused');
    await bot.whispered('ana', /No earlier revision of auth-svc was proven healthy.*Name the version/s);
    expect(bot.cards().map((m) => m.metadata?.event_payload.key)).not.toContain(id);
  });

  test('a rollback still cancels the deployment that waits for approval', async () => {
    const deploy = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.shows(deploy, 'Waiting for approval');
    await bot.slack.command('/rollback auth-svc', { as: 'carla' });
    await confirmed('carla');
    expect(await bot.ended(deploy)).toBe('cancelled');
    expect(bot.card(deploy)).toMatch(/Cancelled\* by @carla: D-\d+ rolls back: login fails/);
  });

  test('a rollback still turns a deployment that rolls out', async () => {
    const deploy = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.press(deploy, 'Approve', { as: 'ben' });
    await bot.shows(deploy, /Rolling out/);
    await bot.until('a change', () =>
      bot.cloud.running('skillancer-prod', 'auth-svc').stable ? undefined : true,
    );
    await bot.slack.command('/rollback all', { as: 'carla' });
    await confirmed('carla');
    await bot.whispered('carla', new RegExp(`${deploy} is rolling out to production: it was told to stop`));
    expect(await bot.ended(deploy)).toBe('rolled-back');
    expect(bot.story(deploy)).toMatch(/Stopped\* by @carla.*The rollback is verified/s);
    expect(production()['auth-svc']).toBe('v1.0.0');
  });
});

describe('the form', () => {
  test('names production where no environment was typed, and keeps what was typed', async () => {
    await bot.slack.command('/rollback api-gateway v1.1.0 login fails since noon', { as: 'ana' });
    const form = JSON.stringify(await bot.form('ana'));
    expect(form).toMatch(/"initial_option":\{[^}]*\{[^}]*"text":"production"/);
    expect(form).toContain('"initial_value":"v1.1.0"');
    expect(form).toContain('"initial_value":"login fails since noon"');
    expect(form).toContain(word);
  });

  test('shows beside the word that it is wrong, and starts nothing', async () => {
    const sent = await bot.fill({ [word]: 'rollback' }, { as: 'ana' });
    expect(sent.modal).toBe('kept');
    expect(sent.errors).toEqual({ word: expect.stringContaining('Type ROLLBACK') });
  });

  test('needs a reason', async () => {
    const sent = await bot.fill({ Reason: '', [word]: 'ROLLBACK' }, { as: 'ana' });
    expect(Object.keys(sent.errors ?? {})).toEqual(['reason']);
    const blank = await bot.fill({ Reason: '   ', [word]: 'ROLLBACK' }, { as: 'ana' });
    expect(blank.errors?.reason).toMatch(/needs a reason/);
    await bot.slack.closeModal({ as: 'ana' });
  });

  test('tells somebody without the right so', async () => {
    await bot.slack.command('/rollback api-gateway', { as: 'dave' });
    const sent = await bot.fill({ Reason: 'because', [word]: 'ROLLBACK' }, { as: 'dave' });
    expect(Object.values(sent.errors ?? {})).toEqual([
      expect.stringContaining('You may not roll back production'),
    ]);
    await bot.slack.closeModal({ as: 'dave' });
  });

  test('opens without arguments, too', async () => {
    await bot.slack.command('/rollback', { as: 'ana' });
    expect(await bot.form('ana')).toMatchObject({ title: { text: 'Roll back' } });
    await bot.slack.closeModal({ as: 'ana' });
  });
});

describe('a rollback', () => {
  test('returns to the last version proven healthy, not to whatever ran before, with no second person', async () => {
    await bot.prove('production', 'auth-svc,api-gateway', 'v1.1.0');
    await bot.prove('production', 'auth-svc,api-gateway', 'v1.2.0');
    // Two that nobody has proven, as if deployed by hand.
    bot.cloud.push('auth-svc', 'v1.3.0');
    bot.cloud.push('auth-svc', 'v1.4.0');
    bot.cloud.break.supersede('skillancer-prod', 'auth-svc', 'v1.3.0');
    bot.cloud.break.supersede('skillancer-prod', 'auth-svc', 'v1.4.0');
    await bot.until('v1.4.0', () => (production()['auth-svc'] === 'v1.4.0' ? true : undefined));

    await bot.slack.command('/rollback auth-svc', { as: 'ana' });
    const id = await confirmed('ana');
    expect(await bot.ended(id)).toBe('succeeded');
    expect(production()['auth-svc']).toBe('v1.2.0');
    expect(bot.card(id)).toMatch(/Roll back production.*Rolled back\* in .*Reason: login fails/);
    expect(bot.story(id)).not.toMatch(/Approved/);
  });

  test('goes to the version that was named', async () => {
    await bot.slack.command('/rollback api-gateway 1.1.0', { as: 'ana' });
    const id = await confirmed('ana');
    expect(await bot.ended(id)).toBe('succeeded');
    expect(production()['api-gateway']).toBe('v1.1.0');
    expect(production()['auth-svc']).toBe('v1.2.0');
  });

  test('of staging needs no form: the command says it all', async () => {
    const id = await bot.ask('/rollback staging all', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
    expect(bot.versions('skillancer-staging')).toEqual({
      'auth-svc': 'v1.1.0',
      'market-svc': 'v1.1.0',
      'api-gateway': 'v1.1.0',
    });
  });

  test('is offered on a finished deployment, with its services filled in', async () => {
    const deploy = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.press(deploy, 'Approve', { as: 'ben' });
    expect(await bot.ended(deploy)).toBe('succeeded');
    const card = bot.cards().find((m) => m.metadata?.event_payload.key === deploy);
    await bot.slack.click(
      { text: 'Roll back' },
      { as: 'carla', message: { channel: 'deployments', ts: card?.ts ?? '' } },
    );
    const form = JSON.stringify(await bot.form('carla'));
    expect(form).toMatch(/"initial_options":\[\{[^\]]*"auth-svc"/);
    const id = await confirmed('carla');
    expect(await bot.ended(id)).toBe('succeeded');
    expect(production()['auth-svc']).toBe('v1.2.0');
  });
});

describe('while a deployment', () => {
  test('waits for approval, a rollback cancels it and goes on', async () => {
    const deploy = await bot.ask('/deploy production auth-svc v1.1.0', { as: 'ana' });
    await bot.shows(deploy, 'Waiting for approval');
    await bot.slack.command('/rollback auth-svc', { as: 'carla' });
    const id = await confirmed('carla', { Reason: 'not today' });
    expect(await bot.ended(deploy)).toBe('cancelled');
    expect(await bot.ended(id)).toBe('succeeded');
    expect(production()['auth-svc']).toBe('v1.1.0');
  });

  test('rolls out, "Stop and roll back" puts back what was changed', async () => {
    const deploy = await bot.ask('/deploy production auth-svc,api-gateway v1.2.0', { as: 'ana' });
    await bot.press(deploy, 'Approve', { as: 'ben' });
    await bot.shows(deploy, /Rolling out stage 1/);
    expect(await bot.press(deploy, 'Stop and roll back', { as: 'dave' })).toMatch(/You may not/);
    expect(await bot.press(deploy, 'Stop and roll back', { as: 'carla' })).toMatch(/you asked to roll back/);
    expect(await bot.ended(deploy)).toBe('rolled-back');
    expect(production()).toMatchObject({ 'auth-svc': 'v1.1.0', 'api-gateway': 'v1.1.0' });
    expect(bot.card(deploy)).toMatch(/every changed service runs what it ran before/);
  });

  test('rolls out, a rollback to a named version stops it first and then goes there', async () => {
    const deploy = await bot.ask('/deploy production auth-svc v1.2.0', { as: 'ana' });
    await bot.press(deploy, 'Approve', { as: 'ben' });
    await bot.shows(deploy, 'Stop and roll back');
    await bot.slack.command('/rollback auth-svc v1.0.0', { as: 'carla' });
    const id = await confirmed('carla');
    expect(await bot.ended(deploy)).toBe('rolled-back');
    expect(await bot.ended(id)).toBe('succeeded');
    expect(production()['auth-svc']).toBe('v1.0.0');
  });
});
