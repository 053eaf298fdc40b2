import type { Service } from '@aws-sdk/client-ecs';
import { expect, test } from '@jest/globals';
import { capacityOf, settlementOf } from '../../src/targets/ecs/capacity.ts';

const primary = {
  id: 'ecs-svc/1',
  status: 'PRIMARY',
  rolloutState: 'COMPLETED' as const,
  taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/prod-api:3',
  runningCount: 4,
};
const former = { id: 'ecs-svc/0', status: 'ACTIVE', runningCount: 2 };
const steady: Service = {
  status: 'ACTIVE',
  desiredCount: 4,
  runningCount: 4,
  pendingCount: 0,
  deployments: [primary],
};
const underWay = { ...primary, rolloutState: 'IN_PROGRESS' as const };

test.each<[string, Partial<Service>, boolean, string]>([
  ['steady', {}, true, '4 of 4 tasks run'],
  ['short of tasks', { runningCount: 2 }, false, '2 of 4 tasks run'],
  ['scaled up', { runningCount: 2, pendingCount: 2 }, false, '2 of 4 tasks run, 2 more are starting'],
  ['nearly up', { runningCount: 3, pendingCount: 1 }, false, '3 of 4 tasks run, 1 more is starting'],
  ['with more than wanted', { runningCount: 6 }, false, '6 of 4 tasks run'],
  [
    'replacing as many as run',
    { pendingCount: 4, deployments: [underWay, former] },
    false,
    '4 of 4 tasks run, 4 more are starting',
  ],
  [
    'about to complete',
    { deployments: [underWay] },
    false,
    'a rollout is under way: 4 of 4 tasks of prod-api:3 run',
  ],
  [
    'still draining',
    { deployments: [primary, former] },
    false,
    'a rollout is under way: 4 of 4 tasks of prod-api:3 run',
  ],
  ['going away', { status: 'DRAINING' }, false, 'the service is draining'],
  ['scaled to zero', { desiredCount: 0, runningCount: 0 }, true, '0 of 0 tasks run'],
  ['on its way to zero', { desiredCount: 0, runningCount: 1 }, false, '1 of 0 tasks run'],
])('a service that is %s', (_, change, settled, detail) => {
  expect(settlementOf({ ...steady, ...change })).toEqual({ settled, detail });
});

test('what ECS leaves out counts as none', () => {
  expect(capacityOf({})).toEqual({ desired: 0, running: 0, pending: 0 });
  expect(capacityOf({ ...steady, pendingCount: 1 })).toEqual({ desired: 4, running: 4, pending: 1 });
});
