/** What keeps an incident from doing harm: hands off what is being deployed or halted, and nothing private outside. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type IncidentBot, production, startIncidents } from '../support/incidents.ts';

let bot: IncidentBot;
beforeAll(async () => {
  bot = await startIncidents({
    sections: { war_room: '{ bookmarks: [{ title: Graphs, link: "https://graphs.example.com" }] }' },
  });
});
afterAll(() => bot?.stop());

const forced = () =>
  bot.cloud.writes.filter(
    ({ operation, input }) =>
      operation === 'UpdateService' && JSON.stringify(input).includes('"forceNewDeployment":true'),
  );
const ended = (id: string, n: number) =>
  bot
    .once(id, `the end of mitigation ${n}`, (i) => /done|failed/.test(i.mitigations[n - 1]?.state ?? ''))
    .then((i) => i.mitigations[n - 1]);

test('nothing is restarted or scaled under a deployment at work, and users are protected all the same', async () => {
  const deployment = await bot.ask('/deploy production market-svc v1.1.0', { as: 'ana' });
  await bot.shows(deployment, 'Waiting for approval');
  // As from its claim on, but for as long as this test takes.
  await bot.store.takeLock('production', deployment, bot.clock.now());
  const id = await bot.declare('P1 auth-svc logins hang', { as: 'ana' });
  const before = bot.cloud.running(production, 'auth-svc').desiredCount;
  await bot.presses(id, 'Restart auth-svc', { as: 'ana' });
  expect(await ended(id, 1)).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining(`${deployment} of @ana is changing production`),
  });
  await bot.presses(id, 'Scale up auth-svc', { as: 'ana' });
  expect(await ended(id, 2)).toMatchObject({ state: 'failed', detail: expect.stringContaining(deployment) });
  await bot.presses(id, 'Rate limiting', { as: 'ana' });
  expect(await ended(id, 3)).toMatchObject({ state: 'done' });
  expect(forced()).toEqual([]);
  expect(bot.cloud.running(production, 'auth-svc').desiredCount).toBe(before);

  await bot.press(deployment, 'Reject', { as: 'ben' });
  expect(await bot.ended(deployment)).toBe('rejected');
  await bot.presses(id, 'Restart auth-svc', { as: 'ana' });
  expect(await ended(id, 4)).toMatchObject({ state: 'done' });
  await bot.presses(id, 'Undo: Rate limiting', { as: 'ana' });
  await bot.once(id, 'the end of the limit', (i) => i.mitigations[2]?.state === 'undone');
  expect(forced()).toHaveLength(1);
  await bot.resolve(id, { as: 'ana' });
});

test('nothing is restarted under database corruption', async () => {
  const { reply } = await bot.slack.command('/incident P1 --kind database-corruption orders lack lines', {
    as: 'ana',
  });
  const halting = /INC-\d+/.exec(reply ? bot.text(reply) : '')?.[0] ?? '';
  const id = await bot.declare('P1 auth-svc logins hang again', { as: 'ana' });
  const before = forced().length;
  await bot.presses(id, 'Restart auth-svc', { as: 'ana' });
  expect(await ended(id, 1)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(new RegExp(`${halting} \\(database corruption.*nothing is restarted`)),
  });
  expect(forced()).toHaveLength(before);
  await bot.types(`/incident ${halting} clear`, { as: 'ben' });
  await bot.resolve(halting, { as: 'ben' });
  await bot.resolve(id, { as: 'ana' });
});

test('a war room is there without a topic and bookmarks that Slack refuses', async () => {
  bot.slack.fail.error('conversations.setTopic', 'restricted_action', 100);
  bot.slack.fail.error('bookmarks.add', 'too_many_bookmarks', 100);
  const id = await bot.declare('P1 api-gateway carts are empty', { as: 'ana' });
  const i = await bot.record(id);
  expect(i.effects.find(({ key }) => key === 'room')).toMatchObject({ state: 'done', tries: 0 });
  const room = bot.slack.channels().find((one) => one.id === i.room?.id);
  expect(room?.bookmarks).toEqual([]);
  expect(i.roomCard).not.toBeNull();
  for (const method of ['conversations.setTopic', 'bookmarks.add']) {
    bot.slack.fail.error(method, 'restricted_action', 0);
  }
  await bot.resolve(id, { as: 'ana' });
});

const declareSecret = async (title: string) => {
  const { reply } = await bot.slack.command(`/incident P2 --kind security ${title}`, { as: 'ana' });
  const id = /INC-\d+/.exec(reply ? bot.text(reply) : '')?.[0] ?? '';
  await bot.once(id, 'the room', (i) => i.roomCard !== null);
  return id;
};

test('what is private has its post-mortem in its room alone, and no issue', async () => {
  const id = await declareSecret('keys were stolen');
  const end = await bot.resolve(id, { as: 'ben' }, { 'Follow-up 1': 'Rotate the keys' });
  await bot.types(`/incident ${id} clear`, { as: 'ben' });
  expect(end.effects.filter(({ what }) => what.kind === 'post-mortem')).toMatchObject([{ state: 'done' }]);
  const holding = bot.slack
    .channels()
    .filter((one) => bot.slack.files(one.id).some(({ name }) => name?.includes(id)));
  expect(holding.map((one) => one.id)).toEqual([end.room?.id]);
  const issues = bot.outside.github.repositories.get('skillancer/platform')?.issues ?? [];
  expect(issues.filter(({ body }) => body?.includes(id))).toEqual([]);
  const paged = bot.outside.pagerduty.incidents.find(({ dedupKey }) => dedupKey === `pilothouse:${id}`);
  expect(JSON.stringify(paged)).not.toMatch(/stolen/);
});

test('the one that stays is told how bad its duplicate was, and with which alerts', async () => {
  const stays = await bot.declare('P1 auth-svc logins fail', { as: 'ana' });
  const goes = await bot.declare('P2 web pages are white', { as: 'ana' });
  await bot.store.tellIncident(goes, 'an-alert', {
    at: bot.clock.now(),
    by: null,
    from: 'worker',
    channel: null,
    what: {
      kind: 'alert',
      alert: {
        source: 'generic',
        key: 'k',
        state: 'firing',
        title: 'WhitePages',
        detail: null,
        service: null,
        environment: 'production',
        severity: null,
        topic: 'other',
        at: bot.clock.now(),
        link: null,
      },
    },
  });
  await bot.types(`/incident ${goes} note It began at noon`, { as: 'ana' });
  await bot.once(goes, 'the alert', (i) => i.alerts.length === 1);
  await bot.types(`/incident merge ${goes} into ${stays}`, { as: 'ana' });
  await bot.tells(
    stays,
    new RegExp(
      `${goes} is the same[\\s\\S]*It began at noon[\\s\\S]*P2, production[\\s\\S]*Alert: WhitePages`,
    ),
  );
  await bot.resolve(stays, { as: 'ana' });
});

test('what is not private is not told to what is', async () => {
  const secret = await declareSecret('passwords leaked');
  const open = await bot.declare('P2 market-svc carts are slow', { as: 'ana' });
  // Whatever was looked at before it was asked for.
  await bot.store.tellIncident(open, 'a-merge', {
    at: bot.clock.now(),
    by: (await bot.record(open)).declaredBy,
    from: 'command',
    channel: null,
    what: { kind: 'merge', into: secret },
  });
  const merged = await bot.once(open, 'the refusal', (i) =>
    i.effects.some(({ what, state }) => what.kind === 'merge' && state === 'failed'),
  );
  expect(merged.effects.find(({ what }) => what.kind === 'merge')?.trouble).toMatch(
    `${secret} was not told of ${open}: only one of them is private`,
  );
  expect((await bot.store.inbox(secret)).map(({ what }) => what.kind)).not.toContain('merged-from');
});
