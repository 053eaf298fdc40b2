import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BlockAction, ButtonAction, StaticSelectAction } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import type { SlackWorkspace } from '../../../playground/slack/index.ts';
import { type Bot, eventually, handClock, httpBot, workspace } from './bots.ts';

const clock = handClock();
let slack: SlackWorkspace;
let bot: Bot;
beforeEach(async () => {
  slack = await workspace({ clock, rateLimits: false });
  bot = await httpBot(slack);
});
afterEach(async () => {
  await bot.stop();
  await slack.stop();
});

const buttons = (...labels: string[]): KnownBlock[] => [
  {
    type: 'actions',
    block_id: 'decision',
    elements: labels.map((label) => ({
      type: 'button',
      text: { type: 'plain_text', text: label },
      action_id: label.toLowerCase(),
      value: 'dep-1',
    })),
  },
];
const post = (text: string, blocks: KnownBlock[]) =>
  bot.app.client.chat.postMessage({ channel: '#deployments', text, blocks });

describe('A click', () => {
  test('on the newest such button reaches the bot, which can answer by response_url and replace the message', async () => {
    bot.app.action<BlockAction<ButtonAction>>('approve', async ({ ack, body, action, respond }) => {
      await ack();
      await respond({ text: `${body.user.name} approved ${action.value}`, replace_original: true });
    });
    await post('old', buttons('Approve'));
    await post('new', buttons('Approve', 'Reject'));
    const delivery = await slack.click({ text: 'Approve' }, { as: 'ben' });
    expect(delivery.status).toBe(200);
    await eventually(() => slack.messages('deployments').some((one) => one.text === 'ben approved dep-1'));
    expect(slack.messages('deployments').map((one) => one.text)).toEqual(['old', 'ben approved dep-1']);
  });

  test('finds buttons that only this person sees, and fails for one that nobody shows', async () => {
    bot.app.command('/deploy', ({ ack }) => ack({ text: 'Sure?', blocks: buttons('Yes') }));
    const seen: boolean[] = [];
    bot.app.action<BlockAction>('yes', async ({ ack, body, respond }) => {
      seen.push(body.container.is_ephemeral);
      await ack();
      await respond({ delete_original: true });
    });
    await slack.command('/deploy x', { as: 'ana' });
    await expect(slack.click({ text: 'Yes' }, { as: 'ben' })).rejects.toThrow('No button');
    await slack.click({ actionId: 'yes' }, { as: 'ana' });
    await eventually(() => slack.ephemerals('ana').length === 0);
    expect(seen).toEqual([true]);
  });

  test('that nobody acknowledges shows an error', async () => {
    await post('x', buttons('Approve'));
    slack.connect('http://127.0.0.1:1/');
    await slack.click({ text: 'Approve' }, { as: 'ben' });
    expect(slack.ephemerals('ben')).toMatchObject([{ kind: 'slackbot' }]);
    expect(slack.log.at(-1)).toMatchObject({
      method: 'ack block_actions',
      ok: false,
      error: 'dispatch_failed',
    });
  });
});

test('a button on the home tab reaches the bot, which can open at most three modals on each other', async () => {
  const outcomes: string[] = [];
  const pushed = (trigger_id: string) =>
    bot.app.client.views.push({ trigger_id, view: { ...modal(), blocks: buttons('More') } }).then(
      () => 'pushed',
      (error: { data?: { error?: string } }) => error.data?.error ?? '',
    );
  bot.app.action<BlockAction>('start', async ({ ack, client, body }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: { ...modal(), blocks: buttons('More') } });
  });
  bot.app.action<BlockAction>('more', async ({ ack, body }) => {
    await ack();
    outcomes.push(await pushed(body.trigger_id));
  });
  await bot.app.client.views.publish({ user_id: 'U0ANA', view: { type: 'home', blocks: buttons('Start') } });
  await slack.click({ text: 'Start' }, { as: 'ana' });
  await eventually(() => slack.modal('ana'));
  for (const count of [1, 2, 3]) {
    await slack.click({ text: 'More' }, { as: 'ana' });
    await eventually(() => outcomes.length === count);
  }
  expect(outcomes).toEqual(['pushed', 'pushed', 'push_limit_reached']);
});

test('a choice in a menu carries the option', async () => {
  const chosen: unknown[] = [];
  bot.app.action<BlockAction<StaticSelectAction>>('severity', async ({ ack, action, body }) => {
    await ack();
    chosen.push(action.selected_option.value, body.state?.values.menu?.severity?.selected_option?.value);
  });
  const option = (text: string, value: string) => ({ text: { type: 'plain_text' as const, text }, value });
  await post('pick', [
    {
      type: 'actions',
      block_id: 'menu',
      elements: [
        {
          type: 'static_select',
          action_id: 'severity',
          options: [option('Service down', 'P1'), option('Minor', 'P3')],
        },
      ],
    },
  ]);
  await slack.choose({ option: 'Service down' }, { as: 'ana' });
  await eventually(() => chosen.length > 0);
  expect(chosen).toEqual(['P1', 'P1']);
  await expect(slack.choose({ option: 'Nothing' }, { as: 'ana' })).rejects.toThrow('No menu');
});

describe('A response_url', () => {
  test('works five times within 30 minutes', async () => {
    const urls: string[] = [];
    bot.app.command('/ops', ({ ack, command }) => {
      urls.push(command.response_url);
      return ack();
    });
    await slack.command('/ops x', { as: 'ana' });
    await slack.command('/ops x', { as: 'ana' });
    const [first = '', second = ''] = urls;
    const say = (url: string) => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'still here' }) });
    for (let used = 0; used < 5; used += 1) expect((await say(first)).status).toBe(200);
    const sixth = await say(first);
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    clock.advance(30 * 60_000 + 1);
    expect(await (await say(second)).json()).toEqual({ ok: false, error: 'expired_url' });
    expect(slack.ephemerals('ana')).toHaveLength(5);
  });

  test('takes no blocks that a message would not take', async () => {
    bot.app.command('/ops', async ({ ack, respond }) => {
      await ack();
      await respond({
        blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }],
      }).catch(() => {});
    });
    await slack.command('/ops x', { as: 'ana' });
    const entry = await eventually(() => slack.log.find((one) => one.method === 'response_url'));
    expect(entry).toMatchObject({ ok: false, error: 'invalid_blocks' });
  });
});

const modal = (more: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  callback_id: 'rollback',
  title: { type: 'plain_text', text: 'Roll back' },
  submit: { type: 'plain_text', text: 'Roll back' },
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'text', min_length: 3 },
    },
    {
      type: 'input',
      block_id: 'confirm',
      label: { type: 'plain_text', text: 'Type ROLLBACK' },
      element: { type: 'plain_text_input', action_id: 'typed' },
    },
  ],
  ...more,
});

describe('A modal', () => {
  beforeEach(() => {
    bot.app.command('/rollback', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: modal({ notify_on_close: true }) });
    });
  });
  const open = async () => {
    await slack.command('/rollback api', { as: 'ana' });
    await eventually(() => slack.modal('ana'));
  };

  test('is filled in by label, shows errors, and closes when it is accepted', async () => {
    const reasons: (string | null | undefined)[] = [];
    bot.app.view('rollback', async ({ ack, view }) => {
      if (view.state.values.confirm?.typed?.value !== 'ROLLBACK') {
        return ack({ response_action: 'errors', errors: { confirm: 'Type ROLLBACK' } });
      }
      reasons.push(view.state.values.reason?.text?.value);
      return ack();
    });
    await open();
    expect(slack.modal('ben')).toBeUndefined();
    const wrong = await slack.fill({ Reason: 'errors are up', 'Type ROLLBACK': 'yes' }, { as: 'ana' });
    expect(wrong).toMatchObject({ modal: 'kept', errors: { confirm: 'Type ROLLBACK' } });
    const right = await slack.fill({ typed: 'ROLLBACK' }, { as: 'ana' });
    expect(right.modal).toBe('closed');
    expect(slack.modal('ana')).toBeUndefined();
    expect(reasons).toEqual(['errors are up']);
  });

  test("is checked by Slack's own form before the bot hears of it", async () => {
    await open();
    expect(await slack.fill({ Reason: 'x' }, { as: 'ana' })).toEqual({
      status: 0,
      ms: 0,
      body: '',
      modal: 'kept',
      errors: {
        reason: 'Please enter at least 3 characters.',
        confirm: 'Please complete this required field.',
      },
    });
    await expect(slack.fill({ Nonsense: 'x' }, { as: 'ana' })).rejects.toThrow('has no field "Nonsense"');
  });

  test('can be updated, pushed upon and cleared by the acknowledgement', async () => {
    const answers = ['update', 'push', 'clear'] as const;
    let submitted = 0;
    bot.app.view('rollback', ({ ack }) => {
      const response_action = answers[submitted] ?? 'clear';
      submitted += 1;
      if (response_action === 'clear') return ack({ response_action });
      return ack({ response_action, view: modal({ title: { type: 'plain_text', text: response_action } }) });
    });
    await open();
    const values = { Reason: 'because', 'Type ROLLBACK': 'ROLLBACK' };
    expect(await slack.fill(values, { as: 'ana' })).toMatchObject({ modal: 'updated' });
    expect(slack.modal('ana')).toMatchObject({ title: { text: 'update' } });
    expect(await slack.fill(values, { as: 'ana' })).toMatchObject({ modal: 'pushed' });
    expect(slack.modal('ana')).toMatchObject({ title: { text: 'push' }, previousId: expect.any(String) });
    expect(await slack.fill(values, { as: 'ana' })).toMatchObject({ modal: 'cleared' });
    expect(slack.modal('ana')).toBeUndefined();
  });

  test('stays with a complaint when the acknowledgement holds a view Slack would not take', async () => {
    bot.app.view('rollback', ({ ack }) =>
      ack({
        response_action: 'update',
        view: modal({ title: { type: 'plain_text', text: 'x'.repeat(25) } }),
      }),
    );
    await open();
    await slack.fill({ Reason: 'because', 'Type ROLLBACK': 'x' }, { as: 'ana' });
    expect(slack.modal('ana')?.trouble).toMatch('trouble connecting');
    expect(slack.log.at(-1)).toMatchObject({
      method: 'ack view_submission',
      errors: ['must be less than 25 characters [json-pointer:/view/title/text]'],
    });
  });

  test('tells the bot when it is closed', async () => {
    const closed: string[] = [];
    bot.app.view({ type: 'view_closed', callback_id: 'rollback' }, async ({ ack, body }) => {
      closed.push(body.user.name);
      await ack();
    });
    await open();
    await slack.closeModal({ as: 'ana' });
    expect(closed).toEqual(['ana']);
    expect(slack.modal('ana')).toBeUndefined();
  });

  test('opens once and within three seconds of the command', async () => {
    const triggers: string[] = [];
    bot.app.command('/incident', ({ ack, command }) => {
      triggers.push(command.trigger_id);
      return ack();
    });
    await slack.command('/incident a', { as: 'ana' });
    await slack.command('/incident b', { as: 'ana' });
    const [first = '', second = ''] = triggers;
    const openWith = (trigger_id: string) =>
      bot.app.client.views.open({ trigger_id, view: modal() }).then(
        () => 'opened',
        (error: { data?: { error?: string } }) => error.data?.error,
      );
    expect(await openWith(first)).toBe('opened');
    expect(await openWith(first)).toBe('exchanged_trigger_id');
    expect(await openWith('123.456')).toBe('invalid_trigger_id');
    clock.advance(3001);
    expect(await openWith(second)).toBe('expired_trigger_id');
  });

  test('is not overwritten by a late update', async () => {
    await open();
    const { id = '', hash = '' } = slack.modal('ana') ?? {};
    await bot.app.client.views.update({ view_id: id, hash, view: modal() });
    const late = bot.app.client.views.update({ view_id: id, hash, view: modal() });
    await expect(late).rejects.toMatchObject({ data: { error: 'hash_conflict' } });
  });
});

test('global and message shortcuts reach the bot', async () => {
  const used: string[] = [];
  bot.app.shortcut('report', async ({ ack, shortcut }) => {
    used.push(shortcut.type === 'message_action' ? `about ${shortcut.message.text}` : shortcut.type);
    await ack();
  });
  const { ts = '' } = await post('a message', []);
  await slack.shortcut('report', { as: 'ana' });
  await slack.shortcut('report', { as: 'ana', message: { channel: 'deployments', ts } });
  expect(used).toEqual(['shortcut', 'about a message']);
});
