/** Rule 3: times are deadlines in the record. A crash neither stretches nor cuts a watch. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../../../src/records/deployment.ts';
import { type ByHand, byHand, staging } from '../../by-hand.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand((text) =>
    text.replace('for: 30s, every: 10s', 'for: 5m, every: 30s, success_rate: 50%'),
  );
});
afterEach(() => hand.stop());

const minute = 60_000;
const watched = async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
  const { watch } = await hand.until(id, (d) => d.watch !== null);
  if (!watch) throw new Error('there is no watch');
  return { id, watch };
};
const looks = (d: Deployment) => d.watch?.looks;

describe('a watch', () => {
  test('of 5 minutes every 30 seconds looks ten times and ends after 5 minutes', async () => {
    const { id, watch } = await watched();
    const d = await hand.untilIn(id, 'ended');
    expect(d).toMatchObject({ ending: 'succeeded', endedAt: watch.deadline, watch: { looks: 10 } });
  });

  test.each([1, 20, 31, 100, 210])(
    'is neither longer nor shorter for workers that were dead for %i seconds of it',
    async (seconds) => {
      const { id, watch } = await watched();
      hand.clock.turn(seconds * 1_000);
      const d = await hand.untilIn(id, 'ended');
      expect(d).toMatchObject({ ending: 'succeeded', endedAt: watch.deadline });
    },
  );

  test('is not longer, and its looks not closer together, for a worker that dies after every save', async () => {
    const { id, watch } = await watched();
    const lookedAt: number[] = [];
    while (hand.clock.now() < watch.deadline - minute) {
      const before = looks(await hand.record(id));
      await hand.visit(id);
      if (looks(await hand.record(id)) !== before) lookedAt.push(hand.clock.now() - watch.startedAt);
      hand.clock.turn(700);
    }
    const due = [30, 60, 90, 120, 150, 180, 210].map((seconds) => seconds * 1_000);
    expect(lookedAt).toHaveLength(due.length);
    lookedAt.forEach((at, i) => {
      expect(at).toBeGreaterThanOrEqual(due[i] ?? 0);
      expect(at).toBeLessThan((due[i] ?? 0) + 700);
    });
  });

  test('of which everything was missed takes as many looks as a row of failures would', async () => {
    const { id } = await watched();
    hand.clock.turn(60 * minute);
    expect(await hand.untilIn(id, 'ended')).toMatchObject({ ending: 'succeeded', watch: { looks: 3 } });
  });

  test('does not make up for looks that were missed: a short trouble then is one failure, not three', async () => {
    const { id } = await watched();
    hand.clock.turn(2 * minute);
    hand.cloud.break.site(staging, 'down');
    await hand.visit(id);
    await hand.visit(id);
    const d = await hand.record(id);
    expect(d.step).toBe('watch');
    expect(Object.values(d.watch?.services ?? {}).map(({ inARow }) => inARow)).toEqual([1, 1, 1]);
  });
});

describe('a failed verification', () => {
  test('is tried again after 10 seconds, three times, however often workers die meanwhile', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    await hand.untilIn(id, 'rollout');
    hand.cloud.break.site(staging, 'down');
    const first = await hand.until(id, (d) => d.verifyFailures === 1);
    for (let deaths = 0; deaths < 5; deaths++) await hand.visit(id);
    expect(await hand.record(id)).toEqual(first);
    hand.clock.turn(10_000);
    await hand.visit(id);
    expect((await hand.record(id)).verifyFailures).toBe(2);
    await hand.visit(id);
    expect((await hand.record(id)).verifyFailures).toBe(2);
    hand.clock.turn(10_000);
    await hand.visit(id);
    expect((await hand.record(id)).step).toBe('rollback');
  });
});

describe('an approval', () => {
  const asked = async () => {
    await hand.end(await hand.ask({ kind: 'deploy', environment: 'staging' }));
    const id = await hand.ask({ kind: 'deploy', environment: 'production' });
    return { id, d: await hand.untilIn(id, 'approval') };
  };

  test('expires at its deadline, though no worker was alive at that time', async () => {
    const { id, d } = await asked();
    hand.clock.turn(45 * minute);
    await hand.visit(id);
    expect(await hand.record(id)).toMatchObject({ ending: 'expired' });
    expect(d.approval?.deadline).toBe((d.approval?.askedAt ?? 0) + 30 * minute);
  });

  test('that was given in time counts, though nobody saw it until after the deadline', async () => {
    const { id } = await asked();
    await hand.click(id, 'approve');
    hand.clock.turn(45 * minute);
    expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
  });

  test('that comes after the deadline does not count, and is told so', async () => {
    const { id, d } = await asked();
    hand.clock.turn(31 * minute);
    expect(await hand.click(id, 'approve')).toMatchObject({ kind: 'stale' });
    const late = {
      by: { id: 'U1', name: 'late' },
      at: hand.clock.now(),
      choice: 'approve' as const,
      reason: null,
    };
    await hand.store.decide(id, 'approval-1', late);
    await hand.visit(id);
    expect((await hand.record(id)).ending).toBe('expired');
    expect(d.step).toBe('approval');
  });
});

test('a rollout that is not up in time fails at the deadline that was set when it was asked for', async () => {
  hand.cloud.break.breaker(staging, 'auth-svc', 'off');
  hand.cloud.break.version('auth-svc', 'v1.2.0', 'cannot-pull');
  const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
  const auth = (d: Deployment) => d.releases.find((r) => r.service === 'auth-svc')?.forward;
  const following = await hand.until(id, (d) => auth(d)?.phase === 'following');
  const deadline = auth(following)?.deadline ?? 0;
  expect(deadline).toBe((auth(following)?.askedAt ?? 0) + 15 * minute);
  hand.clock.turn(20 * minute);
  await hand.visit(id);
  expect(await hand.record(id)).toMatchObject({ step: 'rollback' });
});
