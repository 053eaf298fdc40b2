import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Stage, startStage } from '../../playground/stage.ts';

describe('a stage with Socket Mode and workers of their own', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage({ scale: 40, socketMode: true, workers: 1, running: { production: 'v1.5.0' } });
  }, 60_000);

  afterAll(async () => {
    await stage?.stop();
  }, 60_000);

  test('the cloud runs what was wished for, and the catalog fits it', () => {
    const { estate, cloud } = stage;
    for (const service of estate.catalog.services) {
      expect(cloud.running(estate.cluster('production'), service)).toMatchObject({
        version: 'v1.5.0',
        stable: true,
      });
      expect(cloud.running(estate.cluster('staging'), service)).toMatchObject({
        version: 'v1.4.1',
        stable: true,
      });
    }
  });

  test('every probe of the catalog finds a healthy service', async () => {
    await stage.slack.command('/health production --full', { as: 'carla' });
    await until(() => JSON.stringify(stage.slack.ephemerals('carla')).includes('All 7 services healthy'));
  });

  test('a killed worker stays away until it is started again', async () => {
    const [web, worker] = stage.bots;
    expect(stage.bots.map(({ name }) => name)).toEqual(['web', 'worker 1']);
    const before = worker?.pid();
    await worker?.kill('SIGKILL');
    expect(worker?.isRunning()).toBe(false);
    expect(web.isRunning()).toBe(true);
    await worker?.restart();
    expect(worker?.pid()).not.toBe(before);
    expect((await fetch(`${worker?.url}/readyz`)).status).toBe(200);
  }, 30_000);
});

test('a stage that ends takes its processes and its keys in Redis with it', async () => {
  const stage = await startStage({ scale: 40 });
  const pid = stage.bots[0].pid() ?? 0;
  await stage.slack.command('/deploy staging web', { as: 'ana' });
  await stage.stop();
  expect(() => process.kill(pid, 0)).toThrow();
  const redis = new Redis(stage.redis.url);
  expect(await redis.keys(`${stage.redis.prefix}*`)).toEqual([]);
  redis.disconnect();
}, 60_000);

test('a bot that cannot start is told with its own words, and nothing is left of the stage', async () => {
  const starting = startStage({ scale: 40, environment: { SLACK_BOT_TOKEN: 'wrong' } });
  await expect(starting).rejects.toThrow(/SLACK_BOT_TOKEN: expected a bot token/);
}, 60_000);

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!holds() && performance.now() < end) await sleep(25);
  expect(holds()).toBe(true);
}
