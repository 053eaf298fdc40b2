/** Rule 5: a worker that dies is replaced and nothing is lost. (`test/crash` does it with real processes.) */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import type { SlackWriter } from '../../../../src/clients/slack.ts';
import { createSight } from '../../../../src/jobs/home/sight.ts';
import { backoff, createQueues, type Queues } from '../../../../src/jobs/queues.ts';
import { startWorkers } from '../../../../src/jobs/workers.ts';
import { type ByHand, byHand, staging } from '../../by-hand.ts';

let hand: ByHand;
let queues: Queues;
let workers: ReturnType<typeof startWorkers> | undefined;
let turning: NodeJS.Timeout;
beforeEach(async () => {
  hand = await byHand();
  queues = createQueues(hand.redis, hand.prefix);
  turning = setInterval(() => hand.clock.turn(1_000), 10);
});
afterEach(async () => {
  clearInterval(turning);
  await workers?.close(false);
  await queues.close();
  await hand.stop();
});

const silent: SlackWriter = {
  channelId: async () => 'C1',
  post: async (channel) => ({ channel, ts: '1.0' }),
  update: async () => {},
  find: async () => null,
  direct: async () => {},
  whisper: async () => {},
  answer: async () => {},
};
const logged: object[] = [];
const log = {
  warn: (fields: object) => void logged.push(fields),
  error: (fields: object) => void logged.push(fields),
};
const startOurs = () => {
  const world = { ...hand.worker(), slack: silent, queues, incidents: null, showHomes: async () => {} };
  const sight = createSight({ ...world, permalink: async () => '' });
  const home = { ...world, log, sight, rooms: { home: async () => {} } };
  workers = startWorkers(hand.redis, hand.prefix, { ...world, home }, log);
};

/** A worker that takes the job and is never heard of again. */
async function takeAndDie(): Promise<void> {
  const options = { connection: hand.redis, prefix: hand.prefix, lockDuration: 100, skipLockRenewal: true };
  const dead = new Worker('deployments', null, options);
  const job = await dead.getNextJob('a dead one');
  expect(await job?.isActive()).toBe(true);
  await dead.close(true);
}

const ended = async (id: string) => {
  for (const until = Date.now() + 25_000; Date.now() < until; ) {
    const d = await hand.record(id);
    if (d.step === 'ended') return d;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`still not ended: ${JSON.stringify(await hand.record(id))}`);
};

describe('a deployment whose worker died', () => {
  test('is brought to its end by another one', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    await queues.startDeployment(id);
    await takeAndDie();
    startOurs();
    expect((await ended(id)).ending).toBe('succeeded');
    expect(hand.versions(staging)).toEqual(['v1.2.0', 'v1.2.0', 'v1.2.0']);
  });

  test('for the thousandth time is taken up all the same', async () => {
    const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
    await queues.startDeployment(id);
    await hand.redis.hset(`${hand.prefix}:deployments:${id}`, 'stc', 999);
    await takeAndDie();
    startOurs();
    expect((await ended(id)).ending).toBe('succeeded');
  });
});

test('a job that fails for reasons of ours is tried for days, soon at first and every 30 seconds at last', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
  await queues.startDeployment(id);
  const waits = Array.from({ length: 10 }, (_, n) => backoff(n + 1));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  const attempts = (await queues.deployments.getJob(id))?.opts.attempts ?? 0;
  expect(attempts * 30_000).toBeGreaterThan(30 * 24 * 3_600_000);
});

test('a record that this release cannot read costs its job no attempt, and does not stop the others', async () => {
  const strange = await hand.ask({ kind: 'deploy', environment: 'staging' });
  await hand.redis.hset(
    `${hand.prefix}:deployment:${strange}`,
    'json',
    JSON.stringify({ ...(await hand.record(strange)), schema: 7 }),
  );
  await queues.startDeployment(strange);
  const id = await hand.ask({ kind: 'deploy', environment: 'staging' });
  await queues.startDeployment(id);
  logged.length = 0;
  startOurs();
  expect((await ended(id)).ending).toBe('succeeded');

  const job = await queues.deployments.getJob(strange);
  expect(job).toMatchObject({ attemptsMade: 0 });
  expect(job?.attemptsStarted).toBeGreaterThan(1);
  expect(logged).toContainEqual({
    deployment: strange,
    err: expect.objectContaining({
      message: `${strange} was stored by another release of this bot: its record has schema 7, and this release reads 1.`,
    }),
  });
});
