/** Rule 9: a record carries its schema. One that this release does not know is left alone, in plain words. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UnreadableRecord } from '../../../../src/clients/store/deployments.ts';
import { createQueues } from '../../../../src/jobs/queues.ts';
import { sweep } from '../../../../src/jobs/sweep.ts';
import { type ByHand, byHand } from '../../by-hand.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

/** As a later release of the bot would have stored it. */
const fromLaterRelease = async (id: string) => {
  const record = { ...(await hand.record(id)), schema: 2, mood: 'good' };
  await hand.redis.hset(`${hand.prefix}:deployment:${id}`, 'json', JSON.stringify(record));
};
const deploy = () => hand.ask({ kind: 'deploy', environment: 'staging' });

describe('a record of another release', () => {
  test('is not worked on, and says why', async () => {
    const id = await deploy();
    await fromLaterRelease(id);
    const visit = hand.visit(id);
    await expect(visit).rejects.toThrow(UnreadableRecord);
    await expect(visit).rejects.toThrow(
      `${id} was stored by another release of this bot: its record has schema 2, and this release reads 1.`,
    );
    expect(hand.cloud.writes).toEqual([]);
  });

  test('keeps its lock, so that nobody changes the environment under it', async () => {
    const id = await deploy();
    await hand.untilIn(id, 'rollout');
    await fromLaterRelease(id);
    const next = await deploy();
    const d = await hand.untilIn(next, 'ended');
    expect(d).toMatchObject({ ending: 'refused', refusal: { code: 'gate-unknown' } });
    expect(d.refusal?.message).toContain(`${id} was stored by another release`);
    expect((await hand.store.lockHolder('staging'))?.deployment).toBe(id);
  });

  test('does not hide the others: lists, sweeps and rollbacks go on', async () => {
    const [strange, ours] = [await deploy(), await deploy()];
    await fromLaterRelease(strange);
    expect((await hand.store.activeDeployments()).map(({ id }) => id)).toEqual([ours]);
    expect((await hand.store.recentDeployments(10)).map(({ id }) => id)).toEqual([ours]);

    const queues = createQueues(hand.redis, hand.prefix);
    await sweep(hand.store, queues);
    expect((await queues.deployments.getJobs()).map(({ id }) => id).toSorted()).toEqual([strange, ours]);
    await queues.close();

    const rollback = await hand.ask({ kind: 'rollback', environment: 'staging' });
    await hand.visit(rollback);
    expect(await hand.record(rollback)).toMatchObject({ refusal: { code: 'nothing-healthy' } });
  });

  test('answers a click in words for people', async () => {
    const id = await deploy();
    await fromLaterRelease(id);
    const click = hand.click(id, 'cancel').catch((error: unknown) => error);
    expect(await click).toMatchObject({ name: 'Refusal', code: 'unreadable' });
  });
});
