/** Rule 8: a rollback is a deployment of an older revision: same runbook, its own gates. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ActiveStep, Deployment } from '../../../../src/records/deployment.ts';
import { type ByHand, byHand, prod } from '../../by-hand.ts';
import { ana } from '../records.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

/** Proves versions in production, one after the other. */
const proven = async (...versions: string[]) => {
  for (const version of versions) {
    const id = await hand.ask({ kind: 'deploy', environment: 'production', version, skipStaging: true });
    const { ending } = await hand.end(id);
    if (ending !== 'succeeded') throw new Error(`${version} ${ending}`);
  }
};
const deploy = (version: string) =>
  hand.ask({ kind: 'deploy', environment: 'production', version, skipStaging: true });
const rollback = (version?: string) =>
  hand.ask({ kind: 'rollback', environment: 'production', reason: 'it hurts', ...(version && { version }) });
const all = (version: string) => [version, version, version];
const refusalOf = (d: Deployment) => ({ ending: d.ending, code: d.refusal?.code });

describe('a rollback', () => {
  test('goes through the same runbook, without approval, to the revision that ran before: nothing is registered', async () => {
    await proven('v1.1.0', 'v1.2.0');
    const before = hand.effects().length;
    const steps = new Set<ActiveStep | 'ended'>();
    hand.beforeStep = ({ step }) => void steps.add(step);
    const d = await hand.untilIn(await rollback(), 'ended');
    expect(d).toMatchObject({ kind: 'rollback', ending: 'succeeded', approval: null });
    expect([...steps]).toEqual([
      'preflight',
      'claim',
      'backup',
      'rollout',
      'verify',
      'watch',
      'complete',
      'ended',
    ]);
    expect(hand.versions(prod)).toEqual(all('v1.1.0'));
    expect(hand.effects().slice(before).toSorted()).toEqual([
      'UpdateService api-gateway',
      'UpdateService auth-svc',
      'UpdateService market-svc',
    ]);
  });

  test('without a version goes to the last one that was proven healthy, not to the one before', async () => {
    await proven('v1.1.0');
    hand.cloud.break.version('auth-svc', 'v1.2.0', 'unhealthy');
    expect((await hand.end(await deploy('v1.2.0'))).ending).toBe('rolled-back');
    hand.cloud.break.supersede(prod, 'auth-svc', 'v1.2.0');
    hand.clock.turn(120_000);
    const id = await hand.ask({
      kind: 'rollback',
      environment: 'production',
      wanted: { services: ['auth-svc'], version: null },
    });
    expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
    expect(hand.versions(prod)).toEqual(all('v1.1.0'));
  });

  test('is not stopped by the gates that stand before deploys', async () => {
    await proven('v1.1.0', 'v1.2.0');
    const d = await hand.untilIn(await rollback('v1.1.0'), 'ended');
    expect(d).toMatchObject({ ending: 'succeeded', gates: [{ gate: 'no-emergency', answer: 'yes' }] });
  });

  test('that fails is held, and asks a person: it never causes another one', async () => {
    await proven('v1.1.0', 'v1.2.0');
    hand.cloud.break.version('api-gateway', 'v1.1.0', 'unhealthy');
    const id = await rollback();
    const d = await hand.untilIn(id, 'hold');
    expect(d.hold).toMatchObject({ from: 'verify', choices: ['retry', 'roll-back', 'leave'] });
    expect(d.releases.every((r) => r.back === null)).toBe(true);
    await hand.click(id, 'hold-roll-back');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(prod)).toEqual(all('v1.2.0'));
  });

  test('where nothing was proven needs a version', async () => {
    const d = await hand.untilIn(await rollback(), 'ended');
    expect(refusalOf(d)).toEqual({ ending: 'refused', code: 'nothing-healthy' });
  });
});

describe('a rollback while a deploy of the same services', () => {
  test('waits for approval cancels that deploy', async () => {
    await proven('v1.1.0', 'v1.2.0');
    const other = await deploy('v1.0.0');
    await hand.untilIn(other, 'approval');
    const id = await rollback();
    await hand.until(id, (d) => d.step === 'claim' || d.step === 'backup' || d.step === 'rollout');
    await hand.visit(other);
    expect(await hand.record(other)).toMatchObject({ ending: 'cancelled', stoppedBy: ana });
    expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
    expect(hand.versions(prod)).toEqual(all('v1.1.0'));
  });

  const untilChanging = async () => {
    const other = await deploy('v1.2.0');
    await hand.untilIn(other, 'approval');
    await hand.click(other, 'approve');
    await hand.until(other, (d) => d.releases.some((r) => r.forward.phase === 'following'));
    return other;
  };

  test('rolls out turns it round, though nothing was ever proven here', async () => {
    const other = await untilChanging();
    const id = await rollback();
    await hand.visit(id);
    const d = await hand.record(id);
    expect(refusalOf(d)).toEqual({ ending: 'refused', code: 'already-running' });
    expect(d.refusal?.message).toContain(`${other} is rolling out to production: it was told to stop`);
    expect((await hand.untilIn(other, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(prod)).toEqual(all('v1.0.0'));
  });

  test('rolls out, to a version of its own, waits until that one is back and goes there', async () => {
    await proven('v1.1.0');
    const other = await untilChanging();
    const id = await rollback('v1.0.0');
    await hand.visit(id);
    expect((await hand.record(id)).step).toBe('claim');
    expect((await hand.untilIn(other, 'ended')).ending).toBe('rolled-back');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
    expect(hand.versions(prod)).toEqual(all('v1.0.0'));
  });

  test('is held answers the question: roll back', async () => {
    const other = await untilChanging();
    hand.cloud.break.denied('DescribeServices');
    await hand.untilIn(other, 'hold');
    hand.cloud.break.denied('DescribeServices', 0);
    const id = await rollback();
    await hand.visit(id);
    expect(refusalOf(await hand.record(id))).toEqual({ ending: 'refused', code: 'already-running' });
    const d = await hand.untilIn(other, 'ended');
    expect(d.ending).toBe('rolled-back');
    expect(d.story).toContainEqual(
      expect.objectContaining({ event: 'answered', by: ana, detail: 'roll-back' }),
    );
  });

  test('goes back already does not go back a second time, to an even older version', async () => {
    await proven('v1.1.0');
    const other = await untilChanging();
    await hand.click(other, 'stop');
    await hand.untilIn(other, 'rollback');
    const id = await rollback();
    await hand.visit(id);
    const d = await hand.record(id);
    expect(refusalOf(d)).toEqual({ ending: 'refused', code: 'already-running' });
    expect(d.refusal?.message).toContain(`${other} is taking back already`);
    expect((await hand.untilIn(other, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(prod)).toEqual(all('v1.1.0'));
  });
});

test('asked for twice at once goes back once, though something older was proven as well', async () => {
  await proven('v1.1.0', 'v1.0.0', 'v1.2.0');
  const [first, second] = [await rollback(), await rollback()];
  await hand.visit(first);
  await hand.visit(second);
  expect((await hand.untilIn(first, 'ended')).ending).toBe('succeeded');
  expect(refusalOf(await hand.untilIn(second, 'ended'))).toEqual({
    ending: 'refused',
    code: 'nothing-to-do',
  });
  expect(hand.versions(prod)).toEqual(all('v1.0.0'));
});

test('going back twice never returns to what was fled from', async () => {
  await proven('v1.1.0', 'v1.2.0');
  expect((await hand.untilIn(await rollback(), 'ended')).ending).toBe('succeeded');
  expect(hand.versions(prod)).toEqual(all('v1.1.0'));
  const again = await hand.untilIn(await rollback(), 'ended');
  expect(refusalOf(again)).toEqual({ ending: 'refused', code: 'nothing-healthy' });
  expect(hand.versions(prod)).toEqual(all('v1.1.0'));
});
