/**
 * A P1 of two hours whose workers are killed with SIGKILL again and again, also when they had just done something and not
 * heard the answer yet. The seed is printed; `CRASH_SEED=… npm test -- test/crash/incident-kills` plays with the same
 * chances again, `CRASH_KILLS` sets how many die.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countBy } from 'es-toolkit';
import type { Incident } from '../../src/records/incident.ts';
import { type Chance, chanceFrom } from './chance.ts';
import {
  expectAllDone,
  expectCallsTold,
  expectEvidence,
  expectInOrder,
  expectNoRefusals,
  expectOnce,
  expectTimelineOnce,
  lateBy,
  postOf,
  slot,
} from './incident-checks.ts';
import { minute, openScene, type Scene } from './incident-scene.ts';
import { type KillingStage, setKillingStage } from './incident-stage.ts';
import { distribution } from './recovery.ts';

const wanted = Number(process.env.CRASH_KILLS ?? 28);
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1e9));
/** A minute of the incident takes a second. */
const scale = 60;
/** Updates in two hours; workers die until the sixth, and the last two show that all is as before. */
const slots = 8;
const lastUnderFire = 6;
/** Real milliseconds: with a live worker, and after a kill (DESIGN). */
const punctual = 1_000;
const soon = 10_000;
/** So far apart are two deaths in the act: the incident has got over one before the next comes. */
const betweenDeeds = 12_000;

let stage: KillingStage;
let scene: Scene;
beforeAll(async () => {
  stage = await setKillingStage(scale, 3);
  scene = openScene(stage);
}, 120_000);
afterAll(async () => {
  scene?.close();
  await stage?.stop();
}, 60_000);

interface Death {
  /** On the clock. */
  at: number;
  how: string;
}

test('updates come on time and once, whoever dies', async () => {
  const { outside, once, types, clock, clockAt } = scene;
  const chance = chanceFrom(seed);
  const deaths: Death[] = [];
  const notes: string[] = [];
  let isUnderFire = true;
  process.stdout.write(`seed ${seed}\n`);

  scene.production('failing');
  await stage.crew.whenReady(3);
  // The room's creation is the deed that Slack gives no key for.
  const inTheMaking = killInTheAct(['conversations.create'], deaths, 20_000);
  await scene.alert('HighErrorRate', 'api-gateway');
  await inTheMaking;
  const { declaredAt } = await once('an incident', (i) => i.timeline.length > 0);
  const hasEnded = () => clock.now() > slot(declaredAt, lastUnderFire) + minute;

  const killer = async () => {
    // Waits are half of it on average; a death takes its time, too.
    const pause = (1.6 * clock.real(slot(declaredAt, lastUnderFire) - clock.now())) / wanted;
    let lastInTheAct = 0;
    while (!hasEnded()) {
      await sleep(chance.between(0, pause));
      // One at whose messages somebody dies each time would wait for as long as that goes on.
      if (performance.now() - lastInTheAct < betweenDeeds) await killAtAnyMoment(chance, deaths);
      else {
        await killInTheAct([chance.oneOf(deeds), ...rareDeeds], deaths, 3_000);
        lastInTheAct = performance.now();
      }
    }
    isUnderFire = false;
  };
  const writer = async () => {
    for (let n = 1; isUnderFire; n++) {
      await sleep(chance.between(0, 2_000));
      const note = `Observation ${n} of somebody`;
      await types(chance.oneOf(['ana', 'ben', 'carla']), `/incident note INC-1 ${note}`, /timeline/i);
      notes.push(note);
    }
  };
  const answering = async () => {
    // Long enough for whoever is called next to be called again.
    await clockAt(declaredAt + 18 * minute);
    outside.pagerduty.acknowledge('pilothouse:INC-1', 'ben');
    await once('the acknowledgement', (i) => i.acknowledged !== null);
    await scene.slack.command('/incident publish INC-1', { as: 'ben' });
    await scene.fills('ben', { Text: 'Checkout fails. We look into it.', 'api-gateway': 'major_outage' });
    await once('the public incident', (i) => i.statusPage !== null, 40_000);
  };
  await Promise.all([killer(), writer(), answering()]);
  await once('all updates', (i) => i.updates.length === slots, 60_000);
  await scene.until('the last one in the room', async () =>
    (await scene.inRoom()).find(({ kind }) => kind === `update ${slots}`),
  );

  await scene.slack.command('/incident resolve INC-1', { as: 'ben' });
  const atTheEnd = killEach(['canvases.create', 'files.completeUploadExternal', 'issue', 'publish'], deaths);
  await scene.fills('ben', {
    Impact: 'Nobody could pay',
    Resolution: 'Rolled back',
    'Follow-up 1': 'Limit the connection pool',
  });
  await atTheEnd;
  const end = await once(
    'everything done',
    (i) => i.status === 'resolved' && i.effects.every(({ state }) => state !== 'due'),
    60_000,
  );

  const room = await scene.inRoom();
  const channel = await scene.inChannel();
  const lateness = [room, channel].flatMap((said) =>
    Array.from({ length: slots }, (_, k) => lateBy(postOf(said, k + 1), slot(declaredAt, k + 1), scale)),
  );
  report(deaths, lateness, notes.length);
  expect(deaths.length).toBeGreaterThanOrEqual(Math.min(wanted, 25));
  for (const said of [room, channel]) {
    for (let n = 1; n <= slots; n++) expectSoon(postOf(said, n).at, slot(declaredAt, n), n, deaths);
  }

  // Every slot once: none was missed, for somebody lived all the time.
  expect(end.updates.map(({ n, dueAt, missed, by }) => ({ n, dueAt, missed, by }))).toEqual(
    Array.from({ length: slots }, (_, k) => ({
      n: k + 1,
      dueAt: slot(declaredAt, k + 1),
      missed: 0,
      by: null,
    })),
  );
  expectOnce('#incidents', channel);
  expectOnce('the war room', room, calls);
  expectCallsTold(end);
  expectInOrder(end, room);
  expectTimelineOnce(end);
  expectAllDone(end);
  expectNoRefusals(scene, lostAnswers);
  expect(end.timeline.filter(({ kind }) => kind === 'note').map(({ text }) => text)).toEqual(notes);
  expect(stage.slack.channels().filter(({ name }) => name.startsWith('inc-'))).toHaveLength(1);
  expect(outside.pagerduty.incidents).toHaveLength(1);
  expectOnce('ben', await scene.toPerson('ben'), ['page-overdue']);
  expectPublicOnce();
  expectLeftOnce(end, await scene.room());
  expect(await scene.store.activeIncidentIds()).toEqual(['INC-1']);
}, 240_000);

/** Calls that change something outside: what they did must be found again, not done again. */
const deeds = ['chat.postMessage', 'chat.postMessage', 'chat.update'];
/** The same; so rare that each is worth a death. */
const rareDeeds = ['page', 'publish', 'pins.add', 'bookmarks.add', 'conversations.invite'];

/** They are repeated until somebody answers. */
const calls = ['roles', 'line: overdue', 'line: paged'];

/** What Slack answers to whoever asks again for what was done: fine by the one who asks. */
const lostAnswers = [
  'conversations.create name_taken',
  'pins.add already_pinned',
  'conversations.invite already_in_channel',
];

async function killAtAnyMoment(chance: Chance, deaths: Death[]): Promise<void> {
  await stage.crew.whenReady(2);
  await stage.crew.kill(chance.oneOf(stage.crew.ready()));
  deaths.push({ at: stage.clock.now(), how: 'at some moment' });
}

/** Whoever does one of these next; gives which it was, or null where nobody did in time and one dies at some moment. */
async function killInTheAct(
  calls: readonly string[],
  deaths: Death[],
  patience: number,
): Promise<string | null> {
  const { lastCall, crew, clock } = stage;
  // Somebody has to be there who can go on.
  await crew.whenReady(2);
  return new Promise((resolve, reject) => {
    const die = (place: number, call: string | null) => {
      clearTimeout(waiting);
      lastCall.isIt = null;
      crew.kill(place).then(() => {
        deaths.push({ at: clock.now(), how: call ? `after ${call}, before its answer` : 'at some moment' });
        resolve(call);
      }, reject);
    };
    const waiting = setTimeout(() => die(crew.ready()[0] ?? 0, null), patience);
    lastCall.happened = (call, place) => die(place, call);
    lastCall.isIt = (call) => calls.includes(call);
  });
}

/** One death after each of these, in whatever order they come. */
async function killEach(calls: readonly string[], deaths: Death[]): Promise<void> {
  let left = calls;
  while (left.length > 0) {
    const call = await killInTheAct(left, deaths, 15_000);
    if (call === null) return;
    left = left.filter((one) => one !== call);
  }
}

/** At its time, or within 10 s of a kill, and of one more that hits what the first one delayed. */
function expectSoon(at: number, due: number, n: number, deaths: readonly Death[]): void {
  const late = (at - due) / scale;
  const kills = deaths.filter((death) => death.at > due - soon * scale && death.at < at);
  const last = Math.max(...kills.map((death) => death.at), due);
  const allowed = kills.length === 0 ? punctual : soon;
  const isSoon = late >= 0 && (at - last) / scale <= allowed && late <= allowed + soon;
  expect({ n, late, kills: kills.length, isSoon }).toEqual({ n, late, kills: kills.length, isSoon: true });
}

function expectPublicOnce(): void {
  const [page] = stage.outside.statuspage.pages.values();
  expect(page?.incidents).toHaveLength(1);
  const [shown] = page?.incidents ?? [];
  const bodies = shown?.updates.map(({ body }) => body) ?? [];
  // The first one by hand, one for each update after it, the end.
  expect(bodies).toHaveLength(1 + (slots - 1) + 1);
  expect(shown?.status).toBe('resolved');
}

function expectLeftOnce(end: Incident, room: string): void {
  const files = stage.slack.files(room);
  expectEvidence(end, files);
  expect(files.filter(({ title }) => /post-mortem/i.test(title))).toHaveLength(1);
  const [repository] = stage.outside.github.repositories.values();
  expect(repository?.issues).toHaveLength(1);
}

function report(deaths: readonly Death[], lateness: readonly number[], notes: number): void {
  const struck = lateness.filter((ms) => ms > punctual);
  process.stdout.write(
    [
      `seed ${seed}: ${deaths.length} workers killed`,
      ...Object.entries(countBy(deaths, ({ how }) => how)).map(([how, count]) => `  ${how}: ${count}`),
      `updates after their slot: ${distribution(lateness)}; those later than a second: ${struck.length}`,
      `notes by people: ${notes}`,
      ...Object.entries(countBy(stage.crew.complaints, wordsOf)).map(
        ([words, count]) => `  logged ${count} times: ${words}`,
      ),
      '',
    ].join('\n'),
  );
}

/** A log line without what differs from one to the next. */
const wordsOf = (line: string): string => /"msg":"([^"]*)"/.exec(line)?.[1] ?? line.slice(0, 200);
