/** What a crash between two writes left behind is found, and what is there is left alone. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import { createQueues, type Queues } from '../../src/jobs/queues.ts';
import { keepSweeping, sweep } from '../../src/jobs/sweep.ts';
import { type ByHand, byHand } from './by-hand.ts';

let hand: ByHand;
let queues: Queues;
beforeEach(async () => {
  hand = await byHand();
  queues = createQueues(hand.redis, hand.prefix);
});
afterEach(async () => {
  await queues.close();
  await hand.stop();
});

const ask = () => hand.ask({ kind: 'deploy', environment: 'staging' });
const jobs = async () => (await queues.deployments.getJobs()).map(({ id, data }) => ({ id, data }));

describe('the sweep', () => {
  test('gives a record whose job was lost its job again', async () => {
    const id = await ask();
    expect(await jobs()).toEqual([]);
    await sweep(hand.store, queues);
    expect(await jobs()).toEqual([{ id, data: { id } }]);
  });

  test('may run anywhere at any time: twenty at once add one job', async () => {
    const id = await ask();
    await Promise.all(Array.from({ length: 20 }, () => sweep(hand.store, queues)));
    expect(await jobs()).toEqual([{ id, data: { id } }]);
  });

  test('leaves a job that waits for its time alone', async () => {
    const id = await ask();
    await queues.deployments.add('advance', { id }, { jobId: id, delay: 60_000 });
    await sweep(hand.store, queues);
    expect(await (await queues.deployments.getJob(id))?.getState()).toBe('delayed');
  });

  test('wants nothing for a deployment that has ended', async () => {
    const id = await ask();
    await hand.click(id, 'cancel');
    await hand.visit(id);
    await sweep(hand.store, queues);
    expect(await jobs()).toEqual([]);
  });

  test('starts a job again that gave up', async () => {
    const id = await ask();
    await queues.deployments.add('advance', { id }, { jobId: id, attempts: 1 });
    const quitter = new Worker('deployments', null, { connection: hand.redis, prefix: hand.prefix });
    const job = await quitter.getNextJob('token');
    await job?.moveToFailed(new Error('gave up'), 'token', false);
    expect(await job?.getState()).toBe('failed');
    await sweep(hand.store, queues);
    expect(await job?.getState()).toBe('waiting');
    await quitter.close();
  });
});

describe('sweeping again and again', () => {
  test('waits for a sweep that Redis keeps open, and goes on after one that failed', async () => {
    const failures: unknown[] = [];
    let begun = 0;
    let end: (error?: Error) => void = () => {};
    const sweepOnce = () =>
      new Promise<void>((resolve, reject) => {
        begun++;
        end = (error) => (error ? reject(error) : resolve());
      });
    const sweeping = keepSweeping(sweepOnce, 10, (error) => failures.push(error));
    const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
    await pause();
    expect(begun).toBe(1);
    end(new Error('Redis is away'));
    await pause();
    expect(begun).toBe(2);
    expect(failures).toHaveLength(1);
    sweeping.stop();
    end();
  });
});

describe('a wake-up', () => {
  test('brings a job that waits for its time to the front', async () => {
    const id = await ask();
    await queues.deployments.add('advance', { id }, { jobId: id, delay: 60_000 });
    await queues.wake(id);
    expect(await (await queues.deployments.getJob(id))?.getState()).toBe('waiting');
  });

  test('of a job that is at work or not there does no harm', async () => {
    const id = await ask();
    await queues.wake(id);
    await queues.startDeployment(id);
    const worker = new Worker('deployments', null, { connection: hand.redis, prefix: hand.prefix });
    const job = await worker.getNextJob('token');
    await queues.wake(id);
    expect(await job?.getState()).toBe('active');
    await worker.close();
  });
});
