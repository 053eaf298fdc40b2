/** Rule 7: a save carries the revision that it read; a late writer is refused. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SaveConflict } from '../../../../src/clients/store/errors.ts';
import { advance } from '../../../../src/jobs/deployment/advance.ts';
import { type ByHand, byHand, staging } from '../../by-hand.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

const deploy = () => hand.ask({ kind: 'deploy', environment: 'staging' });

describe('a worker that was overtaken', () => {
  test('cannot save, and leaves no trace: neither record nor audit nor lock', async () => {
    const id = await deploy();
    await hand.untilIn(id, 'rollout');
    const late = await hand.record(id);
    hand.clock.turn(1_000);
    await hand.visit(id);
    const winner = await hand.record(id);
    expect(winner.revision).toBeGreaterThan(late.revision);
    const audit = await hand.store.auditTail(1_000);

    const end = { ...late, step: 'ended' as const, ending: 'failed' as const };
    const line = { at: 0, who: null, what: 'x', deployment: id, environment: 'staging', detail: null };
    const saving = hand.store.save(end, [{ ...line, from: 'worker' }]);
    await expect(saving).rejects.toThrow(SaveConflict);
    await expect(saving).rejects.toThrow(
      `${id} was saved or stopped by somebody else after revision ${late.revision}`,
    );

    expect(await hand.record(id)).toEqual(winner);
    expect(await hand.store.auditTail(1_000)).toEqual(audit);
    expect((await hand.store.lockHolder('staging'))?.deployment).toBe(id);
    expect(await hand.store.activeIds()).toEqual([id]);
  });

  test('stops at once: its visit fails, and the job is tried again', async () => {
    const id = await deploy();
    await hand.untilIn(id, 'rollout');
    hand.clock.turn(1_000);
    let isOvertaken = false;
    hand.beforeStep = async () => {
      if (isOvertaken) return;
      isOvertaken = true;
      await advance(id, { ...hand.worker(), show: async () => {} });
    };
    await expect(hand.visit(id)).rejects.toThrow(SaveConflict);
    expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
  });

  test('cannot save a deployment that is not there', async () => {
    const d = await hand.record(await deploy());
    await expect(hand.store.save({ ...d, id: 'D-404' }, [])).rejects.toThrow(SaveConflict);
    expect(await hand.store.load('D-404')).toBeNull();
  });
});

test('four workers that fight for every visit bring one deployment to one good end', async () => {
  const id = await deploy();
  let conflicts = 0;
  for (let rounds = 0; (await hand.record(id)).step !== 'ended'; rounds++) {
    if (rounds > 500) throw new Error('still not ended');
    const visits = await Promise.allSettled([1, 2, 3, 4].map(() => hand.visit(id)));
    for (const visit of visits) {
      if (visit.status === 'rejected') {
        expect(visit.reason).toBeInstanceOf(SaveConflict);
        conflicts++;
      }
    }
    hand.clock.turn(500);
  }
  const d = await hand.record(id);
  expect(d.ending).toBe('succeeded');
  expect(conflicts).toBeGreaterThan(0);
  expect(hand.versions(staging)).toEqual(['v1.2.0', 'v1.2.0', 'v1.2.0']);
  expect((await hand.store.auditTail(1_000, id)).map(({ what }) => what).reverse()).toEqual(
    d.story.map(({ event }) => `deploy.${event}`),
  );
  const updates = hand.effects().filter((effect) => effect.startsWith('UpdateService'));
  expect(updates).toHaveLength(3);
});
