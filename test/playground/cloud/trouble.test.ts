/** Services that go wrong while they run, without any deployment. */
import { DescribeTasksCommand, ListTasksCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OpenCloud, openCloud, PROD, until } from './support.ts';

let world: OpenCloud;
beforeEach(async () => {
  world = await openCloud();
});
afterEach(() => world.close());

const get = (path = '/health', service = 'api-gateway') =>
  fetch(world.cloud.siteUrl(PROD, `/${service}${path}`));
const service = 'api-gateway';
const restart = () =>
  world.ecs.send(new UpdateServiceCommand({ cluster: PROD, service, forceNewDeployment: true }));
const stable = () => until(world, async () => world.cloud.running(PROD, service).stable);

test('errors are answered by this service alone, until it is healed', async () => {
  world.cloud.break.service(PROD, service, 'errors');
  expect([(await get()).status, (await get()).status, (await get('/health', 'market')).status]).toEqual([
    500, 500, 200,
  ]);
  expect(world.cloud.running(PROD, service)).toMatchObject({ version: 'v1.1.0', stable: true });
  expect(world.cloud.snapshot().services[0]).toMatchObject({ service, trouble: 'errors' });
  await restart();
  await stable();
  expect((await get()).status).toBe(500);
  world.cloud.break.service(PROD, service, 'fine');
  expect((await get()).status).toBe(200);
  expect(world.cloud.snapshot().services[0]).toMatchObject({ service, trouble: null });
});

test('the dashboard of a healthy service shows the sick one', async () => {
  world.cloud.break.service(PROD, 'market', 'errors');
  expect(await (await get('/health/dashboard')).json()).toMatchObject({
    overall: 'degraded',
    moatServices: { market: { status: 'unhealthy' } },
  });
});

test('slow answers take six seconds of the clock', async () => {
  world.cloud.break.service(PROD, service, 'slow');
  const asked = world.clock.now();
  expect((await get()).status).toBe(200);
  expect(world.clock.now() - asked).toBe(6_000);
});

test('refused connections are dropped', async () => {
  world.cloud.break.service(PROD, service, 'refused');
  await expect(get()).rejects.toThrow('fetch failed');
  expect((await get('/health', 'market')).status).toBe(200);
});

test('what is stuck is healed by new tasks, as far as they have come', async () => {
  world.cloud.break.service(PROD, service, 'errors', 'new-tasks');
  await world.clock.sleep(60_000);
  expect((await get()).status).toBe(500);
  await restart();
  // The first of two new tasks runs, one old one was told to stop.
  await world.clock.sleep(17_000);
  const halfway = [(await get()).status, (await get()).status];
  expect(halfway.toSorted((a, b) => a - b)).toEqual([200, 500]);
  await stable();
  expect([(await get()).status, (await get()).status]).toEqual([200, 200]);
});

test('what has too few tasks is healed by more of them, and only while they are there', async () => {
  world.cloud.break.service(PROD, service, 'slow', { tasks: 3 });
  const took = async () => {
    const asked = world.clock.now();
    await get();
    return world.clock.now() - asked;
  };
  const scale = (desiredCount: number) =>
    world.ecs.send(new UpdateServiceCommand({ cluster: PROD, service, desiredCount }));
  expect(await took()).toBe(6_000);
  const { service: scaled } = await scale(3);
  expect(scaled).toMatchObject({ desiredCount: 3, deployments: [{ rolloutState: 'COMPLETED' }] });
  await stable();
  expect(await took()).toBe(0);
  await scale(2);
  expect(await took()).toBe(6_000);
});

test('crashing tasks exit at once and again and again, and healed ones stay', async () => {
  world.cloud.break.service(PROD, service, 'crash');
  expect((await get()).status).toBe(503);
  expect((await world.describe()).runningCount).toBe(0);
  await world.clock.sleep(180_000);
  const { taskArns: tasks = [] } = await world.ecs.send(
    new ListTasksCommand({ cluster: PROD, serviceName: service, desiredStatus: 'STOPPED' }),
  );
  const stopped = await world.ecs.send(new DescribeTasksCommand({ cluster: PROD, tasks }));
  expect(tasks.length).toBeGreaterThan(4);
  expect(new Set(stopped.tasks?.map(({ stopCode }) => stopCode))).toEqual(
    new Set(['EssentialContainerExited']),
  );
  world.cloud.break.service(PROD, service, 'fine');
  await stable();
  await world.clock.sleep(300_000);
  expect(world.cloud.running(PROD, service)).toMatchObject({ runningCount: 2, stable: true });
  expect((await get()).status).toBe(200);
});

test('tasks that crash once are replaced by ECS without anybody asking', async () => {
  world.cloud.break.service(PROD, service, 'crash', 'new-tasks');
  expect((await world.describe()).runningCount).toBe(0);
  await stable();
  expect((await get()).status).toBe(200);
  expect(world.cloud.writes).toEqual([]);
});
