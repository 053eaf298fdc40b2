import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askGates } from '../../../src/jobs/gates/gate.ts';
import { noActiveDeployment } from '../../../src/jobs/gates/no-active-deployment.ts';
import { type ByHand, byHand } from '../by-hand.ts';
import { record } from '../deployment/records.ts';

let hand: ByHand;
let other: string;
beforeAll(async () => {
  hand = await byHand();
  other = await hand.ask({ kind: 'deploy', environment: 'staging' });
});
afterAll(() => hand.stop());

const endedOne = async (): Promise<string> => (await hand.untilIn(other, 'ended')).id;

test.each([
  ['nobody holds the environment', async () => null, 'yes', null],
  ['it is held by the deployment itself', async () => 'D-77', 'yes', null],
  ['it is held by one that is at work', async () => other, 'no', /is changing staging/],
  ['it is held by one that is gone', async () => 'D-999', 'yes', null],
  ['it is held by one that has ended', endedOne, 'yes', null],
] as const)('%s', async (_, holder, answer, because) => {
  const key = `${hand.prefix}:lock:staging`;
  const owner = await holder();
  await hand.redis.del(key);
  if (owner) await hand.redis.hset(key, 'deployment', owner, 'since', 0);

  const d = record({ id: 'D-77', environment: 'staging' });
  const result = await noActiveDeployment.check(d, hand.worker());
  expect(result.answer).toBe(answer);
  if (because) {
    expect(result).toMatchObject({
      because: expect.stringMatching(because),
      hint: expect.stringContaining('@ana'),
    });
  }
});

test.each([
  ['deploy', 1],
  ['rollback', 0],
] as const)('stands before a %s: %i', async (kind, times) => {
  expect(await askGates([noActiveDeployment], record({ kind }), hand.worker())).toHaveLength(times);
});

test('could not tell where the store does not answer, which blocks', async () => {
  const world = hand.worker();
  const lockHolder = async () => {
    throw new Error('Redis is away');
  };
  const [asked] = await askGates([noActiveDeployment], record(), {
    ...world,
    store: { ...world.store, lockHolder },
  });
  expect(asked).toEqual({
    gate: 'no-active-deployment',
    title: 'No other deployment is active',
    answer: 'unknown',
    because: 'Redis is away',
    hint: 'Try again when it can be asked.',
  });
});
