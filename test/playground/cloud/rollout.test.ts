/** Rolling deployments through the real SDK: how they succeed and fail. */

import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, expect, test } from '@jest/globals';
import { api, IMAGES, type OpenCloud, openCloud, PROD, until } from './support.ts';

let world: OpenCloud;
afterEach(() => world.close());

/** Registers what runs with another tag and deploys it, as a bot does. */
async function deploy(tag: string, service = 'api-gateway') {
  const { ecs, describe } = world;
  const current = (await describe(service)).taskDefinition;
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: current }));
  const { registeredAt, registeredBy, revision, status, compatibilities, requiresAttributes, ...same } =
    taskDefinition ?? {};
  const registered = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...same,
      family: same.family,
      containerDefinitions: same.containerDefinitions?.map((container) =>
        container.name === 'app' ? { ...container, image: `${IMAGES}/${service}:${tag}` } : container,
      ),
    }),
  );
  const arn = registered.taskDefinition?.taskDefinitionArn ?? '';
  const updated = await ecs.send(new UpdateServiceCommand({ cluster: PROD, service, taskDefinition: arn }));
  return { arn, current, service: updated.service, rollout: updated.service?.currentServiceDeployment ?? '' };
}

const rolloutNow = async (arn: string) => {
  const answer = await world.ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }),
  );
  return answer.serviceDeployments?.[0];
};

const rolloutEnds = (arn: string) =>
  until(world, async () => {
    const rollout = await rolloutNow(arn);
    return rollout?.finishedAt && rollout;
  });

const serviceShows = (what: (service: Service) => boolean) =>
  until(world, async () => {
    const service = await world.describe();
    return what(service) && service;
  });

const messages = (service: Service) => service.events?.map(({ message }) => message) ?? [];

test('a rollout raises the new revision, drains the old one and ends with one completed deployment', async () => {
  world = await openCloud({ services: [{ ...api, desired: 4 }] });
  const { arn, current, service, rollout } = await deploy('v1.2.0');
  expect(service?.deployments).toMatchObject([
    {
      status: 'PRIMARY',
      taskDefinition: arn,
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment ${service?.deployments?.[0]?.id} in progress.`,
      runningCount: 0,
      id: expect.stringMatching(/^ecs-svc\/\d{19}$/),
    },
    { status: 'ACTIVE', taskDefinition: current, rolloutState: 'COMPLETED', runningCount: 4 },
  ]);
  expect(await rolloutNow(rollout)).toMatchObject({ status: 'PENDING' });

  const midway = await serviceShows(({ deployments }) => (deployments?.[0]?.runningCount ?? 0) > 0);
  expect(midway.deployments).toHaveLength(2);
  expect((await rolloutNow(rollout))?.status).toBe('IN_PROGRESS');

  const done = await rolloutEnds(rollout);
  expect(done).toMatchObject({
    status: 'SUCCESSFUL',
    targetServiceRevision: { runningTaskCount: 4, requestedTaskCount: 4 },
  });
  // A second until ECS begins, 20 s until the last task runs, 10 s until the old ones are drained.
  expect(Number(done.finishedAt) - Number(done.createdAt)).toBe(31_000);

  const after = await world.describe();
  expect(after.deployments).toMatchObject([
    {
      status: 'PRIMARY',
      taskDefinition: arn,
      rolloutState: 'COMPLETED',
      rolloutStateReason: `ECS deployment ${after.deployments?.[0]?.id} completed.`,
      runningCount: 4,
    },
  ]);
  expect(messages(after).slice(0, 2)).toEqual([
    '(service api-gateway) has reached a steady state.',
    `(service api-gateway) (deployment ${after.deployments?.[0]?.id}) deployment completed.`,
  ]);
  expect(messages(after).some((text) => /has started 4 tasks: \(task [0-9a-f]{32}\)/.test(text ?? ''))).toBe(
    true,
  );
  expect(world.cloud.running(PROD, 'api-gateway')).toEqual({
    version: 'v1.2.0',
    taskDefinition: arn,
    runningCount: 4,
    desiredCount: 4,
    stable: true,
  });
});

test('without rollback the circuit breaker leaves the failed revision PRIMARY beside the old one that serves', async () => {
  world = await openCloud({ services: [{ ...api, desired: 1, breaker: 'on' }] });
  world.cloud.break.version('api-gateway', 'v1.2.0', 'crash-at-start');
  const { arn, current, rollout } = await deploy('v1.2.0');
  const failed = await serviceShows(({ deployments }) => deployments?.[0]?.rolloutState === 'FAILED');
  expect(failed.deployments).toMatchObject([
    {
      status: 'PRIMARY',
      taskDefinition: arn,
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      failedTasks: 3,
      runningCount: 0,
    },
    { status: 'ACTIVE', taskDefinition: current, rolloutState: 'COMPLETED', runningCount: 1 },
  ]);
  expect(await rolloutNow(rollout)).toMatchObject({
    status: 'STOPPED',
    deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
  });
  await world.clock.sleep(120_000);
  expect((await world.describe()).pendingCount).toBe(0);
});

test('crashing tasks are tried again about 52 s apart and leave their exit codes', async () => {
  world = await openCloud({ services: [{ ...api, desired: 1, breaker: 'on' }] });
  world.cloud.break.version('api-gateway', 'v1.2.0', 'crash-at-start');
  await deploy('v1.2.0');
  await serviceShows(({ deployments }) => deployments?.[0]?.rolloutState === 'FAILED');
  const { taskArns } = await world.ecs.send(
    new ListTasksCommand({ cluster: PROD, serviceName: 'api-gateway', desiredStatus: 'STOPPED' }),
  );
  const { tasks = [] } = await world.ecs.send(new DescribeTasksCommand({ cluster: PROD, tasks: taskArns }));
  const crashed = tasks.filter(({ stopCode }) => stopCode === 'EssentialContainerExited');
  expect(crashed).toHaveLength(3);
  expect(crashed[0]).toMatchObject({
    lastStatus: 'STOPPED',
    stoppedReason: 'Essential container in task exited',
  });
  expect(crashed[0]?.containers?.find(({ name }) => name === 'app')?.exitCode).toBe(1);
  const times = crashed.map(({ createdAt }) => Number(createdAt)).sort((a, b) => a - b);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(52_000);
});

test('with rollback the old revision becomes PRIMARY again and it looks like a success', async () => {
  world = await openCloud({ services: [{ ...api, breaker: 'rollback' }] });
  world.cloud.break.version('api-gateway', 'v1.2.0', 'crash-at-start');
  const { arn, current, rollout } = await deploy('v1.2.0');
  const back = await serviceShows(({ taskDefinition }) => taskDefinition === current);
  const [target, failed] = back.deployments ?? [];
  expect([target, failed]).toMatchObject([
    {
      status: 'PRIMARY',
      taskDefinition: current,
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${target?.id}.`,
    },
    { taskDefinition: arn },
  ]);
  expect(await rolloutNow(rollout)).toMatchObject({
    status: 'ROLLBACK_IN_PROGRESS',
    rollback: { reason: expect.any(String) },
  });

  const draining = await serviceShows(({ deployments }) => deployments?.[1]?.status === 'DRAINING');
  expect(draining.deployments?.[1]?.rolloutState).toBe('FAILED');

  const ended = await rolloutEnds(rollout);
  expect(ended.status).toBe('ROLLBACK_SUCCESSFUL');
  expect(ended.statusReason).toBe(
    'Service deployment rolled back because the circuit breaker threshold was exceeded.',
  );
  const after = await world.describe();
  expect(after.deployments).toMatchObject([
    { taskDefinition: current, rolloutState: 'COMPLETED', runningCount: 2 },
  ]);
  expect(messages(after)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/deployment failed: tasks failed to start\.$/),
      `(service api-gateway) rolling back to deployment ${target?.id}.`,
    ]),
  );
});

test.each([
  { desired: 1, threshold: 3 },
  { desired: 10, threshold: 5 },
  { desired: 500, threshold: 200 },
])('the circuit breaker of $desired tasks trips at $threshold failures', async ({ desired, threshold }) => {
  world = await openCloud({ services: [{ ...api, desired, breaker: 'on' }] });
  const { rollout } = await deploy('v1.2.0');
  expect((await rolloutNow(rollout))?.deploymentCircuitBreaker).toMatchObject({
    threshold,
    status: 'MONITORING',
  });
});

test('a task that becomes healthy sets the failures back to 0, unless configured otherwise', async () => {
  world = await openCloud({ services: [{ ...api, desired: 1, breaker: 'on' }] });
  world.cloud.break.version('api-gateway', 'v1.2.0', 'crash-loop');
  await deploy('v1.2.0');
  await world.clock.sleep(300_000);
  expect((await world.describe()).deployments?.[0]).toMatchObject({ rolloutState: 'IN_PROGRESS' });

  await world.ecs.send(
    new UpdateServiceCommand({
      cluster: PROD,
      service: 'api-gateway',
      deploymentConfiguration: {
        deploymentCircuitBreaker: { enable: true, rollback: false, resetOnHealthyTask: false },
      },
    }),
  );
  await serviceShows(({ deployments }) => deployments?.[0]?.rolloutState === 'FAILED');
});

test('an image that cannot be pulled fails slowly: 2:34, 4:46, 11:00, and the breaker trips at 11:44', async () => {
  world = await openCloud({ services: [{ ...api, desired: 1, breaker: 'on' }] });
  const { rollout } = await deploy('v9.9.9');
  const ended = await rolloutEnds(rollout);
  const after = Math.round((Number(ended.finishedAt) - Number(ended.startedAt)) / 1000);
  expect(Math.abs(after - (11 * 60 + 44))).toBeLessThan(15);
  const service = await world.describe();
  expect(messages(service)).toContainEqual(
    expect.stringContaining('was unable to place a task. Reason: CannotPullContainerError'),
  );
  expect(world.cloud.running(PROD, 'api-gateway')).toMatchObject({
    version: 'v1.1.0',
    runningCount: 1,
    stable: false,
  });
});

test('without a breaker a broken rollout stays IN_PROGRESS and the old tasks serve on', async () => {
  world = await openCloud();
  world.cloud.break.version('api-gateway', 'v1.2.0', 'fails-health-check');
  const { current } = await deploy('v1.2.0');
  await world.clock.sleep(900_000);
  const service = await world.describe();
  expect(service.deployments?.[0]).toMatchObject({ rolloutState: 'IN_PROGRESS', status: 'PRIMARY' });
  expect(service.deployments?.[1]).toMatchObject({ taskDefinition: current, runningCount: 2 });
  expect(messages(service)).toContainEqual(
    expect.stringMatching(/\(task \w+\) failed container health checks\.$/),
  );
});

test('a new deployment stops the one that is under way', async () => {
  world = await openCloud();
  const first = await deploy('v1.2.0');
  await world.clock.sleep(5_000);
  world.cloud.break.supersede(PROD, 'api-gateway', 'v1.0.0');
  expect(await rolloutNow(first.rollout)).toMatchObject({ status: 'STOP_REQUESTED' });
  expect(await rolloutEnds(first.rollout)).toMatchObject({ status: 'STOPPED' });
  await serviceShows(({ deployments }) => deployments?.length === 1);
  expect(world.cloud.running(PROD, 'api-gateway')).toMatchObject({ version: 'v1.0.0', stable: true });
  expect(world.cloud.writes.map(({ operation }) => operation)).toEqual([
    'RegisterTaskDefinition',
    'UpdateService',
  ]);
});

test('a rollout is rolled back on request, also where the breaker is off', async () => {
  world = await openCloud();
  const { current, rollout } = await deploy('v1.2.0');
  await world.clock.sleep(15_000);
  await world.ecs.send(
    new StopServiceDeploymentCommand({ serviceDeploymentArn: rollout, stopType: 'ROLLBACK' }),
  );
  expect((await rolloutNow(rollout))?.status).toBe('ROLLBACK_REQUESTED');
  expect((await rolloutEnds(rollout)).status).toBe('ROLLBACK_SUCCESSFUL');
  expect((await world.describe()).deployments).toMatchObject([{ taskDefinition: current, runningCount: 2 }]);
  const again = world.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: rollout }));
  await expect(again).rejects.toMatchObject({ name: 'ConflictException' });
});

test('a rollback whose old version no longer starts fails', async () => {
  world = await openCloud({ services: [{ ...api, breaker: 'rollback' }] });
  world.cloud.break.version('api-gateway', 'v1.2.0', 'crash-loop');
  const { rollout } = await deploy('v1.2.0');
  await serviceShows(({ deployments }) => deployments?.length === 1 || deployments?.[1]?.runningCount === 0);
  world.cloud.break.version('api-gateway', 'v1.1.0', 'crash-at-start');
  await world.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: rollout }));
  expect((await rolloutEnds(rollout)).status).toBe('ROLLBACK_FAILED');
});

test('a version that crashes after a minute completes its rollout and then keeps crashing', async () => {
  world = await openCloud();
  world.cloud.break.version('api-gateway', 'v1.2.0', 'crash-later');
  const { rollout } = await deploy('v1.2.0');
  expect((await rolloutEnds(rollout)).status).toBe('SUCCESSFUL');
  const crashing = await serviceShows(({ runningCount }) => runningCount === 0);
  expect(crashing.deployments).toMatchObject([{ rolloutState: 'COMPLETED', failedTasks: 2 }]);
});

test('many deployments in a row end on the last one', async () => {
  world = await openCloud();
  for (const tag of ['v1.2.0', 'v1.0.0', 'v1.2.0', 'v1.0.0']) {
    await deploy(tag);
    await world.clock.sleep(7_000);
  }
  const service = await serviceShows(({ deployments }) => deployments?.length === 1);
  expect(service).toMatchObject({ runningCount: 2, pendingCount: 0 });
  expect(world.cloud.running(PROD, 'api-gateway')).toMatchObject({ version: 'v1.0.0', stable: true });
});

test('scaled to zero, nothing runs and the deployment still says completed', async () => {
  world = await openCloud();
  const before = (await world.describe()).deployments?.[0]?.id;
  world.cloud.break.scaleToZero(PROD, 'api-gateway');
  const empty = await serviceShows(({ runningCount }) => runningCount === 0);
  expect(empty.deployments).toMatchObject([{ id: before, rolloutState: 'COMPLETED', desiredCount: 0 }]);
});

test('an image may be named by its digest', async () => {
  world = await openCloud();
  const { imageDetails } = await world.ecr.send(
    new DescribeImagesCommand({ repositoryName: 'api-gateway', imageIds: [{ imageTag: 'v1.2.0' }] }),
  );
  const digest = imageDetails?.[0]?.imageDigest ?? '';
  const { taskDefinition } = await world.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'by-digest',
      containerDefinitions: [{ name: 'app', image: `${IMAGES}/api-gateway@${digest}`, memory: 64 }],
    }),
  );
  await world.ecs.send(
    new UpdateServiceCommand({
      cluster: PROD,
      service: 'api-gateway',
      taskDefinition: taskDefinition?.taskDefinitionArn,
    }),
  );
  await serviceShows(({ deployments }) => deployments?.length === 1);
  expect(world.cloud.running(PROD, 'api-gateway')).toMatchObject({ version: digest, stable: true });
});

test('the history lists service deployments with the revisions they brought', async () => {
  world = await openCloud();
  const { arn, rollout } = await deploy('v1.2.0');
  const list = new ListServiceDeploymentsCommand({ cluster: PROD, service: 'api-gateway' });
  const { serviceDeployments = [] } = await world.ecs.send(list);
  expect(serviceDeployments.map(({ status }) => status)).toEqual(['PENDING', 'SUCCESSFUL', 'SUCCESSFUL']);
  expect(serviceDeployments[0]?.serviceDeploymentArn).toBe(rollout);
  expect(rollout).toMatch(
    /^arn:aws:ecs:us-east-1:123456789012:service-deployment\/skillancer-prod\/api-gateway\/[\w-]{21}$/,
  );
  const { serviceRevisions } = await world.ecs.send(
    new DescribeServiceRevisionsCommand({
      serviceRevisionArns: [serviceDeployments[0]?.targetServiceRevisionArn ?? ''],
    }),
  );
  expect(serviceRevisions).toMatchObject([{ taskDefinition: arn }]);
  expect(serviceRevisions?.[0]?.containerImages).toContainEqual(
    expect.objectContaining({ containerName: 'app', image: `${IMAGES}/api-gateway:v1.2.0` }),
  );
});
