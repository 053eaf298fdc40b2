import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askGates, type GateResult } from '../../../src/jobs/gates/gate.ts';
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

/** Who holds the lock: nobody, the deployment itself, `other`, or one that is not there. */
const table: [string, string | null, GateResult['answer'], RegExp | null][] = [
  ['nobody holds the environment', null, 'yes', null],
  ['it is held by the deployment itself', 'D-77', 'yes', null],
  ['it is held by one that is gone', 'D-999', 'yes', null],
  ['it is held by one that is at work', 'other', 'no', /D-1 by @ana is changing staging/],
  ['it is held by one that has ended', 'other, ended', 'yes', null],
];

test.each(table)('%s', async (_, name, answer, because) => {
  if (name?.includes('ended')) await hand.untilIn(other, 'ended');
  const owner = name?.startsWith('other') ? other : name;
  const key = `${hand.prefix}:lock:staging`;
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
