/**
 * Real workers, killed with SIGKILL again and again while people deploy and roll back in several environments. The seed
 * is printed; `CRASH_SEED=… npm test -- test/crash` plays with the same chances again, `CRASH_KILLS` sets how many die.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countBy } from 'es-toolkit';
import { type Chance, chanceFrom } from './chance.ts';
import { expectAudited, expectNothingTwice, expectOneEnd, expectToldOnce } from './invariants.ts';
import { type Played, play, versionOf } from './lane.ts';
import { distribution, watchRecovery } from './recovery.ts';
import { type EnvironmentName, environments, type Stage, setStage } from './stage.ts';

const wanted = Number(process.env.CRASH_KILLS ?? 50);
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1e9));
/** After a kill another worker goes on within this time, in real milliseconds. */
const soon = 10_000;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(10, 3);
}, 120_000);
afterAll(() => stage.stop());

test(`${wanted} workers die, and every deployment comes to one good end`, async () => {
  const began = performance.now();
  const recovery = watchRecovery(stage);
  const played: Played[] = [];
  const deaths: string[] = [];
  let isOver = false;

  const lane = async (environment: EnvironmentName, chance: Chance) => {
    while (!isOver) {
      const one = await play(stage, environment, versionOf(stage, environment), chance);
      expectOneEnd(stage, one);
      expectNothingTwice(stage, one);
      played.push(one);
    }
  };
  const killer = async (kill: (chance: Chance) => Promise<string>, pause: number, chance: Chance) => {
    while (deaths.length < wanted && !isOver) {
      await sleep(chance.between(0, pause));
      // Somebody has to be there who can go on.
      await stage.crew.whenReady(2);
      deaths.push(await kill(chance));
      recovery.killed();
    }
    isOver = true;
  };
  const all = [
    killer(killInTheAct, 500, chanceFrom(seed)),
    killer(killAtAnyMoment, 4_000, chanceFrom(seed - 1)),
    ...environments.map((environment, i) => lane(environment, chanceFrom(seed + i + 1))),
  ];
  const results = await Promise.allSettled(all.map((one) => one.finally(() => (isOver = true))));
  const times = await recovery.times();
  report({ deaths, played, times, seconds: (performance.now() - began) / 1_000 });
  for (const result of results) if (result.status === 'rejected') throw result.reason;

  for (const one of played) {
    await expectToldOnce(stage, one);
    await expectAudited(stage, one);
  }
  for (const environment of environments) {
    expect({ environment, holder: await stage.store.lockHolder(environment) }).toEqual({
      environment,
      holder: null,
    });
  }
  expect(await stage.store.activeIds()).toEqual([]);
  expect(deaths.length).toBeGreaterThanOrEqual(wanted);
  expect(Math.max(...times)).toBeLessThan(soon);
}, 300_000);

/** One of those that are not in place 0, whatever it does just now; gives how it died. */
async function killAtAnyMoment(chance: Chance): Promise<string> {
  await stage.crew.kill(chance.oneOf(stage.crew.ready().filter((place) => place !== 0)));
  return 'at some moment';
}

/** Calls that change something outside: what they did must be found again, not done again. */
const deeds = ['RegisterTaskDefinition', 'UpdateService', 'chat.postMessage', 'chat.update'];

/** The one in place 0, when it has done something of which it has not heard yet, or after a while without. */
async function killInTheAct(chance: Chance): Promise<string> {
  const { lastCall, crew } = stage;
  const deed = chance.oneOf(deeds);
  return new Promise((resolve, reject) => {
    const die = (how: string) => {
      clearTimeout(patience);
      lastCall.isIt = null;
      crew.kill(0).then(() => resolve(how), reject);
    };
    const patience = setTimeout(() => die('at some moment'), 4_000);
    lastCall.happened = () => die(`after ${deed}, before its answer`);
    lastCall.isIt = (call) => call === deed;
  });
}

function report({
  deaths,
  played,
  times,
  seconds,
}: {
  deaths: string[];
  played: Played[];
  times: number[];
  seconds: number;
}): void {
  const endings = Object.entries(countBy(played, ({ d }) => `${d.kind} ${d.ending}`));
  const struck = times.filter((time) => time > 1_000);
  process.stdout.write(
    [
      `seed ${seed}: ${deaths.length} workers killed in ${seconds.toFixed(0)} s, ${played.length} deployments ended`,
      ...Object.entries(countBy(deaths, (death) => death)).map(([death, count]) => `  ${death}: ${count}`),
      'their deployments ended so:',
      ...endings.map(([ending, count]) => `  ${ending}: ${count}`),
      `after a kill somebody went on with each deployment in flight:`,
      `  all: ${distribution(times)}`,
      `  those that the dead worker had in hand: ${distribution(struck)}`,
      ...Object.entries(countBy(stage.crew.complaints, wordsOf)).map(
        ([words, count]) => `  logged ${count} times: ${words}`,
      ),
      '',
    ].join('\n'),
  );
}

/** A log line without what differs from one to the next. */
const wordsOf = (line: string): string => /"msg":"([^"]*)"/.exec(line)?.[1] ?? line.slice(0, 200);
