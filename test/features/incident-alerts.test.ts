/** Alerts of monitoring systems: asked about, fed into what is open, told when they end, and never more than once; and updates and severities by buttons. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type IncidentBot, production, startIncidents } from '../support/incidents.ts';

describe('where alerts ask first', () => {
  let bot: IncidentBot;
  beforeAll(async () => {
    bot = await startIncidents({
      scale: 90,
      sections: { alerts: '{ ask_first: true, flap_changes: 4, flap_within: 10m }' },
    });
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot?.stop());

  const question = (title: string) =>
    bot.until(`the question about ${title}`, () =>
      bot.slack.messages('incidents').find((m) => m.byBot && bot.text(m).includes(title)),
    );
  const questionSays = (title: string, words: RegExp) =>
    bot.until(`${words} in the question about ${title}`, async () =>
      words.test(bot.text(await question(title))) ? true : undefined,
    );
  const open = async () => (await bot.store.openIncidents()).map(({ id }) => id);

  test('Not now leaves it alone, and a second answer is told', async () => {
    await bot.alert('SlowSearch', 'firing', { service: 'market-svc' });
    const message = await question('SlowSearch');
    expect(bot.text(message)).toMatch(/Open an incident\?[\s\S]*production: market-svc · 1 alert/);
    const before = bot.whispers('dave').length;
    await bot.slack.click({ text: 'Not now' }, { as: 'dave', message });
    expect(await bot.until('an answer', () => bot.whispers('dave')[before])).toMatch(
      /You may not decide about alerts/,
    );
    await bot.slack.click({ text: 'Not now' }, { as: 'carla', message });
    await bot.whispered('carla', /these alerts are no incident/);
    await questionSays('SlowSearch', /Not an incident, says @?carla/);
    // The same alert again is no news.
    await bot.alert('SlowSearch', 'firing', { service: 'market-svc' });
    expect(await open()).toEqual([]);
    expect(await bot.audit(/alert\.dismissed/)).toMatchObject([{ who: { name: 'carla' } }]);
  });

  test('Open opens it once; more alerts feed it, the end is said, and people resolve', async () => {
    bot.cloud.break.service(production, 'auth-svc', 'errors', 'healed');
    await bot.alert('LoginErrors', 'firing', { service: 'auth-svc', metric: 'http_5xx_rate' });
    const message = await question('LoginErrors');
    const button = JSON.stringify(message.blocks).match(/Open a P\d/)?.[0] ?? '';
    const click = (as: string) => bot.slack.click({ text: button }, { as, message });
    await Promise.all([click('ana'), click('ana'), click('carla')]);
    const id = await bot.until('the incident', async () => (await open())[0]);
    await questionSays('LoginErrors', new RegExp(`Opened by @?(ana|carla) as ${id}`));
    expect(await open()).toEqual([id]);
    // Every probe of the service fails; the others are well.
    expect((await bot.record(id)).severity).toBe('P2');
    await bot.cardSays(id, /Firing LoginErrors/);

    await bot.alert('LoginLatency', 'firing', { service: 'auth-svc' });
    await bot.once(id, 'the second alert', (i) => i.alerts.length === 2);
    await bot.tells(id, /Alert: LoginLatency/);
    expect(await open()).toEqual([id]);
    await bot.alert('LoginLatency', 'resolved', { service: 'auth-svc' });
    await bot.tells(id, /Alert over: LoginLatency/);
    await bot.alert('LoginErrors', 'resolved', { service: 'auth-svc' });
    await bot.tells(id, /All alerts of .*auth-svc.* are over\. If everything is well, resolve the incident/);
    expect((await bot.record(id)).status).not.toBe('resolved');
    bot.cloud.break.service(production, 'auth-svc', 'fine');
    await bot.resolve(id, { as: 'ana' });
  });

  test('an alert that flaps is said to, once, and is not told again', async () => {
    const id = await bot.declare('P2 api-gateway timeouts', { as: 'ana' });
    for (let n = 0; n < 5; n++) {
      for (const state of ['firing', 'resolved'] as const) {
        await bot.alert('Timeouts', state);
        // Alerts are seconds apart, not milliseconds.
        await bot.until(`it ${state}`, async () => {
          const group = await bot.store.alertGroup('production/api-gateway');
          return group?.members.some(({ alert }) => alert.title === 'Timeouts' && alert.state === state)
            ? true
            : undefined;
        });
      }
    }
    await bot.tells(id, /The alert "Timeouts" flaps: it changed 4 times within 10 min/);
    const lines = await bot.timeline(id);
    expect(lines.filter((line) => line.includes('flaps'))).toHaveLength(1);
    expect(lines.filter((line) => /Alert(?: over)?: Timeouts/.test(line)).length).toBeLessThanOrEqual(5);
    await bot.resolve(id, { as: 'ana' });
  });
});

describe('while one is open', () => {
  let bot: IncidentBot;
  beforeAll(async () => {
    bot = await startIncidents({ scale: 90 });
  });
  afterEach(() => {
    expect(bot.refusals()).toEqual([]);
  });
  afterAll(() => bot?.stop());

  test('the draft is edited, posted or skipped by button: the first one wins, the second is told', async () => {
    const id = await bot.declare('P1 api-gateway checkout is down', { as: 'ana' });
    await bot.types(`/incident ack ${id}`, { as: 'ana' });
    await bot.tells(id, /look at update 1: it is posted by itself/);
    const { room } = await bot.record(id);
    const draft = bot.slack
      .messages(room?.id ?? '')
      .findLast((m) => bot.text(m).includes('look at update 1'));
    if (!draft) throw new Error('no draft');
    const before = { ana: bot.whispers('ana').length, carla: bot.whispers('carla').length };
    await Promise.all([
      bot.slack.click({ text: 'Post' }, { as: 'ana', message: draft }),
      bot.slack.click({ text: 'Skip' }, { as: 'carla', message: draft }),
    ]);
    const answers = [
      await bot.until('an answer', () => bot.whispers('ana')[before.ana]),
      await bot.until('an answer', () => bot.whispers('carla')[before.carla]),
    ];
    expect(answers.filter((said) => /Update 1 is (being posted|skipped)/.test(said))).toHaveLength(1);
    expect(answers.filter((said) => /was already (posted|skipped) by @(ana|carla)/.test(said))).toHaveLength(
      1,
    );
    expect((await bot.once(id, 'the update', (i) => i.updates.length > 0)).updates).toHaveLength(1);

    // Edit fills in what it would say, and what is sent is what is posted.
    await bot.tells(id, /look at update 2: it is posted by itself/);
    await bot.fills(
      id,
      'Edit',
      { Status: 'identified', Action: 'Rolling back to v1.0.0', ETA: '10 minutes' },
      { as: 'carla' },
    );
    await bot.tells(
      id,
      /📍 UPDATE: api-gateway incident\s+- Status: Identified\s+- Action: Rolling back to v1\.0\.0\s+- ETA: 10 minutes[\s\S]*Posted by @?carla/,
    );
    const i = await bot.record(id);
    expect(i.status).toBe('identified');
    expect(i.updates[1]).toMatchObject({ n: 2, by: { name: 'carla' }, state: 'sent' });
    await bot.resolve(id, { as: 'ana' });
  });

  test('a severity goes up with war room, page and clocks, and down with the clocks stopped', async () => {
    const id = await bot.declare('P3 market-svc a filter is missing', { as: 'ana' });
    expect((await bot.record(id)).room).toBeNull();
    expect(await bot.types(`/incident severity ${id} P1`, { as: 'dave' })).toMatch(/You may not do that/);
    expect(await bot.types(`/incident ${id} severity P1 nobody can order`, { as: 'ana' })).toMatch(
      /It is a P1 now/,
    );
    const up = await bot.once(id, 'the war room', (i) => i.roomCard !== null);
    expect(await bot.timeline(id)).toContain('severity: P3 became P1: nobody can order');
    expect(up.clocks.update).not.toBeNull();
    // A P1 has the procedure of one, whenever it became one.
    expect(up.clocks.roles).not.toBeNull();
    expect(up.clocks.assess).not.toBeNull();
    expect(up.clocks.mitigate).not.toBeNull();
    await bot.until('the page', () =>
      bot.outside.pagerduty.incidents.find(({ dedupKey }) => dedupKey === `pilothouse:${id}`),
    );
    await bot.until('the block', async () => ((await bot.store.blocks()).length === 1 ? true : undefined));
    const refused = await bot.ask('/deploy production market-svc v1.1.0', { as: 'ana' });
    expect(await bot.ended(refused)).toBe('refused');

    await bot.fills(id, 'Severity', { Severity: 'P3', Reason: 'only the filter' }, { as: 'carla' });
    const down = await bot.once(id, 'the lower one', (i) => i.severity === 'P3');
    expect(down.clocks).toMatchObject({ update: null, leadership: null, roles: null });
    expect(down.room).not.toBeNull();
    await bot.until('the end of the block', async () =>
      (await bot.store.blocks()).length === 0 ? true : undefined,
    );
    await bot.cardSays(id, /P3/);
    await bot.resolve(id, { as: 'ana' });
  });
});
