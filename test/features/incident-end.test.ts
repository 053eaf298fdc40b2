/** How incidents end and what is left to do: resolved, reopened, merged, archived, chased; on a clock that runs days in seconds. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type IncidentBot, startIncidents } from '../support/incidents.ts';

const day = 24 * 60 * 60_000;

describe('at the pace of people', () => {
  let bot: IncidentBot;
  beforeAll(async () => {
    bot = await startIncidents();
  });
  afterAll(() => bot?.stop());

  const issues = () => bot.outside.github.repositories.get('skillancer/platform')?.issues ?? [];
  const channel = () => bot.slack.messages('incidents').map(bot.text);

  test('resolving says so everywhere, with follow-ups, issues, a post-mortem as canvas and the evidence', async () => {
    const id = await bot.declare('P1 api-gateway checkout is down', { as: 'ana' });
    await bot.slack.command(`/incident publish ${id}`, { as: 'carla' });
    await bot.fill({ Text: 'Checkout fails.', 'api-gateway': 'major_outage' }, { as: 'carla' });
    await bot.once(id, 'the public incident', (i) => i.statusPage !== null);
    await bot.tells(id, /Paged on-call/);
    const end = await bot.resolve(
      id,
      { as: 'ana' },
      {
        'Root cause': 'The pool was too small',
        'Follow-up 1': 'Limit the pool',
        'Owner of 1': 'carla',
        'Due 1': '2026-02-01',
        'Follow-up 2': 'Add an alarm',
      },
    );
    expect(end.effects.filter((e) => e.state === 'failed')).toEqual([]);
    const words =
      /✅ RESOLVED: api-gateway incident\s+- Duration: .*\s+- Impact: Nobody could pay\s+- Resolution: It was mended\s+- Follow-up: /;
    expect(await bot.tells(id, words)).toMatch(/Limit the pool · @?carla, due/);
    await bot.until('the same in #incidents', () =>
      bot.slack.thread('incidents', end.card?.ts ?? '').some((m) => m.broadcast && words.test(bot.text(m)))
        ? true
        : undefined,
    );
    await bot.cardSays(id, /RESOLVED|Resolved/);
    expect(bot.outside.statuspage.pages.get('page1')?.incidents).toMatchObject([{ status: 'resolved' }]);
    expect(bot.outside.pagerduty.incidents).toMatchObject([{ status: 'resolved' }]);

    expect(
      issues()
        .map(({ title }) => title)
        .toSorted(),
    ).toEqual(['Add an alarm', 'Limit the pool']);
    expect(issues().find(({ title }) => title === 'Limit the pool')?.body).toMatch(
      new RegExp(`Follow-up 1 of ${id} \\(P1\\)[\\s\\S]*@carla[\\s\\S]*2026-02-01`),
    );
    expect(end.followUps.map(({ owner, link }) => [owner?.name, link !== null])).toEqual([
      ['carla', true],
      [undefined, true],
    ]);
    const files = bot.slack.files(end.room?.id ?? '');
    expect(files.map(({ kind }) => kind).toSorted()).toEqual(['canvas', 'file']);
    const canvas = files.find(({ kind }) => kind === 'canvas');
    expect(canvas?.text).toMatch(/The pool was too small[\s\S]*Limit the pool/);
    expect(files.find(({ kind }) => kind === 'file')?.name).toMatch(/evidence\.jsonl$/);
    expect(await bot.types(`/incident update ${id} more`, { as: 'ana' })).toMatch(/is resolved/);
    expect(await bot.audit(/resolve/)).toMatchObject([{ who: { name: 'ana' } }]);
  });

  test('two who resolve at once: one ends it, the other one is told', async () => {
    const id = await bot.declare('P1 auth-svc nobody can log in', { as: 'ana' });
    for (const as of ['ana', 'ben']) {
      await bot.slack.command(`/incident resolve ${id}`, { as });
      await bot.form(as);
    }
    const before = { ana: bot.whispers('ana').length, ben: bot.whispers('ben').length };
    const values = { Impact: 'None', Resolution: 'Healed' };
    const sent = await Promise.all([bot.fill(values, { as: 'ana' }), bot.fill(values, { as: 'ben' })]);
    const answers = await Promise.all(
      (['ana', 'ben'] as const).map((as, n) =>
        sent[n]?.errors
          ? JSON.stringify(sent[n].errors)
          : bot.until(`an answer to ${as}`, () => bot.whispers(as)[before[as]]),
      ),
    );
    expect(answers.filter((said) => said.includes('It is *resolved*'))).toHaveLength(1);
    expect(answers.filter((said) => said.includes(`${id} is resolved.`))).toHaveLength(1);
    const end = await bot.once(
      id,
      'the end',
      (i) => i.status === 'resolved' && i.effects.every((e) => e.state !== 'due'),
    );
    expect(end.timeline.filter((e) => e.kind === 'resolved')).toHaveLength(1);
  });

  test('where Slack has no canvases the post-mortem is a file', async () => {
    for (const method of ['canvases.create', 'conversations.canvases.create']) {
      bot.slack.fail.error(method, 'canvas_disabled_user_team', 100);
    }
    const id = await bot.declare('P1 market-svc orders fail', { as: 'ana' });
    const end = await bot.resolve(id, { as: 'ana' });
    const names = bot.slack.files(end.room?.id ?? '').map(({ kind, name }) => `${kind} ${name}`);
    expect(names).toContainEqual(`file ${id}-post-mortem.md`);
    for (const method of ['canvases.create', 'conversations.canvases.create']) {
      bot.slack.fail.error(method, 'canvas_disabled_user_team', 0);
    }
  });

  test('reopening starts the clocks again, says so, and a second end says when', async () => {
    const id = await bot.declare('P1 api-gateway carts are empty', { as: 'ana' });
    const { declaredAt } = await bot.record(id);
    await bot.resolve(id, { as: 'ana' });
    expect(await bot.store.blocks()).toEqual([]);
    await bot.fills(id, 'Reopen', { Reason: 'It is back' }, { as: 'carla' });
    const open = await bot.once(id, 'it open', (i) => i.status === 'investigating');
    expect(open.clocks.update).toBeGreaterThan(declaredAt + 15 * 60_000);
    expect(open.clocks.archive).toBeNull();
    await bot.tells(id, /Reopened[\s\S]*It is back/);
    await bot.until('the block', async () => ((await bot.store.blocks()).length === 1 ? true : undefined));
    await bot.resolve(id, { as: 'ana' }, { Resolution: 'Mended for good' });
    await bot.tells(id, /✅ RESOLVED[\s\S]*Mended for good/);
    expect((await bot.record(id)).timeline.filter((e) => e.kind === 'resolved')).toHaveLength(2);
  });

  test('a duplicate ends, and what was noted there arrives in the one that stays', async () => {
    const stays = await bot.declare('P1 api-gateway checkout fails', { as: 'ana' });
    const goes = await bot.declare('P1 api-gateway carts fail', { as: 'dave' });
    await bot.types(`/incident ${goes} note The database has 0 connections left`, { as: 'dave' });
    expect(await bot.types(`/incident merge ${goes} into ${stays}`, { as: 'dave' })).toMatch(
      /You may not do that/,
    );
    expect(await bot.types(`/incident merge ${goes} into ${stays}`, { as: 'ana' })).toMatch(/duplicate/);
    await bot.once(goes, 'the end', (i) => i.status === 'merged');
    await bot.tells(
      stays,
      new RegExp(`${goes} is the same: carts fail\\s+The database has 0 connections left`),
    );
    expect(await bot.types(`/incident ${goes} update x`, { as: 'ana' })).toMatch(
      new RegExp(`merged into ${stays}`),
    );
    await bot.until('its card', async () =>
      (await bot.cardText(goes)).includes(`Merged into ${stays}`) ? true : undefined,
    );
    const key = `pilothouse:${goes}`;
    await bot.until('the end of its page', () =>
      bot.outside.pagerduty.incidents.find(({ dedupKey }) => dedupKey === key)?.status === 'resolved'
        ? true
        : undefined,
    );
    // Two merges into each other must not end both.
    expect(await bot.types(`/incident merge ${stays} into ${goes}`, { as: 'ana' })).toMatch(/merged into/);
    await bot.resolve(stays, { as: 'ana' });
    expect(channel().length).toBeGreaterThan(0);
  });
});

describe('over days', () => {
  let bot: IncidentBot;
  beforeAll(async () => {
    bot = await startIncidents({
      // A day takes eleven seconds.
      scale: 8_000,
      sections: {
        severities: '{ P1: { respond_within: 30d, update_every: never } }',
        on_call: '{ otherwise: ["@devops-lead"] }',
        war_room: '{ archive_after: 1d }',
        post_mortem: '{ repository: skillancer/platform, due_after: 6h, chase_every: 6h }',
        claim_roles_within: '30d',
      },
    });
  });
  afterAll(() => bot?.stop());

  test('the war room is archived when the days have gone by; owners are reminded until they say done', async () => {
    const id = await bot.declare('P1 api-gateway checkout is down', { as: 'ana' });
    const end = await bot.resolve(
      id,
      { as: 'ana' },
      { 'Follow-up 1': 'Limit the pool', 'Owner of 1': 'carla', 'Follow-up 2': 'Add an alarm' },
    );
    const reminders = () => bot.direct('carla').filter((said) => said.includes('Limit the pool'));
    await bot.until('two reminders', () => (reminders().length >= 2 ? true : undefined));
    expect(reminders()[0]).toMatch(/Follow-up overdue since[\s\S]*Limit the pool/);
    // Nobody owns the other one: it is asked for where everybody sees it.
    await bot.until('a question for the other', () =>
      bot.slack.thread('incidents', end.card?.ts ?? '').some((m) => bot.text(m).includes('nobody owns it'))
        ? true
        : undefined,
    );
    const message = bot.slack.messages('@carla').findLast((m) => bot.text(m).includes('Limit the pool'));
    if (!message) throw new Error('no reminder');
    await bot.slack.click({ text: 'Done' }, { as: 'carla', message });
    await bot.once(id, 'it done', (i) => i.followUps[0]?.done?.by.name === 'carla');
    const count = reminders().length;

    const archived = await bot.once(id, 'the archived room', (i) =>
      i.effects.some((e) => e.what.kind === 'archive' && e.state === 'done'),
    );
    const at = archived.timeline.find((e) => e.kind === 'archived')?.at ?? 0;
    expect(at - (archived.resolvedAt ?? 0)).toBeGreaterThanOrEqual(day);
    expect(bot.slack.channels().find(({ id: one }) => one === end.room?.id)?.archived).toBe(true);
    expect(await bot.audit(/archive/)).not.toEqual([]);
    // One may have been on its way when it was done.
    expect(reminders().length).toBeLessThanOrEqual(count + 1);
    await bot.types(`/incident ${id} done 2`, { as: 'ana' });
    await bot.once(id, 'the end of the reminders', (i) => i.clocks.chase === null);
  });
});
