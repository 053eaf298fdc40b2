/** What an incident lives on: events, shortcuts, private rooms, files; refused as Slack would. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';
import type { SlackOptions, SlackWorkspace } from '../../../playground/slack/index.ts';
import { type Bot, eventually, handClock, httpBot, socketBot, workspace } from './bots.ts';

const clock = handClock();
const events = [
  'app_home_opened',
  'message.channels',
  'message.groups',
  'reaction_added',
  'reaction_removed',
  'member_joined_channel',
  'pin_added',
];
const shortcuts: SlackOptions['shortcuts'] = [
  { callbackId: 'declare-incident', type: 'global' },
  { callbackId: 'add-to-timeline', type: 'message' },
];
let slack: SlackWorkspace;
let client: WebClient;
const start = async (options: Partial<SlackOptions> = {}) => {
  slack = await workspace({ clock, events, shortcuts, ...options });
  client = new WebClient('xoxb-test', {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    logLevel: LogLevel.ERROR,
  });
};
beforeEach(() => start());
afterEach(() => slack.stop());

const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => new Error('The call was accepted'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof WebAPIPlatformError)) throw error;
  return error.data.error;
};
const idOf = (name: string) => slack.channels().find((channel) => channel.name === name)?.id ?? '';

describe.each([
  ['HTTP', httpBot],
  ['Socket Mode', socketBot],
])('over %s', (_name, connect) => {
  let bot: Bot;
  const heard: string[] = [];
  beforeEach(async () => {
    bot = await connect(slack);
    heard.length = 0;
    bot.app.event(/.*/, async ({ event }) => {
      const subtype = 'subtype' in event ? ` ${event.subtype}` : '';
      heard.push(`${event.type}${subtype}`);
    });
  });
  afterEach(() => bot.stop());

  test('what people do with messages reaches the bot', async () => {
    const { message } = await slack.post('It is down', { as: 'ana', in: 'incidents' });
    await slack.edit('It is *really* down', { as: 'ana', message });
    await slack.react('pushpin', { as: 'ben', message });
    await slack.unreact(':pushpin:', { as: 'ben', message });
    const files = [{ name: 'graph.png', content: 'pixels' }];
    await slack.post('See', { as: 'ben', in: 'incidents', thread: message.ts, files });
    await slack.remove({ as: 'ana', message });
    const all = [
      'message',
      'message message_changed',
      'reaction_added',
      'reaction_removed',
      'message file_share',
      'message message_deleted',
    ];
    await eventually(() => heard.length === all.length);
    expect(heard.toSorted()).toEqual(all.toSorted());
  });

  test('what was said before and after an edit is told', async () => {
    const changes: unknown[] = [];
    bot.app.message(async ({ message }) => void changes.push(message));
    const { message } = await slack.post('It is down', { as: 'ana', in: 'incidents' });
    await slack.edit('It is up', { as: 'ana', message });
    await slack.remove({ as: 'ana', message });
    await eventually(() => changes.length === 3);
    expect(changes[1]).toMatchObject({
      subtype: 'message_changed',
      channel: message.channel,
      message: { ts: message.ts, text: 'It is up', edited: { user: 'U0ANA' } },
      previous_message: { text: 'It is down' },
    });
    expect(changes[2]).toMatchObject({ subtype: 'message_deleted', deleted_ts: message.ts });
  });

  test('shortcuts come with what they are about, and only those that the app declares', async () => {
    const used: unknown[] = [];
    bot.app.shortcut(/.*/, async ({ ack, shortcut, client: web }) => {
      await ack();
      used.push(shortcut);
      const view = {
        type: 'modal' as const,
        title: { type: 'plain_text' as const, text: 'Form' },
        blocks: [],
      };
      await web.views.open({ trigger_id: shortcut.trigger_id, view });
    });
    await slack.shortcut('declare-incident', { as: 'ana' });
    const { message } = await slack.post('Errors here', { as: 'ben', in: 'incidents' });
    await slack.shortcut('add-to-timeline', { as: 'ben', message });
    await eventually(() => used.length === 2 && slack.modal('ben'));
    expect(used).toMatchObject([
      { type: 'shortcut', callback_id: 'declare-incident', user: { id: 'U0ANA' } },
      { type: 'message_action', callback_id: 'add-to-timeline', message: { text: 'Errors here' } },
    ]);
    await expect(slack.shortcut('declare-incident', { as: 'ben', message })).rejects.toThrow(
      'no message shortcut',
    );
    await expect(slack.shortcut('unheard-of', { as: 'ana' })).rejects.toThrow('no global shortcut');
  });

  test('buttons of the Home tab work', async () => {
    const pressed: unknown[] = [];
    bot.app.action(/.*/, async ({ ack, body }) => {
      await ack();
      pressed.push(body);
    });
    const text = { type: 'plain_text' as const, text: 'Acknowledge' };
    const blocks = [
      { type: 'actions' as const, elements: [{ type: 'button' as const, text, action_id: 'ack' }] },
    ];
    await client.views.publish({ user_id: 'U0ANA', view: { type: 'home', blocks } });
    await slack.openHome({ as: 'ana' });
    expect((await slack.click({ text: 'Acknowledge' }, { as: 'ana' })).status).toBe(200);
    expect(pressed).toMatchObject([
      { container: { type: 'view' }, view: { type: 'home' }, user: { id: 'U0ANA' } },
    ]);
    expect(heard).toContain('app_home_opened');

    await client.chat.postMessage({ channel: '#incidents', text: 'x', blocks });
    await slack.click({ text: 'Acknowledge' }, { as: 'ana', home: true });
    await slack.click({ text: 'Acknowledge' }, { as: 'ana' });
    expect(pressed.slice(1)).toMatchObject([
      { container: { type: 'view' } },
      { container: { type: 'message' } },
    ]);
  });

  test('of channels without it the bot hears nothing, until it is invited', async () => {
    slack.openChannel('secret', { as: 'ana', isPrivate: true });
    const { message } = await slack.post('psst', { as: 'ana', in: 'secret' });
    await slack.react('eyes', { as: 'ana', message });
    await slack.invite(['pilothouse', 'ben'], { as: 'ana', in: 'secret' });
    await slack.post('hello', { as: 'ben', in: 'secret' });
    await eventually(() => heard.length === 3);
    expect(heard).toEqual(['member_joined_channel', 'member_joined_channel', 'message']);
  });
});

test('the bot hears of its own pins, where it does not ignore itself', async () => {
  const bot = await httpBot(slack, { ignoreSelf: false });
  const pinned: unknown[] = [];
  bot.app.event('pin_added', async ({ event }) => void pinned.push(event));
  const { message } = await slack.post('It is down', { as: 'ana', in: 'incidents' });
  await client.pins.add({ channel: message.channel, timestamp: message.ts });
  await eventually(() => pinned.length === 1);
  expect(pinned).toMatchObject([{ channel_id: message.channel, item: { message: { ts: message.ts } } }]);
  expect(slack.channels().find(({ name }) => name === 'incidents')?.pins).toEqual([message.ts]);
  await bot.stop();
});

test('people change their own messages only', async () => {
  const { message } = await slack.post('mine', { as: 'ana', in: 'incidents' });
  await expect(slack.edit('yours', { as: 'ben', message })).rejects.toThrow('not one of ben');
  await expect(slack.remove({ as: 'ben', message })).rejects.toThrow('not one of ben');
  slack.openChannel('secret', { as: 'ana', isPrivate: true });
  await expect(slack.post('let me in', { as: 'ben', in: 'secret' })).rejects.toThrow('ben is not in #secret');
});

describe('what Slack refuses', () => {
  test('what is private exists for its members only', async () => {
    const channel = slack.openChannel('secret', { as: 'ana', isPrivate: true });
    expect(await refused(client.conversations.info({ channel }))).toBe('channel_not_found');
    expect(await refused(client.chat.postMessage({ channel, text: 'x' }))).toBe('channel_not_found');
    const { channels } = await client.conversations.list({ types: 'public_channel,private_channel' });
    expect(channels?.map(({ name }) => name)).toEqual(['deployments', 'incidents']);
  });

  test('public channels can be written to without being in them, but not read', async () => {
    const channel = slack.openChannel('open', { as: 'ana' });
    expect(await client.chat.postMessage({ channel, text: 'x' })).toMatchObject({ ok: true });
    expect(await refused(client.conversations.history({ channel }))).toBe('not_in_channel');
    await client.conversations.join({ channel });
    expect((await client.conversations.history({ channel })).messages).toHaveLength(1);
  });

  test.each([
    ['channels:manage', (id: string) => client.conversations.create({ name: `x-${id.toLowerCase()}` })],
    ['groups:write', () => client.conversations.create({ name: 'private', is_private: true })],
    ['channels:manage', (channel: string) => client.conversations.setTopic({ channel, topic: 'x' })],
    ['channels:manage', (channel: string) => client.conversations.invite({ channel, users: 'U0ANA' })],
    ['channels:manage', (channel: string) => client.conversations.archive({ channel })],
    ['channels:history', (channel: string) => client.conversations.history({ channel })],
    ['channels:read', (channel: string) => client.conversations.members({ channel })],
    ['groups:read', () => client.users.conversations({ types: 'private_channel' })],
    ['pins:write', (channel: string) => client.pins.add({ channel, timestamp: '1.0' })],
    ['bookmarks:read', (channel_id: string) => client.bookmarks.list({ channel_id })],
    ['files:read', (channel: string) => client.files.list({ channel })],
    ['files:write', () => client.files.getUploadURLExternal({ filename: 'x', length: 1 })],
    ['canvases:write', () => client.canvases.create({ title: 'x' })],
  ])('a call without %s', async (scope, call) => {
    await slack.stop();
    await start({ scopes: ['chat:write', 'im:write', 'reactions:read'] });
    const error = await call(idOf('incidents')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ data: { error: 'missing_scope', needed: scope } });
  });

  test('too much of anything', async () => {
    const channel = idOf('incidents');
    await slack.stop();
    await start({ rateLimits: false });
    const link = 'https://example.com';
    for (let n = 0; n < 100; n++) {
      await client.bookmarks.add({ channel_id: channel, title: `${n}`, type: 'link', link });
    }
    const more = client.bookmarks.add({ channel_id: channel, title: 'more', type: 'link', link });
    expect(await refused(more)).toBe('too_many_bookmarks');
    expect(await refused(client.conversations.setTopic({ channel, topic: 'x'.repeat(251) }))).toBe(
      'too_long',
    );
    const users = Array.from({ length: 101 }, (_, n) => `U${n}`).join(',');
    expect(await refused(client.conversations.invite({ channel, users }))).toBe('invalid_arguments');
    const blocks = Array.from({ length: 101 }, () => ({ type: 'divider' as const }));
    expect(await refused(client.views.publish({ user_id: 'U0ANA', view: { type: 'home', blocks } }))).toBe(
      'invalid_arguments',
    );
    const javascript = {
      channel_id: channel,
      title: 'x',
      type: 'link' as const,
      link: 'javascript:alert(1)',
    };
    expect(await refused(client.bookmarks.add(javascript))).toBe('invalid_link');
  });

  test('an upload that is not what was announced, or never came', async () => {
    const upload = await client.files.getUploadURLExternal({ filename: 'a.md', length: 5 });
    const id = upload.file_id ?? '';
    const complete = () =>
      client.files.completeUploadExternal({ files: [{ id }], channel_id: idOf('incidents') });
    expect(await refused(complete())).toBe('file_not_found');
    const put = (body: string) => fetch(upload.upload_url ?? '', { method: 'POST', body });
    expect((await put('too long')).status).toBe(400);
    expect((await put('right')).status).toBe(200);
    await complete();
    expect(slack.files('incidents')).toMatchObject([{ name: 'a.md', text: 'right', user: slack.bot.id }]);
  });

  test('a second canvas of a channel, and headings that canvases do not have', async () => {
    const channel_id = idOf('incidents');
    const document_content = { type: 'markdown' as const, markdown: '# One' };
    await client.conversations.canvases.create({ channel_id, title: 'Ours', document_content });
    expect(await refused(client.conversations.canvases.create({ channel_id }))).toBe(
      'channel_canvas_already_exists',
    );
    const deep = { type: 'markdown' as const, markdown: '#### Four' };
    expect(await refused(client.canvases.create({ document_content: deep }))).toBe('canvas_creation_failed');
    expect(slack.files('incidents')).toMatchObject([{ kind: 'canvas', title: 'Ours', text: '# One' }]);
  });

  test('bots in what is archived', async () => {
    const { channel } = await client.conversations.create({ name: 'inc-1' });
    const id = channel?.id ?? '';
    await client.conversations.archive({ channel: id });
    expect(await refused(client.conversations.unarchive({ channel: id }))).toBe('not_in_channel');
    await expect(slack.post('anybody?', { as: 'ana', in: 'inc-1' })).rejects.toThrow('archived');
    slack.unarchive('inc-1', { as: 'ana' });
    expect(await refused(client.conversations.unarchive({ channel: id }))).toBe('not_archived');
  });
});

test('an outage ends by itself when its time has come', async () => {
  slack.fail.down(20 * 60_000);
  clock.advance(19 * 60_000);
  await expect(client.auth.test()).rejects.toThrow();
  clock.advance(60_000);
  await new Promise(setImmediate);
  expect(await client.auth.test()).toMatchObject({ ok: true });
});
