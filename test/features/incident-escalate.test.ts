/** Who is called while nobody answers: through PagerDuty, without it, and what an answer in either place does in the other. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type IncidentBot, minute, startIncidents } from '../support/incidents.ts';

const keyOf = (id: string) => `pilothouse:${id}`;
const calls = (bot: IncidentBot, person: string, id: string) =>
  bot.direct(person).filter((said) => said.includes(`You are called to ${id}`));

describe('with PagerDuty', () => {
  let bot: IncidentBot;
  beforeAll(async () => {
    bot = await startIncidents({ scale: 90 });
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot?.stop());

  test('a P1 that nobody acknowledges goes up level by level, and to leadership after 15 minutes', async () => {
    const { pagerduty } = bot.outside;
    const id = await bot.declare('P1 api-gateway checkout is down', { as: 'dave' });
    const { declaredAt } = await bot.record(id);
    await bot.tells(id, /Paged on-call in PagerDuty/);
    const state = () => pagerduty.incidents.find(({ dedupKey }) => dedupKey === keyOf(id));
    expect(state()).toMatchObject({ status: 'triggered' });
    expect(calls(bot, 'ben', id)).toEqual([]);

    const called = await bot.once(id, 'the second level', (i) => i.clocks.level === 1);
    const overdue = called.timeline.find((e) => e.kind === 'overdue');
    expect((overdue?.at ?? 0) - declaredAt).toBeGreaterThanOrEqual(5 * minute);
    await bot.tells(id, /Called level 2 in PagerDuty, and carla@example.com directly/);
    expect(state()).toMatchObject({ status: 'triggered', level: 2 });
    await bot.until('a call of carla', () => calls(bot, 'carla', id)[0]);
    expect(calls(bot, 'ana', id)).toEqual([]);

    const late = await bot.once(id, 'leadership', (i) => i.timeline.some((e) => e.kind === 'leadership'));
    const led = late.timeline.find((e) => e.kind === 'leadership');
    expect((led?.at ?? 0) - declaredAt).toBeGreaterThanOrEqual(15 * minute);
    await bot.until('a call of ana, who leads engineering', () => calls(bot, 'ana', id)[0]);
    expect(pagerduty.incidents.filter(({ dedupKey }) => dedupKey === keyOf(id))).toHaveLength(1);

    // Acknowledged in Slack, by the direct message that called.
    const [call] = bot.slack.messages('@carla').filter((m) => m.byBot);
    if (!call) throw new Error('carla was not called');
    await bot.slack.click({ text: 'Acknowledge' }, { as: 'carla', message: call });
    const { acknowledged, clocks } = await bot.once(
      id,
      'the acknowledgement',
      (i) => i.acknowledged !== null,
    );
    expect(acknowledged).toMatchObject({ by: { name: 'carla' }, via: 'slack' });
    expect(clocks.acknowledge).toBeNull();
    await bot.until('it in PagerDuty', () => (state()?.status === 'acknowledged' ? true : undefined));
    expect(await bot.audit(/acknowledge/)).toMatchObject([{ who: { name: 'carla' } }]);
    const before = calls(bot, 'carla', id).length;
    await bot.clockAt(bot.clock.now() + 6 * minute);
    expect(calls(bot, 'carla', id)).toHaveLength(before);

    await bot.resolve(id, { as: 'ben' });
    await bot.until('the end in PagerDuty', () => (state()?.status === 'resolved' ? true : undefined));
  });

  test('acknowledged in PagerDuty is acknowledged in Slack, once, and nobody is called any more', async () => {
    const id = await bot.declare('P1 auth-svc nobody can log in', { as: 'ana' });
    await bot.tells(id, /Paged on-call in PagerDuty/);
    bot.outside.pagerduty.break.repeatWebhooks(2);
    bot.outside.pagerduty.acknowledge(keyOf(id), 'ben');
    const i = await bot.once(id, 'the acknowledgement', (one) => one.acknowledged !== null);
    expect(i.acknowledged).toMatchObject({ via: 'pagerduty', by: { name: 'ben' } });
    await bot.outside.pagerduty.webhooksSettled();
    await bot.cardSays(id, /Acknowledged by @?ben in PagerDuty/);
    expect(await bot.presses(id, 'Join', { as: 'ana' })).toMatch(/You work on it now/);
    expect(await bot.types(`/incident ack ${id}`, { as: 'ana' })).toMatch(
      /@ben acknowledged INC-\d+ already/,
    );
    const lines = await bot.timeline(id);
    expect(lines.filter((line) => line.startsWith('acknowledged'))).toEqual([
      'acknowledged: Acknowledged by @ben in PagerDuty',
    ]);
    const { timeline, acknowledged } = await bot.record(id);
    const before = timeline.filter((e) => e.kind === 'overdue').length;
    await bot.clockAt((acknowledged?.at ?? 0) + 7 * minute);
    expect((await bot.record(id)).timeline.filter((e) => e.kind === 'overdue')).toHaveLength(before);
    await bot.resolve(id, { as: 'ana' });
  });

  test('a P3 rings nobody: on-call is told, and called when an hour has gone by', async () => {
    const id = await bot.declare('P3 market-svc a filter is missing', { as: 'ana' });
    await bot.until('a message to ben', () =>
      bot.direct('ben').find((said) => said.includes('a filter is missing')),
    );
    expect(bot.outside.pagerduty.incidents.some(({ dedupKey }) => dedupKey === keyOf(id))).toBe(false);
    const { clocks, declaredAt } = await bot.record(id);
    expect(clocks.acknowledge).toBe(declaredAt + 60 * minute);
    await bot.resolve(id, { as: 'ana' });
  });
});

describe('without PagerDuty', () => {
  let bot: IncidentBot;
  beforeAll(async () => {
    bot = await startIncidents({
      scale: 90,
      outside: false,
      // Friday afternoon in UTC, Saturday in Tokyo.
      start: new Date('2026-01-09T16:00:00Z'),
      sections: {
        on_call:
          '{ otherwise: ["@devops-lead"], escalate: [["carla@example.com"], ["ana@example.com"]], leadership: ["dave@example.com"] }',
        business_hours: '{ zone: Asia/Tokyo, from: "09:00", to: "17:00", holidays: [2026-01-12] }',
      },
    });
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot?.stop());

  test('each level is called by direct message in its turn, then leadership, until somebody answers', async () => {
    const id = await bot.declare('P1 api-gateway checkout is down', { as: 'dave' });
    const { declaredAt } = await bot.record(id);
    for (const person of ['ben', 'carla', 'ana']) {
      await bot.until(`a call of ${person}`, () => calls(bot, person, id)[0]);
    }
    await bot.until('a call of dave, who leads engineering', () => calls(bot, 'dave', id)[0]);
    const paged = (await bot.record(id)).timeline.filter((e) => e.kind === 'paged');
    expect(paged.slice(0, 3).map(({ text }) => text)).toEqual([
      'Called @devops-lead by direct message',
      'Called carla@example.com by direct message',
      'Called ana@example.com by direct message',
    ]);
    const minutes = paged.slice(0, 3).map(({ at }) => Math.floor((at - declaredAt) / minute));
    expect(minutes[1]).toBeGreaterThanOrEqual(5);
    expect(minutes[2]).toBeGreaterThanOrEqual(10);
    await bot.types(`/incident ack ${id}`, { as: 'ana' });
    await bot.resolve(id, { as: 'ben' });
  });

  test('a P4 waits for the next business day of the zone of the catalog', async () => {
    const id = await bot.declare('P4 market-svc a typo', { as: 'ana' });
    const { clocks, room } = await bot.record(id);
    expect(room).toBeNull();
    // Monday is a holiday there, and an answer before five in the afternoon of Tuesday is in time.
    expect(new Date(clocks.acknowledge ?? 0).toISOString()).toBe('2026-01-13T08:00:00.000Z');
    expect(await bot.cardText(id)).toMatch(/Not acknowledged yet/);
    await bot.resolve(id, { as: 'ana' });
  });
});
