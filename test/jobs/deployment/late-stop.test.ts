/** A stop that was noted is heeded, however late it came; one that came too late is told so. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { advance } from '../../../src/jobs/deployment/advance.ts';
import { type ByHand, byHand, staging } from '../by-hand.ts';

let hand: ByHand;
beforeAll(async () => {
  hand = await byHand();
});
afterAll(() => hand.stop());

const old = ['v1.0.0', 'v1.0.0', 'v1.0.0'];

test('a stop during the last look of a watch puts everything back', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging', version: 'v1.2.0' });
  const { watch } = await hand.until(id, (d) => d.watch !== null);
  const http = hand.probing;
  let clicks = 0;
  hand.probing = async (probe) => {
    if (hand.clock.now() >= (watch?.deadline ?? 0) && clicks++ === 0) {
      expect(await hand.click(id, 'stop')).toMatchObject({ kind: 'recorded' });
    }
    return http(probe);
  };
  expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
  expect(hand.versions(staging)).toEqual(old);
  hand.probing = http;
});

test('a stop between the last step and its save is not lost either', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging', version: 'v1.2.0' });
  await hand.untilIn(id, 'watch');
  const { addProof } = hand.store;
  const worker = hand.worker();
  let clicks = 0;
  const stage = {
    ...worker,
    store: {
      ...hand.store,
      addProof: async (...proof: Parameters<typeof addProof>) => {
        if (clicks++ === 0) await hand.click(id, 'stop');
        return addProof(...proof);
      },
    },
  };
  let refusals = 0;
  for (let visits = 0; (await hand.record(id)).step !== 'ended'; visits++) {
    expect(visits).toBeLessThan(500);
    const again = await advance(id, stage).catch((error: Error) => {
      expect(error.name).toBe('SaveConflict');
      refusals++;
      return hand.clock.now();
    });
    if (again !== null) hand.clock.turn(Math.max(1, again - hand.clock.now()));
  }
  expect(refusals).toBe(1);
  expect((await hand.record(id)).ending).toBe('rolled-back');
  expect(hand.versions(staging)).toEqual(old);
});

test('a click on what ended a moment ago is told so, and is not noted', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging', version: 'v1.1.0' });
  const before = await hand.untilIn(id, 'watch');
  await hand.untilIn(id, 'ended');
  const answer = {
    by: { id: 'U1', name: 'ben' },
    at: hand.clock.now(),
    choice: 'roll-back' as const,
    reason: null,
  };
  expect(await hand.store.decide(before.id, 'stop', answer)).toEqual({ recorded: false, answers: [] });
  expect(await hand.click(id, 'stop')).toMatchObject({ kind: 'ended' });
});

test('a service that cannot go back does not keep the others where they are', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging', version: 'v1.2.0' });
  await hand.untilIn(id, 'watch');
  hand.cloud.break.scaleToZero(staging, 'api-gateway');
  const held = await hand.untilIn(id, 'hold');
  expect(held.hold?.why.summary).toMatch(/api-gateway could not be returned/);
  expect(hand.versions(staging).slice(0, 2)).toEqual(['v1.1.0', 'v1.1.0']);
});
