import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogLevel, WebAPIPlatformError, WebAPIRateLimitedError, WebClient } from '@slack/web-api';
import type { SlackWorkspace } from '../../../playground/slack/index.ts';
import { handClock, workspace } from './bots.ts';

const clock = handClock();
let slack: SlackWorkspace;
let client: WebClient;
beforeEach(async () => {
  slack = await workspace({ clock });
  client = clientWith('xoxb-test');
});
afterEach(() => slack.stop());

const clientWith = (token: string) =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 2000,
    logLevel: LogLevel.ERROR,
  });

const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => new Error('The call was accepted'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof WebAPIPlatformError)) throw error;
  return error.data;
};
const channelId = (name: string) => slack.channels().find((channel) => channel.name === name)?.id ?? '';

describe('Tokens and scopes', () => {
  test('a wrong token, no token and the app token are told apart', async () => {
    expect(await refused(clientWith('xoxb-other').auth.test())).toMatchObject({ error: 'invalid_auth' });
    expect(await (await fetch(`${slack.apiUrl}auth.test`, { method: 'POST' })).json()).toEqual({
      ok: false,
      error: 'not_authed',
    });
    expect(await refused(clientWith('xapp-test').auth.test())).toMatchObject({
      error: 'not_allowed_token_type',
    });
    expect(await client.auth.test()).toMatchObject({ user_id: slack.bot.id, bot_id: slack.bot.botId });
  });

  test('a missing scope is named', async () => {
    const strict = await workspace({ scopes: ['chat:write'] });
    const limited = new WebClient('xoxb-test', { slackApiUrl: strict.apiUrl });
    expect(await refused(limited.usergroups.list())).toMatchObject({
      error: 'missing_scope',
      needed: 'usergroups:read',
      provided: 'chat:write',
    });
    await strict.stop();
  });

  test('an unknown method is an answer, not a 404', async () => {
    expect(await refused(client.apiCall('deploys.fix'))).toMatchObject({ error: 'unknown_method' });
  });
});

describe('Messages', () => {
  test('are posted by channel name, edited and deleted by id', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: '#deployments', text: 'one' });
    const channel = channelId('deployments');
    await client.chat.update({ channel, ts, text: 'two' });
    expect(slack.messages('deployments')).toMatchObject([
      { ts, text: 'two', edited: { user: slack.bot.id } },
    ]);
    expect(await refused(client.chat.update({ channel: '#deployments', ts, text: 'x' }))).toMatchObject({
      error: 'channel_not_found',
    });
    await client.chat.delete({ channel, ts });
    expect(slack.messages('deployments')).toEqual([]);
    expect(await refused(client.chat.update({ channel, ts, text: 'x' }))).toMatchObject({
      error: 'message_not_found',
    });
  });

  test('keep their blocks when an update does not mention them, and lose them to an empty list', async () => {
    const blocks = [{ type: 'divider', block_id: 'line' }];
    const { ts = '', channel = '' } = await client.chat.postMessage({
      channel: '#deployments',
      text: 'a',
      blocks,
    });
    await client.chat.update({ channel, ts, text: 'b' });
    expect(slack.messages('deployments')[0]).toMatchObject({ text: 'b', blocks });
    await client.chat.update({ channel, ts, text: 'c', blocks: [] });
    expect(slack.messages('deployments')[0]?.blocks).toEqual([]);
  });

  test('belong to their author', async () => {
    const { message } = await slack.post('hello', { as: 'ana', in: 'deployments' });
    const call = client.chat.update({ channel: message.channel, ts: message.ts, text: 'x' });
    expect(await refused(call)).toMatchObject({ error: 'cant_update_message' });
  });

  test('are answered in threads, which stay flat', async () => {
    const { ts = '', channel = '' } = await client.chat.postMessage({
      channel: '#incidents',
      text: 'parent',
    });
    const reply = await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
    await slack.post('reply to the reply', { as: 'ben', in: 'incidents', thread: reply.ts ?? '' });
    expect(slack.messages('incidents').map((message) => message.text)).toEqual(['parent']);
    expect(slack.thread('incidents', ts).map((message) => message.text)).toEqual([
      'parent',
      'reply',
      'reply to the reply',
    ]);
    const replies = await client.conversations.replies({ channel, ts: reply.ts ?? '' });
    expect(replies.messages?.map((message) => message.text)).toEqual([
      'parent',
      'reply',
      'reply to the reply',
    ]);
  });

  test('are found again by their metadata, which is shown only when asked for', async () => {
    const channel = channelId('deployments');
    const metadata = { event_type: 'deployment', event_payload: { id: 'dep-1' } };
    const { ts } = await client.chat.postMessage({ channel, text: 'card', metadata });
    const plain = await client.conversations.history({ channel });
    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
    const full = await client.conversations.history({ channel, include_all_metadata: true });
    expect(full.messages?.find((message) => message.ts === ts)).toMatchObject({ metadata });
  });

  test('are read page by page within a window', async () => {
    const channel = channelId('incidents');
    const sent: string[] = [];
    for (const text of ['1', '2', '3', '4']) {
      sent.push((await client.chat.postMessage({ channel, text })).ts ?? '');
      clock.advance(2000);
    }
    const first = await client.conversations.history({ channel, limit: 3 });
    expect(first.messages?.map((message) => message.text)).toEqual(['4', '3', '2']);
    const cursor = first.response_metadata?.next_cursor ?? '';
    const rest = await client.conversations.history({ channel, limit: 3, cursor });
    expect(rest.messages?.map((message) => message.text)).toEqual(['1']);
    const window = { channel, oldest: sent[1] ?? '', latest: sent[3] ?? '' };
    const inside = await client.conversations.history(window);
    expect(inside.messages?.map((message) => message.text)).toEqual(['3']);
    const withEnds = await client.conversations.history({ ...window, inclusive: true });
    expect(withEnds.messages?.map((message) => message.text)).toEqual(['4', '3', '2']);
  });

  test('to one person are seen by that person only', async () => {
    const channel = channelId('deployments');
    await client.chat.postEphemeral({ channel, user: 'U0BEN', text: 'psst' });
    expect(slack.ephemerals('ben')).toMatchObject([{ text: 'psst', kind: 'ephemeral' }]);
    expect(slack.ephemerals('ana')).toEqual([]);
    expect(await refused(client.chat.postEphemeral({ channel, user: 'U0NOBODY', text: 'x' }))).toMatchObject({
      error: 'user_not_found',
    });
  });

  test('say whom they would notify', async () => {
    const text = 'a <!channel> and <@U0ANA> and <!subteam^S0OPS|@devops> and @here';
    await client.chat.postMessage({ channel: '#deployments', text });
    const hostile = { type: 'plain_text' as const, text: '<!channel>' };
    await client.chat.postMessage({
      channel: '#deployments',
      text: 'safe &lt;!channel&gt;',
      blocks: [
        { type: 'header', text: hostile },
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '<!here>' }] }],
        },
      ],
    });
    await client.chat.postMessage({
      channel: '#deployments',
      text: 'x',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '<!here>' } }],
    });
    expect(slack.messages('deployments').map((message) => message.mentions)).toEqual([
      ['channel', 'U0ANA', 'S0OPS'],
      [],
      ['here'],
    ]);
  });

  test('need text or blocks, and not too much of it', async () => {
    expect(await refused(client.chat.postMessage({ channel: '#deployments', text: '' }))).toMatchObject({
      error: 'no_text',
    });
    const long = client.chat.postMessage({ channel: '#deployments', text: 'x'.repeat(40_001) });
    expect(await refused(long)).toMatchObject({ error: 'msg_too_long' });
  });
});

describe('Channels', () => {
  test('are made, filled, described and archived', async () => {
    const { channel } = await client.conversations.create({ name: 'inc-1' });
    const id = channel?.id ?? '';
    await client.conversations.invite({ channel: id, users: 'U0ANA,U0BEN' });
    await client.conversations.setTopic({ channel: id, topic: 'P1 api down' });
    await client.bookmarks.add({
      channel_id: id,
      title: 'Runbook',
      type: 'link',
      link: 'https://example.com',
    });
    expect(slack.channels().find((one) => one.id === id)).toMatchObject({
      name: 'inc-1',
      topic: 'P1 api down',
      members: ['pilothouse', 'ana', 'ben'],
      bookmarks: [{ title: 'Runbook' }],
    });
    expect(await refused(client.conversations.create({ name: 'inc-1' }))).toMatchObject({
      error: 'name_taken',
    });
    expect(await refused(client.conversations.create({ name: 'Inc 1' }))).toMatchObject({
      error: 'invalid_name_specials',
    });
    expect(await refused(client.conversations.invite({ channel: id, users: 'U0ANA' }))).toMatchObject({
      error: 'already_in_channel',
    });
    await client.conversations.archive({ channel: id });
    expect(await refused(client.chat.postMessage({ channel: id, text: 'x' }))).toMatchObject({
      error: 'is_archived',
    });
  });

  test('take pins and reactions once', async () => {
    const { ts: timestamp = '', channel = '' } = await client.chat.postMessage({
      channel: '#incidents',
      text: 'x',
    });
    await client.pins.add({ channel, timestamp });
    await client.reactions.add({ channel, timestamp, name: 'eyes' });
    expect(slack.messages('incidents')[0]).toMatchObject({
      pinned: true,
      reactions: [{ name: 'eyes', count: 1 }],
    });
    expect(await refused(client.pins.add({ channel, timestamp }))).toMatchObject({ error: 'already_pinned' });
    expect(await refused(client.reactions.add({ channel, timestamp, name: 'eyes' }))).toMatchObject({
      error: 'already_reacted',
    });
  });

  test('take files', async () => {
    await client.filesUploadV2({
      channel_id: channelId('incidents'),
      filename: 'post-mortem.md',
      content: '# What happened',
      initial_comment: 'Post-mortem',
    });
    const [message] = slack.messages('incidents');
    expect(message).toMatchObject({ text: 'Post-mortem', files: [{ name: 'post-mortem.md' }] });
    expect(Buffer.from(message?.files[0]?.content ?? '', 'base64').toString()).toBe('# What happened');
  });
});

describe('People', () => {
  test('are found by id, e-mail address and group', async () => {
    expect((await client.users.info({ user: 'U0ANA' })).user).toMatchObject({ name: 'ana' });
    expect((await client.users.lookupByEmail({ email: 'Ben@example.com' })).user).toMatchObject({
      id: 'U0BEN',
    });
    expect((await client.usergroups.list({ include_users: true })).usergroups).toMatchObject([
      { handle: 'devops', users: ['U0BEN'] },
    ]);
    expect((await client.usergroups.users.list({ usergroup: 'S0OPS' })).users).toEqual(['U0BEN']);
  });
});

describe('Rate limits', () => {
  test('a channel takes a burst and then a message a second', async () => {
    const post = () => client.chat.postMessage({ channel: '#deployments', text: 'x' });
    for (let sent = 0; sent < 5; sent += 1) await post();
    const error = await post().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WebAPIRateLimitedError);
    expect(error).toMatchObject({ retryAfter: 1 });
    expect(await client.chat.postMessage({ channel: '#incidents', text: 'x' })).toMatchObject({ ok: true });
    clock.advance(1000);
    expect(await post()).toMatchObject({ ok: true });
    expect(slack.log.filter((entry) => entry.error === 'ratelimited')).toHaveLength(1);
  });

  test('a tier 2 method takes 20 calls a minute', async () => {
    for (let made = 0; made < 5; made += 1) await client.conversations.create({ name: `inc-${made}` });
    const error = await client.conversations.create({ name: 'inc-x' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ retryAfter: 3 });
  });
});
