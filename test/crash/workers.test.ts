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
  let kills = 0;
  let isOver = false;

  const lane = async (environment: EnvironmentName, chance: Chance) => {
    while (!isOver) {
      const one = await play(stage, environment, versionOf(stage, environment), chance);
      expectOneEnd(stage, one);
      expectNothingTwice(stage, one);
      played.push(one);
    }
  };
  const killer = async (chance: Chance) => {
    while (kills < wanted && !isOver) {
      await sleep(chance.between(200, 2_400));
      // Somebody has to be there who can go on.
      await stage.crew.whenReady(2);
      await stage.crew.kill(chance.below);
      recovery.killed();
      kills++;
    }
    isOver = true;
  };
  const all = [
    killer(chanceFrom(seed)),
    ...environments.map((environment, i) => lane(environment, chanceFrom(seed + i + 1))),
  ];
  const results = await Promise.allSettled(all.map((one) => one.finally(() => (isOver = true))));
  const times = await recovery.times();
  report({ kills, played, times, seconds: (performance.now() - began) / 1_000 });
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
  expect(kills).toBeGreaterThanOrEqual(wanted);
  expect(Math.max(...times)).toBeLessThan(soon);
}, 300_000);

function report({
  kills,
  played,
  times,
  seconds,
}: {
  kills: number;
  played: Played[];
  times: number[];
  seconds: number;
}): void {
  const endings = Object.entries(countBy(played, ({ d }) => `${d.kind} ${d.ending}`));
  const struck = times.filter((time) => time > 1_000);
  process.stdout.write(
    [
      `seed ${seed}: ${kills} workers killed in ${seconds.toFixed(0)} s, ${played.length} deployments ended`,
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
