/**
 * A P1 from its alert to its evidence, message by message: a real web process and two workers, Slack, the cloud,
 * PagerDuty, Statuspage and GitHub simulated, and a clock on which a minute takes a second.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../../playground/stage.ts';
import {
  expectAllDone,
  expectEvidence,
  expectInOrder,
  expectNoRefusals,
  expectOnce,
  expectTimelineOnce,
  lateBy,
  postOf,
  slot,
} from '../crash/incident-checks.ts';
import { minute, openScene, type Said, type Scene } from '../crash/incident-scene.ts';

const scale = 60;
/** A live worker is there at a slot within this time, in real milliseconds (DESIGN). */
const punctual = 1_000;

let stage: Stage;
let scene: Scene;

beforeAll(async () => {
  stage = await startStage({
    scale,
    workers: 2,
    running: { production: 'v1.5.0' },
    start: new Date('2026-11-20T09:00:00Z'),
  });
  scene = openScene({ ...stage, url: stage.bots[0].url });
}, 60_000);
afterAll(async () => {
  scene?.close();
  await stage?.stop();
}, 60_000);

const kinds = (said: readonly Said[]) => said.map(({ kind }) => kind);
const there = (said: () => Promise<Said[]>, kind: string) =>
  scene.until(
    `${kind} among the messages`,
    async () => (await said()).find((one) => one.kind === kind),
    30_000,
  );

test('a P1 is told from its alert to its post-mortem, on time and once', async () => {
  const { slack, outside, types, fills, once, clockAt, inRoom } = scene;
  scene.production('failing');
  await scene.alert('HighErrorRate', 'api-gateway');
  const opened = await once('an incident with a war room', (i) => i.roomCard !== null && i.card !== null);
  expect(opened).toMatchObject({ severity: 'P1', environment: 'production', services: ['api-gateway'] });
  const { declaredAt } = opened;

  await once('the page', (i) => i.timeline.some(({ kind }) => kind === 'paged'));
  outside.pagerduty.acknowledge('pilothouse:INC-1', 'ben');
  await once('the acknowledgement', (i) => i.acknowledged?.via === 'pagerduty');
  await there(inRoom, 'mitigate');
  await there(inRoom, 'roles');
  await types('ben', '/incident claim INC-1 commander', /commander/i);
  await types('carla', '/incident claim INC-1 communications', /communications/i);
  await types('ana', '/incident claim INC-1 scribe', /scribe/i);

  await there(inRoom, 'update 1');
  await once('the call to leadership', (i) => i.timeline.filter(({ kind }) => kind === 'paged').length === 2);
  await slack.command('/incident publish INC-1', { as: 'ben' });
  await fills('ben', { Text: 'Checkout fails. We look into it.', 'api-gateway': 'major_outage' });
  await once('the public incident', (i) => i.statusPage !== null);
  await once('update 3', (i) => i.updates.length === 3, 60_000);
  await clockAt(slot(declaredAt, 3) + 5 * minute);
  await types('carla', '/incident update INC-1 Rolling back to v1.4.0', /Update 4/);
  const written = await once('the update by a person', (i) => i.updates.length === 4);
  const draft = await there(inRoom, 'draft 5');
  await slack.click({ text: 'Skip' }, { as: 'carla', message: draft.message });
  const skipped = await once('the skipped update', (i) => i.updates.length === 5);
  expect(skipped.updates[4]).toMatchObject({ state: 'skipped', by: { name: 'carla' } });
  // The interval begins anew with what a person did.
  expect(written.clocks.update).toBe((written.updates[3]?.at ?? 0) + 15 * minute);
  expect(skipped.clocks.update).toBe((skipped.updates[4]?.at ?? 0) + 15 * minute);

  await slack.command('/rollback production all v1.4.0 INC-1 errors since v1.5.0', { as: 'ben' });
  await fills('ben', { 'Type ROLLBACK to go on': 'ROLLBACK' });
  await once('the rollback in the timeline', (i) => i.deployments.length === 1);
  await once('users no longer hurt', (i) => i.status === 'monitoring', 60_000);
  await scene.alert('HighErrorRate', 'api-gateway', 'resolved');
  await once('the end of all alerts', (i) => i.timeline.some(({ text }) => /^All alerts .* over/.test(text)));
  await slack.command('/incident resolve INC-1', { as: 'ben' });
  await fills('ben', {
    Impact: 'Nobody could pay',
    Resolution: 'Rolled back to v1.4.0',
    'Root cause': 'v1.5.0 runs out of connections',
    'Follow-up 1': 'Limit the connection pool',
  });
  const end = await once(
    'everything done',
    (i) => i.status === 'resolved' && i.effects.every((e) => e.state !== 'due'),
  );
  expectAllDone(end);
  await clockAt((end.resolvedAt ?? 0) + 20 * minute);
}, 180_000);

test('the war room tells everything in one order', async () => {
  const i = await scene.record();
  const said = await scene.inRoom();
  expectInOrder(i, said);
  expectOnce('the war room', said);
  expect(kinds(said).slice(0, -2)).toEqual([
    'room-card',
    'recent-deployments',
    // What it was opened with: the alert, what the probes say, the advice of runbook 004.
    'line: alert',
    'line: alert',
    'line: alert',
    'line: paged',
    'line: acknowledged',
    'findings',
    'mitigate',
    'customers',
    'roles',
    'line: role',
    'line: role',
    'line: role',
    'draft 1',
    'line: leadership',
    'update 1',
    'line: paged',
    // Asked for, and done.
    'line: public',
    'line: public',
    'draft 2',
    'update 2',
    'line: public',
    'draft 3',
    'update 3',
    'line: public',
    'update 4',
    'line: public',
    'draft 5',
    // The rollback tells of itself.
    'line: deployment',
    'line: status',
    'line: deployment',
    'findings',
    'line: status',
    // This alert, and with it all of them.
    'line: alert',
    'line: note',
    'resolved',
  ]);
  // Whichever of the two is done first.
  expect(kinds(said).slice(-2).toSorted()).toEqual(['line: post-mortem', 'line: public']);
});

test('the war room is called, marked and filled as it should be', async () => {
  const { name } = (await scene.record()).room ?? { name: '' };
  const room = scene.slack.channels().find((channel) => channel.name === name);
  expect(name).toBe('inc-20261120-api-gateway-higherrorrate');
  expect(room?.topic).toBe('INC-1 · P1 · api-gateway');
  expect(room?.members).toEqual(expect.arrayContaining(['ana', 'ben', 'carla']));
  expect(room?.bookmarks.map(({ title }) => title)).toEqual([
    'Dashboard',
    'Runbook',
    'Call',
    'Status page',
    'api-gateway in AWS',
  ]);
  const [summary] = await scene.inRoom();
  expect(summary?.kind).toBe('room-card');
  expect(room?.pins).toEqual([summary?.message.ts]);
  expect(summary?.text).toMatch(/INC-1[\s\S]*resolved/i);
});

test('#incidents shows the card and what concerns everybody', async () => {
  const said = await scene.inChannel();
  expectOnce('#incidents', said);
  expect(kinds(said)).toEqual(['card', 'update 1', 'update 2', 'update 3', 'update 4', 'resolved']);
  expect(kinds(await scene.inThread())).toEqual(kinds(said));
  expect(said[0]?.text).toMatch(/✅ RESOLVED/);
  expect(said[1]?.text).toMatch(/📍/);
  expect(said.at(-1)?.text).toMatch(
    /✅ RESOLVED[\s\S]*Rolled back to v1.4.0[\s\S]*Limit the connection pool/,
  );
});

test('automatic updates come at 15, 30 and 45 minutes, in both places', async () => {
  const i = await scene.record();
  expect(i.updates.map(({ by, state }) => `${state} ${by?.name ?? 'by itself'}`)).toEqual([
    'sent by itself',
    'sent by itself',
    'sent by itself',
    'sent carla',
    'skipped carla',
  ]);
  for (const said of [await scene.inChannel(), await scene.inRoom()]) {
    for (const n of [1, 2, 3]) {
      const late = lateBy(postOf(said, n), slot(i.declaredAt, n), scale);
      expect({ n, late, isOnTime: late >= 0 && late < punctual }).toEqual({ n, late, isOnTime: true });
    }
  }
  expect(i.timeline.filter(({ kind }) => kind === 'update-missed' || kind === 'trouble')).toEqual([]);
});

test('Slack refused nothing, and no line is told twice', async () => {
  // Whoever takes a role is invited, and may be there already.
  expectNoRefusals(scene, ['conversations.invite already_in_channel']);
  expectTimelineOnce(await scene.record());
});

test('PagerDuty was asked once for each thing, and heard of the end', () => {
  const { incidents, requests } = scene.outside.pagerduty;
  expect(incidents).toMatchObject([{ dedupKey: 'pilothouse:INC-1', status: 'resolved', triggers: 1 }]);
  const events = requests.flatMap(({ url, body }) => (url === '/v2/enqueue' ? body : []));
  expect(events).toMatchObject([{ event_action: 'trigger' }, { event_action: 'resolve' }]);
});

test('the status page says the same as the updates, each once', () => {
  const [page] = scene.outside.statuspage.pages.values();
  expect(page?.incidents).toHaveLength(1);
  const [shown] = page?.incidents ?? [];
  expect(shown?.status).toBe('resolved');
  const bodies = shown?.updates.map(({ body }) => body) ?? [];
  expect(bodies).toHaveLength(5);
  expect(bodies[0]).toBe('Checkout fails. We look into it.');
  expect(bodies.slice(1, 4).every((body) => body.startsWith('📍 UPDATE'))).toBe(true);
  expect(bodies[4]).toContain('Rolled back to v1.4.0');
  expect(page?.components.every(({ status }) => status === 'operational')).toBe(true);
});

test('the evidence is as it was written, the post-mortem is there, and the follow-up is an issue', async () => {
  const files = scene.slack.files(await scene.room());
  const i = await scene.record();
  expectEvidence(i, files);
  expect(i.timeline.find(({ kind }) => kind === 'post-mortem')?.text).toMatch(/hash [0-9a-f]{16}/);
  expect(files.find(({ name }) => name.endsWith('-evidence.jsonl'))?.text).toContain(
    'Rolling back to v1.4.0',
  );
  const [postMortem, ...others] = files.filter(({ title }) => /post-mortem/i.test(title));
  expect(others).toEqual([]);
  expect(postMortem?.text).toMatch(/v1.5.0 runs out of connections/);
  const [repository] = scene.outside.github.repositories.values();
  expect(repository?.issues.map(({ title }) => title)).toEqual(['Limit the connection pool']);
});
