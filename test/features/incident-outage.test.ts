/**
 * Incidents while Slack, PagerDuty or Statuspage fail: what does not need them goes on, and what had to wait comes once,
 * in order. A real web process and two workers, on a clock on which a minute takes a second.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../../playground/stage.ts';
import type { Incident } from '../../src/records/incident.ts';
import {
  expectInOrder,
  expectNoRefusals,
  expectOnce,
  expectTimelineOnce,
  lateBy,
  postOf,
  slot,
} from '../crash/incident-checks.ts';
import { minute, openScene, type Scene } from '../crash/incident-scene.ts';

const scale = 60;
/** Real milliseconds. */
const punctual = 1_000;

let stage: Stage;
let scene: Scene;

beforeAll(async () => {
  stage = await startStage({ scale, workers: 2, start: new Date('2026-11-20T09:00:00Z') });
  scene = openScene({ ...stage, url: stage.bots[0].url });
}, 60_000);
afterAll(async () => {
  scene?.close();
  await stage?.stop();
}, 60_000);

const effect = (i: Incident, key: string) => i.effects.find((e) => e.key === key);

/** Declares a P1 by hand; gives its id. */
async function declare(title: string): Promise<string> {
  const known = (await scene.store.recentIncidents(20)).length;
  await scene.slack.command(`/incident P1 api-gateway ${title}`, { as: 'ana' });
  const id = `INC-${known + 1}`;
  await scene.once('its card', (i) => i.card !== null && i.roomCard !== null, 20_000, id);
  return id;
}

const publicUpdates = (index: number) => {
  const [page] = scene.outside.statuspage.pages.values();
  return page?.incidents[index]?.updates.map(({ body }) => body) ?? [];
};

test('Slack is down for 20 minutes: the incident goes on, and one update catches up', async () => {
  const { slack, outside, once, clock, clockAt } = scene;
  const id = await declare('checkout is down');
  const { declaredAt } = await scene.record(id);
  await slack.command(`/incident publish ${id}`, { as: 'ben' });
  await scene.fills('ben', { Text: 'Checkout fails.', 'api-gateway': 'major_outage' });
  await once('the first update', (i) => i.updates.length === 1);

  // Over two slots: 30 and 45 minutes. Nobody has acknowledged yet.
  await clockAt(declaredAt + 27 * minute);
  const down = clock.now();
  slack.fail.down(20 * minute);
  const calls = () =>
    outside.pagerduty.requests.filter(({ method, at }) => method === 'PUT' && at > down).length;
  await once('the update after the next', (i) => (i.updates[1]?.missed ?? 0) > 0, 30_000);
  expect(clock.now()).toBeLessThan(down + 20 * minute);
  // Clocks, pager and status page did not wait for Slack.
  expect(calls()).toBeGreaterThanOrEqual(3);
  await scene.until('the renewed public update', () => (publicUpdates(0).length === 4 ? true : undefined));
  const during = await scene.record(id);
  expect(during.timeline.filter(({ kind }) => kind === 'update-missed')).toHaveLength(1);
  const undelivered = outside.pagerduty.requests.filter(({ body }) =>
    JSON.stringify(body)?.includes(`Update 2 of ${id} cannot be posted`),
  );
  expect(undelivered.length).toBeGreaterThanOrEqual(1);

  await clockAt(down + 20 * minute);
  const back = clock.now();
  await once('the catch-up', (i) => effect(i, 'update-2')?.state === 'done');
  await slack.click({ text: 'Acknowledge' }, { as: 'ben', message: await cardOf(id) });
  await once('the third update', (i) => i.updates.length === 3, 30_000);
  const room = await scene.until('it in the room', async () => {
    const said = await scene.inRoom(id);
    return said.some(({ kind }) => kind === 'update 3') ? said : undefined;
  });
  const channel = await scene.inThread(id);

  for (const said of [room, channel]) {
    const late = lateBy(postOf(said, 2), back, scale);
    expect({ late, isSoon: late < 3 * punctual }).toEqual({ late, isSoon: true });
    expect(postOf(said, 2).text).toContain('(1 missed)');
    const next = lateBy(postOf(said, 3), slot(declaredAt, 4), scale);
    expect({ next, isOnTime: next >= 0 && next < punctual }).toEqual({ next, isOnTime: true });
  }
  const end = await scene.record(id);
  expectOnce('the war room', room, ['roles', 'line: overdue', 'line: paged']);
  expectOnce('the thread', channel);
  expectInOrder(end, room);
  expectInOrder(end, channel);
  expectTimelineOnce(end);
  expect(outside.pagerduty.incidents).toHaveLength(1);
  const refused = slack.log.filter((entry) => !entry.ok && (entry.at < down || entry.at > back + minute));
  expectNoRefusals({ slack: { ...slack, log: refused } }, ['conversations.invite already_in_channel']);
  await resolve(id);
}, 120_000);

test('PagerDuty fails, then refuses: on-call is told directly, and a button tries again', async () => {
  const { outside, once, slack } = scene;
  const { pagerduty } = outside;
  pagerduty.break.status(503, 1_000);
  const id = await declare('logins are slow');
  const told = async () => (await scene.toPerson('ben')).filter(({ key }) => key.startsWith(`${id}:page-0:`));
  await scene.until('a direct message to ben', async () => ((await told()).length > 0 ? true : undefined));
  await cardShows(id, /Page to on-call is late, tried again/);
  await once('another try', (i) => (effect(i, 'page-0')?.tries ?? 0) >= 2, 20_000, id);

  pagerduty.break.mend();
  pagerduty.break.status(403, 1_000);
  await once('the refusal', (i) => effect(i, 'page-0')?.state === 'failed', 20_000, id);
  await cardShows(id, /Page to on-call failed/);
  expect(pagerduty.incidents.some(({ dedupKey }) => dedupKey === `pilothouse:${id}`)).toBe(false);

  pagerduty.break.mend();
  await slack.click({ text: 'Try again' }, { as: 'ana', message: await cardOf(id) });
  await once('the page', (i) => effect(i, 'page-0')?.state === 'done', 20_000, id);
  expect(pagerduty.incidents.filter(({ dedupKey }) => dedupKey === `pilothouse:${id}`)).toHaveLength(1);
  await scene.until('a card without trouble', async () =>
    (await scene.inThread(id))[0]?.text.includes('Page to on-call') ? undefined : true,
  );
  // However often it was tried.
  expect(await told()).toHaveLength(1);
  await resolve(id);
}, 60_000);

test('PagerDuty refuses at once: on-call is told directly all the same', async () => {
  const { pagerduty } = scene.outside;
  pagerduty.break.status(403, 1_000);
  const id = await declare('search is down');
  await scene.until('a direct message to ben', async () =>
    (await scene.toPerson('ben')).some(({ key }) => key.startsWith(`${id}:page-0:`)) ? true : undefined,
  );
  await scene.once('the refusal', (i) => effect(i, 'page-0')?.state === 'failed', 20_000, id);
  pagerduty.break.mend();
  await resolve(id);
}, 60_000);

test('PagerDuty refuses while Slack does not tell who is in a group: whoever was in it last is called', async () => {
  const { outside, slack, clock, clockAt, once } = scene;
  slack.fail.forgetGroups();
  // Longer than a membership counts as fresh.
  await clockAt(clock.now() + 11 * minute);
  outside.pagerduty.break.status(403, 1_000);
  const id = `INC-${(await scene.store.recentIncidents(20)).length + 1}`;
  scene.production('failing');
  await scene.alert('HighErrorRate', 'api-gateway');
  await once('the refusal', (i) => effect(i, 'page-0')?.state === 'failed', 20_000, id);
  expect((await scene.toPerson('ben')).filter(({ key }) => key.startsWith(`${id}:page-0:`))).toHaveLength(1);

  outside.pagerduty.break.mend();
  scene.production('well');
  slack.fail.forgetGroups(false);
  // Until they are read again.
  await clockAt(clock.now() + 5 * minute);
  await resolve(id);
}, 60_000);

test('Statuspage limits, loses answers and is away: states change all the same, each post is there once', async () => {
  const { outside, once, slack } = scene;
  const { statuspage } = outside;
  const before = [...statuspage.pages.values()][0]?.incidents.length ?? 0;
  const id = await declare('payments fail');
  statuspage.break.throttle(2, 30);
  await slack.command(`/incident publish ${id}`, { as: 'ben' });
  await scene.fills('ben', { Text: 'Payments fail.', 'api-gateway': 'major_outage' });
  await scene.types('ben', `/incident status ${id} identified`, /./);
  await once('the status', (i) => i.status === 'identified', 20_000, id);
  await once('the public incident', (i) => i.statusPage !== null, 20_000, id);

  statuspage.break.loseAnswers(2, 'writes');
  await scene.types('carla', `/incident update ${id} Switching the provider`, /Update 1/);
  await once('the public update', (i) => effect(i, 'publish-update-1')?.state === 'done', 20_000, id);

  statuspage.break.down();
  await resolve(id);
  await cardShows(id, /Status page update is late/);
  expect((await scene.inRoom(id)).filter(({ kind }) => kind === 'resolved')).toHaveLength(1);
  statuspage.break.mend();
  await once('the public end', (i) => effect(i, 'publish-resolved-1')?.state === 'done', 20_000, id);

  expect([...statuspage.pages.values()][0]?.incidents).toHaveLength(before + 1);
  expect(publicUpdates(before)).toEqual([
    'Payments fail.',
    // Whoever wrote it may not publish: the public reads how far it is, in words of the bot.
    expect.stringContaining('The cause is known, and we are working on it'),
    expect.stringContaining('✅ RESOLVED'),
  ]);
}, 60_000);

async function cardOf(id: string): Promise<{ channel: string; ts: string }> {
  const { card } = await scene.record(id);
  if (!card) throw new Error(`${id} has no card`);
  return card;
}

const cardShows = (id: string, words: RegExp) =>
  scene.until(`${words} on the card of ${id}`, async () => {
    const [card] = await scene.inThread(id);
    return words.test(card?.text ?? '') ? true : undefined;
  });

async function resolve(id: string): Promise<void> {
  await scene.slack.command(`/incident resolve ${id}`, { as: 'ben' });
  await scene.fills('ben', { Impact: 'Nobody could pay', Resolution: 'It was switched over' });
  await scene.once('its end', (i) => i.status === 'resolved', 20_000, id);
  await scene.until('the end in the room', async () =>
    (await scene.inRoom(id)).some(({ kind }) => kind === 'resolved') ? true : undefined,
  );
}
