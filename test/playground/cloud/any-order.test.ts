/** Whatever is done to a service in whatever order, the cloud's books stay right and a good version gets out. */

import {
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { api, type OpenCloud, openCloud, PROD, until } from './support.ts';

const tag = fc.constantFrom('v1.0.0', 'v1.1.0', 'v1.2.0');
const how = fc.constantFrom(
  'crash-at-start',
  'crash-loop',
  'crash-later',
  'fails-health-check',
  'cannot-pull',
  'fine',
);
const deed = fc.oneof(
  fc.record({ what: fc.constant('supersede'), tag }),
  fc.record({ what: fc.constant('break'), tag, how }),
  fc.record({ what: fc.constant('scale'), to: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ what: fc.constant('force') }),
  fc.record({ what: fc.constant('stop') }),
);
type Deed = {
  what: string;
  tag?: string;
  how?: Parameters<OpenCloud['cloud']['break']['version']>[2];
  to?: number;
};

const update = (world: OpenCloud, change: object) =>
  world.ecs.send(new UpdateServiceCommand({ cluster: PROD, service: 'api-gateway', ...change }));

async function act(world: OpenCloud, { what, tag = '', how = 'fine', to = 0 }: Deed) {
  if (what === 'supersede') world.cloud.break.supersede(PROD, 'api-gateway', tag);
  if (what === 'break') world.cloud.break.version('api-gateway', tag, how);
  if (what === 'scale') await update(world, { desiredCount: to });
  if (what === 'force') await update(world, { forceNewDeployment: true });
  if (what === 'stop') await stopCurrent(world);
}

async function stopCurrent(world: OpenCloud) {
  const { currentServiceDeployment } = await world.describe();
  await world.ecs
    .send(new StopServiceDeploymentCommand({ serviceDeploymentArn: currentServiceDeployment }))
    .catch((error) => expect(error).toMatchObject({ name: 'ConflictException' }));
}

async function booksAreRight(world: OpenCloud) {
  const { deployments = [], desiredCount = 0, runningCount = 0, taskDefinition } = await world.describe();
  expect(deployments.map(({ status }) => status === 'PRIMARY')).toEqual(
    deployments.map((_, index) => index === 0),
  );
  expect(deployments[0]?.taskDefinition).toBe(taskDefinition);
  const sum = deployments.reduce((total, deployment) => total + (deployment.runningCount ?? 0), 0);
  expect(sum).toBe(runningCount);
  if (deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED') {
    expect(runningCount).toBeLessThanOrEqual(desiredCount);
  }
}

test('whatever happened before, a good version gets out and every service deployment ends', async () => {
  const deeds = fc.array(fc.tuple(deed, fc.integer({ min: 0, max: 120_000 })), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(deeds, fc.constantFrom('off', 'on', 'rollback'), async (deeds, breaker) => {
      const world = await openCloud({ services: [{ ...api, breaker }], quotas: false });
      try {
        for (const [deed, pause] of deeds) {
          await act(world, deed);
          await booksAreRight(world);
          await world.clock.sleep(pause);
          await booksAreRight(world);
        }
        for (const known of api.tags) world.cloud.break.version('api-gateway', known, 'fine');
        await update(world, { desiredCount: 2 });
        world.cloud.break.supersede(PROD, 'api-gateway', 'v1.2.0');
        await until(world, async () => {
          await booksAreRight(world);
          return world.cloud.running(PROD, 'api-gateway').stable;
        });
        expect(world.cloud.running(PROD, 'api-gateway')).toMatchObject({
          version: 'v1.2.0',
          runningCount: 2,
        });
        await world.clock.sleep(10_000);
        const list = new ListServiceDeploymentsCommand({
          cluster: PROD,
          service: 'api-gateway',
          maxResults: 100,
        });
        const { serviceDeployments = [] } = await world.ecs.send(list);
        expect(serviceDeployments.filter(({ finishedAt }) => !finishedAt)).toEqual([]);
      } finally {
        await world.close();
      }
    }),
    { numRuns: 40 },
  );
});
