/** The services' health endpoints over HTTP: they answer as what runs would. */

import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterEach, expect, test } from '@jest/globals';
import { type OpenCloud, openCloud, PROD } from './support.ts';

let world: OpenCloud;
afterEach(() => world.close());

const get = async (path: string) => {
  const answer = await fetch(world.cloud.siteUrl(PROD, path));
  const body: unknown = await answer.json();
  return { status: answer.status, body };
};

test.each([
  '/health',
  '/health/live',
  '/health/ready',
  '/health/circuits',
  '/api/v1/auth/status',
  '/api-gateway/health/live',
])('%s answers with what the gateway runs', async (path) => {
  world = await openCloud();
  expect(await get(path)).toMatchObject({
    status: 200,
    body: { status: 'ok', version: 'v1.1.0', service: 'api-gateway' },
  });
});

test('every service answers under its own name, nothing answers elsewhere', async () => {
  world = await openCloud();
  expect((await get('/market/health/ready')).body).toMatchObject({ service: 'market' });
  expect((await get('/market/nothing')).status).toBe(404);
});

test('an unhealthy version answers 503 although its tasks run', async () => {
  world = await openCloud();
  world.cloud.break.version('api-gateway', 'v1.1.0', 'unhealthy');
  expect((await get('/health/live')).status).toBe(503);
  expect(world.cloud.running(PROD, 'api-gateway').stable).toBe(true);
  world.cloud.break.version('api-gateway', 'v1.1.0', 'fine');
  expect((await get('/health/live')).status).toBe(200);
});

test('the dashboard counts all services of the cluster', async () => {
  world = await openCloud();
  expect((await get('/health/dashboard')).body).toMatchObject({ overall: 'healthy', summary: { total: 2 } });
  world.cloud.break.version('market', 'v1.1.0', 'unhealthy');
  expect(await get('/health/dashboard')).toMatchObject({
    status: 200,
    body: {
      overall: 'degraded',
      coreServices: { 'api-gateway': { status: 'healthy' } },
      moatServices: { market: { status: 'unhealthy', version: 'v1.1.0' } },
    },
  });
});

test('while a rollout is under way old and new tasks answer in turn', async () => {
  world = await openCloud();
  await world.ecs.send(
    new UpdateServiceCommand({
      cluster: PROD,
      service: 'api-gateway',
      taskDefinition: 'skillancer-prod-api-gateway:1',
    }),
  );
  // The first of two new tasks runs, one old one was told to stop.
  await world.clock.sleep(17_000);
  const bodies = [];
  for (let count = 0; count < 4; count += 1) bodies.push((await get('/health/live')).body);
  const [one, other] = bodies;
  expect([one, other]).toEqual(
    expect.arrayContaining(['v1.0.0', 'v1.1.0'].map((version) => expect.objectContaining({ version }))),
  );
  expect(bodies.slice(2)).toEqual([one, other]);
});

test('a flaky version fails every second time it is asked', async () => {
  world = await openCloud();
  world.cloud.break.version('api-gateway', 'v1.1.0', 'flaky');
  const statuses: number[] = [];
  for (let count = 0; count < 6; count += 1) statuses.push((await get('/health/live')).status);
  expect(statuses.filter((status) => status === 500)).toHaveLength(3);
  expect(statuses.slice(0, 2)).toEqual([200, 500]);
});

test('a slow version takes six seconds of the clock', async () => {
  world = await openCloud();
  world.cloud.break.version('api-gateway', 'v1.1.0', 'slow');
  const asked = world.clock.now();
  expect((await get('/health/live')).status).toBe(200);
  expect(world.clock.now() - asked).toBe(6_000);
});

test('a version may turn unhealthy a minute after its rollout', async () => {
  world = await openCloud();
  world.cloud.break.version('api-gateway', 'v1.0.0', 'unhealthy-later');
  await world.ecs.send(
    new UpdateServiceCommand({
      cluster: PROD,
      service: 'api-gateway',
      taskDefinition: 'skillancer-prod-api-gateway:1',
    }),
  );
  await world.clock.sleep(80_000);
  expect(await get('/health/live')).toMatchObject({ status: 200, body: { version: 'v1.0.0' } });
  await world.clock.sleep(15_000);
  expect((await get('/health/live')).status).toBe(503);
});

test('with no task running the service answers 503', async () => {
  world = await openCloud();
  world.cloud.break.scaleToZero(PROD, 'api-gateway');
  expect((await get('/health/live')).status).toBe(503);
});

test('a site that is down drops connections, one that times out stays silent', async () => {
  world = await openCloud();
  world.cloud.break.site(PROD, 'down');
  await expect(get('/health/live')).rejects.toThrow('fetch failed');
  world.cloud.break.site(PROD, 'timeout');
  const silent = fetch(world.cloud.siteUrl(PROD, '/health/live'), { signal: AbortSignal.timeout(60) });
  await expect(silent).rejects.toMatchObject({ name: 'TimeoutError' });
  world.cloud.break.site(PROD, 'fine');
  expect((await get('/health/live')).status).toBe(200);
});
