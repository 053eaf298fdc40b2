/** Rooms, people, marks and documents in Slack: asked for twice, there once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { readManifest } from '../../playground/manifest.ts';
import { startSlack } from '../../playground/slack/index.ts';
import type { SlackWorkspace } from '../../playground/slack/types.ts';
import { realClock } from '../../src/clients/clock.ts';
import { createLimiter } from '../../src/clients/limiter.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { carries, channelName, fitting } from '../../src/clients/slack/channel-text.ts';
import { slackClient } from '../../src/clients/slack.ts';
import { SlackAway, SlackRefused } from '../../src/clients/slack-errors.ts';
import { createRoomClaims, createSlackRooms, type SlackRooms } from '../../src/clients/slack-rooms.ts';
import { createLog, slackLogger } from '../../src/log.ts';
import { testRedis } from '../support/redis.ts';
import { people } from '../support/world.ts';

const [ana, ben] = people.people.map(({ id }) => id);
let slack: SlackWorkspace;
let redis: Redis;
let rooms: SlackRooms;
let others: SlackRooms;
beforeEach(async () => {
  const { url, prefix } = testRedis();
  const { scopes } = await readManifest();
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test' };
  slack = await startSlack({
    clock: realClock,
    ...secrets,
    ...people,
    channels: ['incidents'],
    scopes: [...scopes],
    latencyMs: 0,
  });
  redis = workerConnection(url, { onError: () => {} });
  const client = slackClient(secrets.botToken, slack.apiUrl, slackLogger(createLog('silent', []), 'test'));
  const make = () =>
    createSlackRooms(
      client,
      createLimiter(redis, { prefix, clock: realClock }),
      createRoomClaims(redis, prefix),
    );
  rooms = make();
  others = make();
});
afterEach(async () => {
  await slack.stop();
  redis.disconnect();
});

const names = () => slack.channels().map(({ name }) => name);
const room = (id: string) => slack.channels().find((one) => one.id === id);
const calls = (method: string) => slack.log.filter((entry) => entry.method === method).length;

describe('names and texts', () => {
  test.each([
    ['inc-20260105-api_gateway', 1, 'inc-20260105-api_gateway'],
    ['INC 12: Café is down!', 1, 'inc-12-cafe-is-down'],
    ['inc-x', 3, 'inc-x-3'],
    ['x'.repeat(90), 1, 'x'.repeat(80)],
    ['x'.repeat(90), 12, `${'x'.repeat(77)}-12`],
    ['東京', 1, 'channel'],
    ['--', 2, 'channel-2'],
  ])('%s, number %s, is called %s', (wanted, n, name) => {
    expect(channelName(wanted, n)).toBe(name);
    expect(name).toMatch(/^[a-z0-9_-]{1,80}$/);
  });

  test('a text is cut to what Slack takes, never in the middle of a character', () => {
    expect(fitting('short')).toBe('short');
    expect(fitting('x'.repeat(250))).toHaveLength(250);
    const cut = fitting('😀'.repeat(200));
    expect(cut.length).toBeLessThanOrEqual(250);
    expect(cut).not.toMatch(/\p{Cs}/u);
  });

  test.each([
    ['War room of INC-12', true],
    ['INC-12: checkout is down', true],
    ['War room of INC-123', false],
    ['', false],
  ])('"%s" names INC-12: %s', (purpose, does) => {
    expect(carries(purpose, 'INC-12')).toBe(does);
  });
});

describe('a room', () => {
  test('is created under its name, says whose it is, and is given again', async () => {
    const made = await rooms.create('inc-checkout', false, 'INC-1');
    expect(made.name).toBe('inc-checkout');
    expect(room(made.id)).toMatchObject({
      kind: 'public',
      purpose: 'War room of INC-1',
      members: ['pilothouse'],
    });
    expect(await others.create('inc-checkout', false, 'INC-1')).toEqual(made);
    expect(names()).toEqual(['incidents', 'inc-checkout']);
  });

  test('of another incident that wants the same name gets a number', async () => {
    const [one, two, three] = [
      await rooms.create('inc-checkout', false, 'INC-1'),
      await rooms.create('inc-checkout', false, 'INC-12'),
      await others.create('inc-checkout', false, 'INC-3'),
    ];
    expect([one.name, two.name, three.name]).toEqual(['inc-checkout', 'inc-checkout-2', 'inc-checkout-3']);
    expect(await rooms.create('inc-checkout', false, 'INC-12')).toEqual(two);
  });

  test('takes no name from people, and no room that they made', async () => {
    const theirs = slack.openChannel('inc-checkout', { as: 'ana', withBot: true });
    const made = await rooms.create('inc-checkout', false, 'INC-1');
    expect(made).toMatchObject({ name: 'inc-checkout-2' });
    expect(room(theirs)?.purpose).toBe('');
    slack.openChannel('inc-hidden', { as: 'ana', isPrivate: true });
    expect(await rooms.create('inc-hidden', false, 'INC-2')).toMatchObject({ name: 'inc-hidden-2' });
  });

  test('whose answer got lost is found again, not created twice', async () => {
    slack.fail.loseAnswer('conversations.create', 1);
    await expect(rooms.create('inc-checkout', true, 'INC-1')).rejects.toThrow(SlackAway);
    const made = await others.create('inc-checkout', true, 'INC-1');
    expect(made.name).toBe('inc-checkout');
    expect(names()).toEqual(['incidents', 'inc-checkout']);
    expect(room(made.id)).toMatchObject({ kind: 'private', purpose: 'War room of INC-1' });
  });

  test('whose purpose could not be set is found again', async () => {
    slack.fail.error('conversations.setPurpose', 'internal_error', 1);
    await expect(rooms.create('inc-checkout', false, 'INC-1')).rejects.toThrow(SlackAway);
    expect((await others.create('inc-checkout', false, 'INC-1')).name).toBe('inc-checkout');
    expect(names()).toEqual(['incidents', 'inc-checkout']);
  });

  test('that says nothing yet is not shared by two incidents, however they meet', async () => {
    slack.fail.loseAnswer('conversations.create', 1);
    await rooms.create('inc-checkout', false, 'INC-1').catch(() => {});
    const both = await Promise.all([
      rooms.create('inc-checkout', false, 'INC-1'),
      others.create('inc-checkout', false, 'INC-2'),
    ]);
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    expect(names()).toHaveLength(3);
    expect(both.map(({ id }) => room(id)?.purpose)).toEqual(['War room of INC-1', 'War room of INC-2']);
  });

  test('that is public is no room for a private incident', async () => {
    slack.fail.loseAnswer('conversations.create', 1);
    await rooms.create('inc-leak', false, 'INC-1').catch(() => {});
    const made = await rooms.create('inc-leak', true, 'INC-2');
    expect(made.name).toBe('inc-leak-2');
    expect(room(made.id)?.kind).toBe('private');
  });

  test('is renamed, described and archived once', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    await rooms.create('inc-payments', false, 'INC-2');
    expect(await rooms.rename(id, 'INC payments')).toEqual({ id, name: 'inc-payments-2' });
    for (const _ of [1, 2]) await rooms.rename(id, 'inc-payments-2');
    for (const _ of [1, 2]) await rooms.topic(id, `P1 <checkout> & ${'x'.repeat(300)}`);
    for (const _ of [1, 2]) await rooms.topic(id, 'P1 <checkout> & more');
    for (const _ of [1, 2]) await rooms.purpose(id, 'INC-1: checkout is down');
    expect(room(id)).toMatchObject({ topic: 'P1 <checkout> & more', purpose: 'INC-1: checkout is down' });
    expect([calls('conversations.rename'), calls('conversations.setTopic')]).toEqual([2, 2]);
    for (const _ of [1, 2]) await rooms.archive(id);
    expect(room(id)).toMatchObject({ archived: true });
    await expect(rooms.topic(id, 'late')).rejects.toThrow('is_archived');
  });

  test('is unarchived by people: Slack takes bots out of what is archived', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    await rooms.archive(id);
    await expect(rooms.unarchive(id)).rejects.toThrow('not_in_channel');
    slack.unarchive(id, { as: 'ana' });
    await rooms.unarchive(id);
    for (const _ of [1, 2]) await rooms.join(id);
    expect(room(id)).toMatchObject({ archived: false, members: ['ana', 'pilothouse'] });
  });
});

describe('people', () => {
  test('are invited, whoever is there already or cannot come', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    expect(await rooms.invite(id, [ana ?? ''])).toEqual({ skipped: [] });
    expect(await rooms.invite(id, [ana ?? '', ben ?? '', 'U0GONE', slack.bot.id])).toEqual({
      skipped: [
        { user: 'U0GONE', why: 'user_not_found' },
        { user: slack.bot.id, why: 'cant_invite_self' },
      ],
    });
    expect(await rooms.invite(id, ['U0GONE'])).toEqual({
      skipped: [{ user: 'U0GONE', why: 'user_not_found' }],
    });
    expect(await rooms.invite(id, [ana ?? '', ben ?? ''])).toEqual({ skipped: [] });
    expect(await rooms.memberIds(id)).toEqual([slack.bot.id, ana, ben]);
  });

  test('may be more than Slack takes at once', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    const many = Array.from({ length: 150 }, (_, n) => `U0GONE${n}`);
    const { skipped } = await rooms.invite(id, [...many, ana ?? '']);
    expect(skipped).toHaveLength(150);
    expect(await rooms.memberIds(id)).toContain(ana);
  });

  test('are not invited where the channel itself is the trouble', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    await rooms.archive(id);
    await expect(rooms.invite(id, [ana ?? ''])).rejects.toThrow(SlackRefused);
  });
});

describe('marks', () => {
  test('stick once', async () => {
    const { message } = await slack.post('It is down', { as: 'ana', in: 'incidents' });
    const { channel, ts } = message;
    for (const _ of [1, 2]) {
      await rooms.pin(channel, ts);
      await rooms.react(channel, ts, 'pushpin');
      await rooms.bookmark(channel, 'A & B', 'https://example.com/?a=1&b=2', ':fire:');
    }
    await rooms.bookmark(channel, 'A & B', 'https://example.com/other');
    const now = room(channel);
    expect(now?.pins).toEqual([ts]);
    expect(now?.bookmarks).toMatchObject([
      { title: 'A & B', link: 'https://example.com/other', emoji: ':fire:' },
    ]);
    expect(slack.messages('incidents')[0]?.reactions).toMatchObject([{ name: 'pushpin', count: 1 }]);
    expect([calls('bookmarks.add'), calls('bookmarks.edit')]).toEqual([1, 1]);
  });

  test('a lost answer adds no second bookmark', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    slack.fail.loseAnswer('bookmarks.add', 1);
    await expect(rooms.bookmark(id, 'Runbook', 'https://example.com')).rejects.toThrow(SlackAway);
    await rooms.bookmark(id, 'Runbook', 'https://example.com');
    expect(room(id)?.bookmarks).toHaveLength(1);
  });
});

describe('documents', () => {
  const file = {
    name: 'INC-1-post-mortem.md',
    title: 'Post-mortem of INC-1',
    content: '# Café\nIt was down.',
  };

  test('a file is put into a thread once, even if the answer got lost', async () => {
    const { message } = await slack.post('INC-1', { as: 'ana', in: 'incidents' });
    slack.fail.loseAnswer('files.completeUploadExternal', 1);
    await expect(rooms.file(message.channel, file, message.ts)).rejects.toThrow(SlackAway);
    const there = await rooms.file(message.channel, file, message.ts);
    expect(slack.files('incidents')).toMatchObject([
      {
        id: there.id,
        name: file.name,
        title: file.title,
        text: file.content,
        permalink: there.link,
        kind: 'file',
      },
    ]);
    expect(slack.thread('incidents', message.ts)).toHaveLength(2);
    await rooms.file(message.channel, { ...file, content: `${file.content} And again.` }, message.ts);
    expect(slack.files('incidents')).toHaveLength(2);
  });

  test('a canvas is made once and shown to the channel', async () => {
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    const began = realClock.now();
    slack.fail.loseAnswer('canvases.create', 1);
    await expect(rooms.canvas(id, 'Post-mortem', '# What', null)).rejects.toThrow(SlackAway);
    const canvas = await rooms.canvas(id, 'Post-mortem', '# What', began);
    expect(slack.files(id)).toMatchObject([
      { id: canvas.id, title: 'Post-mortem', text: '# What', kind: 'canvas', permalink: canvas.link },
    ]);
  });

  test('a free workspace refuses canvases', async () => {
    slack.fail.error('canvases.create', 'free_teams_cannot_create_non_tabbed_canvases');
    const { id } = await rooms.create('inc-checkout', false, 'INC-1');
    await expect(rooms.canvas(id, 'Post-mortem', '# What', null)).rejects.toThrow(SlackRefused);
  });
});

describe('a message', () => {
  test('is read with its files and its address, in a channel or a thread', async () => {
    const files = [{ name: 'graph.png', content: 'not really' }];
    const { message: top } = await slack.post('Look at <this>', { as: 'ana', in: 'incidents', files });
    const { message: reply } = await slack.post('I see', { as: 'ben', in: 'incidents', thread: top.ts });
    expect(await rooms.message(top.channel, top.ts)).toMatchObject({
      user: ana,
      isBot: false,
      thread: null,
      text: 'Look at &lt;this&gt;',
      link: expect.stringContaining(`/archives/${top.channel}/p`),
      files: [{ name: 'graph.png', mimetype: 'image/png', link: expect.stringMatching(/^https:/) }],
    });
    expect(await rooms.message(top.channel, reply.ts)).toMatchObject({
      user: ben,
      thread: top.ts,
      text: 'I see',
    });
    expect(await rooms.permalink(top.channel, reply.ts)).toContain(`thread_ts=${top.ts}`);
  });

  test('that is gone is none, and one in a channel without the bot is refused until it joins', async () => {
    const { message } = await slack.post('oops', { as: 'ana', in: 'incidents' });
    await slack.remove({ as: 'ana', message });
    expect(await rooms.message(message.channel, message.ts)).toBeNull();
    const elsewhere = slack.openChannel('elsewhere', { as: 'ana' });
    const { message: far } = await slack.post('Errors here', { as: 'ana', in: 'elsewhere' });
    await expect(rooms.message(elsewhere, far.ts)).rejects.toThrow('not_in_channel');
    await rooms.join(elsewhere);
    expect(await rooms.message(elsewhere, far.ts)).toMatchObject({ text: 'Errors here' });
  });
});

test('the Home tab is published', async () => {
  await rooms.home(ana ?? '', { type: 'home', blocks: [{ type: 'divider' }] });
  expect(slack.home('ana')?.blocks).toMatchObject([{ type: 'divider' }]);
});

test('Slack being away is said to be just that, and over when it is', async () => {
  slack.fail.down(200);
  await expect(rooms.create('inc-checkout', false, 'INC-1')).rejects.toThrow(SlackAway);
  for (;;) {
    const made = await rooms.create('inc-checkout', false, 'INC-1').catch(() => null);
    if (made) break;
  }
  expect(names()).toEqual(['incidents', 'inc-checkout']);
});
