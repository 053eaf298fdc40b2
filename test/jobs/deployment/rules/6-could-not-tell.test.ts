/** Rule 6: a throw inside a step means "could not tell": look again, then ask a person. Never roll back on that alone. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../../../src/records/deployment.ts';
import { type ByHand, byHand, prod, staging } from '../../by-hand.ts';
import { ben } from '../records.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

const deploy = () => hand.ask({ kind: 'deploy', environment: 'staging' });
const everyRead = ['DescribeServices', 'DescribeServiceDeployments', 'ListServiceDeployments'];
const throttle = (times: number) => {
  for (const operation of everyRead) hand.cloud.break.throttle(operation, times);
};
const events = (d: Deployment) => d.story.map(({ event }) => event);
const old = ['v1.0.0', 'v1.0.0', 'v1.0.0'];
const fresh = ['v1.2.0', 'v1.2.0', 'v1.2.0'];

const steps = ['preflight', 'backup', 'rollout', 'verify', 'watch'] as const;

describe('an AWS that throttles one look (and the try after it)', () => {
  test.each(steps)('in %s changes nothing about the end', async (step) => {
    let isThrottled = false;
    hand.beforeStep = (d) => {
      if (d.step === step && !isThrottled) throttle(2);
      isThrottled ||= d.step === step;
    };
    const id = await deploy();
    const d = await hand.untilIn(id, 'ended');
    expect(isThrottled).toBe(true);
    expect(d.ending).toBe('succeeded');
    expect(events(d)).not.toContain('rollback-started');
    expect(hand.versions(staging)).toEqual(fresh);
  });

  test('is told in the story once, and forgotten when it can be told again', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.releases.some((r) => r.forward.phase === 'following'));
    throttle(4);
    await hand.until(id, (d) => d.unknowns.count === 2);
    const d = await hand.until(id, ({ unknowns }) => unknowns.count === 0);
    const told = d.story.filter(({ event }) => event === 'could-not-tell');
    expect(told).toEqual([expect.objectContaining({ detail: expect.stringMatching(/throttling/) })]);
  });
});

describe('an AWS that cannot be asked six times in a row', () => {
  const blind = () => {
    for (const operation of everyRead) hand.cloud.break.denied(operation);
  };
  const sighted = () => {
    for (const operation of everyRead) hand.cloud.break.denied(operation, 0);
  };

  test('before anything was planned: refused, and nothing was changed', async () => {
    blind();
    const d = await hand.untilIn(await deploy(), 'ended');
    expect(d).toMatchObject({ ending: 'refused', refusal: { code: 'gate-unknown' } });
    expect(d.refusal?.message).toMatch(/6 times in a row.*ecs:DescribeServices/);
    expect(hand.cloud.writes).toEqual([]);
  });

  test.each([
    ['rollout', (d: Deployment) => d.releases.some((r) => r.forward.phase === 'following')],
    ['watch', (d: Deployment) => d.watch !== null],
  ] as const)('in %s: holds, asks a person, and rolls nothing back', async (from, isReached) => {
    const id = await deploy();
    await hand.until(id, isReached);
    blind();
    const writes = hand.effects();
    const d = await hand.untilIn(id, 'hold');
    expect(d.hold).toMatchObject({ from, choices: ['retry', 'roll-back', 'leave'] });
    expect(d.hold?.why.summary).toMatch(/could not tell/i);
    expect(d.hold?.deadline).toBe(d.stepSince + 60 * 60_000);
    expect(hand.effects()).toEqual(writes);
    expect((await hand.store.lockHolder('staging'))?.deployment).toBe(id);
  });

  test('held, and nobody answers: after an hour it is left as it is, and the lock is free', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.watch !== null);
    blind();
    const { hold } = await hand.untilIn(id, 'hold');
    const d = await hand.untilIn(id, 'ended');
    expect(d).toMatchObject({ ending: 'left', endedAt: hold?.deadline });
    expect(d.story).toContainEqual(expect.objectContaining({ event: 'answered', by: null, detail: 'leave' }));
    expect(await hand.store.lockHolder('staging')).toBeNull();
    expect(hand.versions(staging)).toEqual(fresh);
  });

  test.each([
    ['hold-retry', 'succeeded', fresh],
    ['hold-roll-back', 'rolled-back', old],
    ['hold-leave', 'left', fresh],
  ] as const)('held, and a person answers %s: %s', async (choice, ending, versions) => {
    const id = await deploy();
    await hand.until(id, (d) => d.watch !== null);
    blind();
    await hand.untilIn(id, 'hold');
    sighted();
    expect(await hand.click(id, choice)).toMatchObject({ kind: 'recorded' });
    const d = await hand.untilIn(id, 'ended');
    expect(d.ending).toBe(ending);
    expect(d.story).toContainEqual(expect.objectContaining({ event: 'answered', by: ben }));
    expect(hand.versions(staging)).toEqual(versions);
  });

  test('held twice: the second question is a new one, and the old button is stale', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.watch !== null);
    blind();
    await hand.untilIn(id, 'hold');
    await hand.click(id, 'hold-retry');
    const d = await hand.until(id, ({ hold }) => hold?.round === 2);
    expect(d.step).toBe('hold');
    expect(await hand.store.answersTo(id, 'hold-2')).toEqual([]);
  });

  test('while it rolls back: holds, and goes on with the rollback when told to try again', async () => {
    hand.cloud.break.version('api-gateway', 'v1.2.0', 'unhealthy');
    const id = await deploy();
    await hand.untilIn(id, 'rollback');
    blind();
    const { hold } = await hand.untilIn(id, 'hold');
    expect(hold?.choices).toEqual(['retry', 'leave']);
    sighted();
    await hand.click(id, 'hold-retry');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(staging)).toEqual(old);
  });
});

describe('a network of our own that fails', () => {
  test('is not taken for services that fail: the deployment is held, not rolled back', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.watch !== null);
    const lost = { name: 'live', url: 'x', verdict: 'unknown' as const, took: null, because: 'ENETUNREACH' };
    hand.probing = async () => lost;
    const d = await hand.untilIn(id, 'hold');
    expect(d.hold?.why.summary).toMatch(/looks could not tell/);
    expect(hand.versions(staging)).toEqual(fresh);
  });
});

test('a catalog that no longer names the environment is not a reason to change anything', async () => {
  await hand.end(await deploy());
  const id = await hand.ask({ kind: 'deploy', environment: 'production' });
  await hand.untilIn(id, 'approval');
  hand.forget('production');
  const began = hand.clock.now();
  const d = await hand.untilIn(id, 'ended');
  expect(d).toMatchObject({ ending: 'failed' });
  expect(d.problem?.summary).toMatch(/6 times in a row: The catalog no longer names/);
  expect(hand.clock.now() - began).toBe(60_000);
  expect(hand.versions(prod)).toEqual(old);
});
