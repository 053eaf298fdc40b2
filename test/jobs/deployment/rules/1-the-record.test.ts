/** Rule 1: the record is the truth. Only the worker writes it; people's clicks are decisions, and the first one wins. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { approvalQuestion } from '../../../../src/records/deployment.ts';
import { type ByHand, byHand, prod, staging } from '../../by-hand.ts';
import { ana, ben } from '../records.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

const waitingForApproval = async () => {
  await hand.end(await hand.ask({ kind: 'deploy', environment: 'staging' }));
  const id = await hand.ask({ kind: 'deploy', environment: 'production' });
  await hand.untilIn(id, 'approval');
  return id;
};

const person = (n: number) => ({ id: `U0PERSON${n}`, name: `person-${n}` });

describe('the record', () => {
  test('is checked whenever it is read: what is not a deployment is not worked on', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    const broken = { ...(await hand.record(id)), step: 'shrug' };
    await hand.redis.hset(`${hand.prefix}:deployment:${id}`, 'json', JSON.stringify(broken));
    await expect(hand.visit(id)).rejects.toThrow(`The record of ${id} is damaged (step: Invalid option`);
    expect(hand.cloud.writes).toEqual([]);
  });

  test('is not written by clicks: they are kept beside it until a worker comes', async () => {
    const id = await waitingForApproval();
    const before = await hand.record(id);
    expect(await hand.click(id, 'approve')).toMatchObject({ kind: 'recorded' });
    expect(await hand.record(id)).toEqual(before);
    await hand.visit(id);
    expect((await hand.record(id)).approval?.approvedBy).toEqual([ben]);
  });

  test('is told in the audit as it is in the story, line by line', async () => {
    hand.cloud.break.version('api-gateway', 'v1.2.0', 'unhealthy');
    const d = await hand.end(await hand.ask({ kind: 'deploy', environment: 'staging' }));
    const audit = (await hand.store.auditTail(1_000, d.id)).reverse();
    expect(audit.map(({ what }) => what)).toEqual(d.story.map(({ event }) => `deploy.${event}`));
  });
});

describe('of twenty people who decide at once', () => {
  test('one is first, and all others hear who that was', async () => {
    const id = await waitingForApproval();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => hand.click(id, n % 2 ? 'approve' : 'reject', person(n))),
    );
    const recorded = answers.filter(({ kind }) => kind === 'recorded');
    expect(recorded).toHaveLength(1);
    const [first, ...others] = await hand.store.answersTo(id, approvalQuestion(1));
    expect(others).toEqual([]);
    for (const answer of answers) {
      if (answer.kind !== 'recorded') expect(answer).toMatchObject({ kind: 'already-decided', first });
    }
    const d = await hand.end(id);
    expect(d.ending).toBe(first?.choice === 'approve' ? 'succeeded' : 'rejected');
  });

  test('one decides about a held deployment', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    await hand.untilIn(id, 'watch');
    hand.cloud.break.denied('DescribeServices');
    await hand.untilIn(id, 'hold');
    const choices = ['hold-retry', 'hold-roll-back', 'hold-leave'] as const;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => hand.click(id, choices[n % 3] ?? 'hold-leave', person(n))),
    );
    expect(answers.filter(({ kind }) => kind === 'recorded')).toHaveLength(1);
  });
});

describe('a click whose wake-up came to nothing', () => {
  test('is seen two seconds later at the latest, in whatever the deployment waits for', async () => {
    const id = await waitingForApproval();
    const waits = new Map<string, number>();
    await hand.click(id, 'approve');
    for (;;) {
      const again = await hand.visit(id);
      if (again === null) break;
      const { step } = await hand.record(id);
      const wait = again - hand.clock.now();
      waits.set(step, Math.max(wait, waits.get(step) ?? 0));
      hand.clock.turn(Math.max(1, wait));
    }
    expect(waits.get('watch')).toBe(2_000);
    expect(Math.max(...waits.values())).toBe(2_000);
  });

  test('to stop and roll back does not have to wait for the next look of the watch', async () => {
    const id = await waitingForApproval();
    await hand.click(id, 'approve');
    const { watch } = await hand.until(id, (d) => d.watch !== null);
    expect(watch?.nextLookAt).toBe(hand.clock.now() + 10_000);
    expect(await hand.click(id, 'stop')).toMatchObject({ kind: 'recorded' });
    hand.clock.turn(2_000);
    await hand.visit(id);
    expect(await hand.record(id)).toMatchObject({ step: 'rollback', stoppedBy: ben });
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(prod)).toEqual(['v1.0.0', 'v1.0.0', 'v1.0.0']);
  });

  test('to cancel arrives before anything was changed', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    expect(await hand.click(id, 'cancel', ana)).toMatchObject({ kind: 'recorded' });
    await hand.visit(id);
    expect(await hand.record(id)).toMatchObject({ ending: 'cancelled', stoppedBy: ana });
    expect(hand.cloud.writes).toEqual([]);
  });

  test('to cancel that lost the race with the first change becomes a rollback', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    await hand.until(id, (d) => d.releases.some((r) => r.forward.phase === 'prepared'));
    expect(await hand.click(id, 'cancel', ana)).toMatchObject({ kind: 'recorded' });
    await hand.redis.rename(`${hand.prefix}:decision:${id}:stop`, 'late');
    await hand.until(id, (d) => d.releases.some((r) => r.forward.phase === 'following'));
    await hand.redis.rename('late', `${hand.prefix}:decision:${id}:stop`);
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(staging)).toEqual(['v1.0.0', 'v1.0.0', 'v1.0.0']);
  });
});
