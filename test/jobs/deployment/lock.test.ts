/** One deployment at a time changes an environment: the lock, from its taking to its sweeping. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ByHand, byHand, prod, services } from '../by-hand.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

const deploy = (service: string, version = 'v1.2.0') =>
  hand.ask({
    kind: 'deploy',
    environment: 'production',
    wanted: { services: [service], version },
    skipStaging: true,
  });
const holder = async () => (await hand.store.lockHolder('production'))?.deployment ?? null;
const [auth = '', market = ''] = services;

/** Visits both in turn, each as often as it wants to be. */
async function untilBothEnded(...ids: string[]) {
  for (let visits = 0; visits < 2_000; visits++) {
    const next = await Promise.all(ids.map((id) => hand.visit(id)));
    const due = next.filter((again) => again !== null);
    if (due.length === 0) return Promise.all(ids.map(hand.record));
    hand.clock.turn(Math.max(1, Math.min(...due) - hand.clock.now()));
  }
  throw new Error('still not ended');
}

describe('the lock of an environment', () => {
  test('is taken after the approval and let go with the end', async () => {
    const id = await deploy(auth);
    const held = new Map<string, boolean>();
    hand.beforeStep = async (d) => void held.set(d.step, (await holder()) === id);
    await hand.end(id);
    expect(Object.fromEntries(held)).toEqual({
      preflight: false,
      approval: false,
      claim: false,
      backup: true,
      rollout: true,
      verify: true,
      watch: true,
      complete: true,
      ended: false,
    });
  });

  test('is let go by every kind of end', async () => {
    hand.cloud.break.version(auth, 'v1.2.0', 'unhealthy');
    const bad = await deploy(auth);
    expect((await hand.end(bad)).ending).toBe('rolled-back');
    expect(await holder()).toBeNull();

    const stopped = await deploy(market);
    await hand.untilIn(stopped, 'approval');
    await hand.click(stopped, 'approve');
    await hand.untilIn(stopped, 'rollout');
    expect(await holder()).toBe(stopped);
    await hand.click(stopped, 'stop');
    expect((await hand.untilIn(stopped, 'ended')).ending).toMatch(/cancelled|rolled-back/);
    expect(await holder()).toBeNull();
  });

  test('is not held by a deployment that waits for approval: another one goes by', async () => {
    const waiting = await deploy(auth);
    await hand.untilIn(waiting, 'approval');
    expect((await hand.end(await deploy(market))).ending).toBe('succeeded');
    expect((await hand.record(waiting)).step).toBe('approval');
  });

  test('lets two deployments that are approved at the same time run one after the other', async () => {
    const [first, second] = [await deploy(auth), await deploy(market)];
    for (const id of [first, second]) await hand.untilIn(id, 'approval');
    await Promise.all([hand.click(first, 'approve'), hand.click(second, 'approve')]);

    const changing: string[] = [];
    hand.beforeStep = ({ id, step }) => {
      if (['rollout', 'verify', 'watch'].includes(step)) changing.push(id);
    };
    const [one, two] = await untilBothEnded(first, second);
    expect([one?.ending, two?.ending]).toEqual(['succeeded', 'succeeded']);
    expect([one?.approval?.round, two?.approval?.round]).toEqual([1, 1]);
    const turns = changing.filter((id, i) => id !== changing[i - 1]);
    expect(turns.toSorted()).toEqual([first, second]);
    const loser = turns[0] === first ? two : one;
    expect(loser?.story).toContainEqual(
      expect.objectContaining({ event: 'waiting-for-lock', detail: turns[0] }),
    );
    expect(loser?.story.filter(({ event }) => event === 'waiting-for-lock')).toHaveLength(1);
  });

  test('whose owner is gone is swept', async () => {
    await hand.store.takeLock('production', 'D-999', hand.clock.now());
    expect((await hand.end(await deploy(auth))).ending).toBe('succeeded');
    expect(await holder()).toBeNull();
  });

  test('whose owner has ended is swept', async () => {
    const ended = await hand.ask({ kind: 'deploy', environment: 'staging' });
    await hand.end(ended);
    await hand.store.takeLock('production', ended, hand.clock.now());
    expect((await hand.end(await deploy(auth))).ending).toBe('succeeded');
  });

  test('is not waited for longer than an approval is good for', async () => {
    const other = await hand.ask({ kind: 'deploy', environment: 'staging' });
    const id = await deploy(auth);
    await hand.untilIn(id, 'approval');
    await hand.click(id, 'approve');
    await hand.store.takeLock('production', other, hand.clock.now());
    const since = (await hand.untilIn(id, 'claim')).stepSince;
    const d = await hand.untilIn(id, 'ended');
    expect(d).toMatchObject({ ending: 'expired', endedAt: since + 30 * 60_000 });
    expect(await holder()).toBe(other);
    expect(hand.cloud.writes).toEqual([]);
  });
});

describe('a plan that changed after it was approved', () => {
  test('is shown and asked about again, and holds nothing meanwhile', async () => {
    const id = await deploy(auth);
    await hand.untilIn(id, 'approval');
    hand.cloud.break.supersede(prod, auth, 'v1.1.0');
    await hand.click(id, 'approve');
    const again = await hand.until(id, (d) => d.approval?.round === 2);
    expect(again).toMatchObject({ step: 'approval', approval: { approvedBy: [], approvedAt: null } });
    expect(again.releases[0]?.from?.version).toBe('v1.1.0');
    expect(again.story.map(({ event }) => event)).toContain('plan-changed');
    expect(await holder()).toBeNull();

    expect(await hand.click(id, 'approve')).toMatchObject({ kind: 'recorded' });
    expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
  });

  test('comes of a deployment that went first: the second one of the same service is asked about again', async () => {
    const [first, second] = [await deploy(auth, 'v1.1.0'), await deploy(auth, 'v1.2.0')];
    for (const id of [first, second]) await hand.untilIn(id, 'approval');
    await hand.click(first, 'approve');
    expect((await hand.untilIn(first, 'ended')).ending).toBe('succeeded');
    await hand.click(second, 'approve');
    const again = await hand.until(second, (d) => d.approval?.round === 2);
    expect(again.releases[0]?.from?.version).toBe('v1.1.0');
    await hand.click(second, 'approve');
    expect((await hand.untilIn(second, 'ended')).ending).toBe('succeeded');
  });

  test('to what runs by now has nothing to do any more', async () => {
    const id = await deploy(auth, 'v1.1.0');
    await hand.untilIn(id, 'approval');
    hand.cloud.break.supersede(prod, auth, 'v1.1.0');
    hand.clock.turn(5 * 60_000);
    await hand.click(id, 'approve');
    expect(await hand.untilIn(id, 'ended')).toMatchObject({ refusal: { code: 'nothing-to-do' } });
  });
});
