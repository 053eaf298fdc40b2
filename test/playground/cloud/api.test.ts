/** The API's manners: what it refuses, how it pages, throttles and breaks. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ContainerDefinition,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, expect, test } from '@jest/globals';
import { clockFrom, clockText } from '../../../src/clients/clock.ts';
import { api, IMAGES, market, type OpenCloud, openCloud, PROD } from './support.ts';

let world: OpenCloud;
afterEach(() => world.close());

const FAMILY = 'skillancer-prod-api-gateway';
const describeApi = new DescribeServicesCommand({ cluster: PROD, services: ['api-gateway'] });
const updateTo = (taskDefinition: string) =>
  new UpdateServiceCommand({ cluster: PROD, service: 'api-gateway', taskDefinition });

test('a call without a signature is refused', async () => {
  world = await openCloud();
  const ask = (authorization?: string) =>
    fetch(world.cloud.awsUrl, {
      method: 'POST',
      body: '{}',
      headers: {
        'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
        ...(authorization ? { authorization } : {}),
      },
    });
  const bare = await ask();
  expect(bare.status).toBe(400);
  expect(await bare.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  expect(await (await ask('Bearer xyz')).json()).toMatchObject({ __type: 'IncompleteSignatureException' });
});

test.each([
  'AmazonEC2ContainerServiceV20141113.DeleteEverything',
  'AmazonEC2ContainerServiceV20141113.constructor',
  'constructor.name',
])('the unknown operation %s is refused', async (target) => {
  world = await openCloud();
  const answer = await fetch(world.cloud.awsUrl, { method: 'POST', headers: { 'x-amz-target': target } });
  expect(await answer.json()).toMatchObject({ __type: 'UnknownOperationException' });
});

test('DescribeServices takes ten names and reports unknown ones as MISSING', async () => {
  world = await openCloud();
  const ask = (services: string[], cluster = PROD) =>
    world.ecs.send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] }));
  const eleven = Array.from({ length: 11 }, (_, index) => `service-${index}`);
  await expect(ask(eleven)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(ask(['api-gateway'], 'nowhere')).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
  const { services, failures } = await ask(['market', 'nothing']);
  expect(services).toMatchObject([
    { serviceName: 'market', tags: [{ key: 'service', value: 'market' }, {}] },
  ]);
  expect(failures).toEqual([
    { arn: `arn:aws:ecs:us-east-1:123456789012:service/${PROD}/nothing`, reason: 'MISSING' },
  ]);
});

test('clusters and services are listed and described', async () => {
  world = await openCloud({ services: [api, market, { ...api, cluster: 'skillancer-staging' }] });
  expect((await world.ecs.send(new ListClustersCommand({}))).clusterArns).toHaveLength(2);
  const { clusters } = await world.ecs.send(new DescribeClustersCommand({ clusters: [PROD, 'nowhere'] }));
  expect(clusters).toMatchObject([{ clusterName: PROD, activeServicesCount: 2, runningTasksCount: 4 }]);
  const first = await world.ecs.send(new ListServicesCommand({ cluster: PROD, maxResults: 1 }));
  const second = await world.ecs.send(
    new ListServicesCommand({ cluster: PROD, maxResults: 1, nextToken: first.nextToken }),
  );
  expect([...(first.serviceArns ?? []), ...(second.serviceArns ?? [])]).toEqual([
    expect.stringContaining('api-gateway'),
    expect.stringContaining('market'),
  ]);
  expect(second.nextToken).toBeUndefined();
});

test('UpdateService takes family, family:revision and ARN, and refuses what is unknown or inactive', async () => {
  world = await openCloud();
  const deployed = async (reference: string) =>
    (await world.ecs.send(updateTo(reference))).service?.taskDefinition?.split('/').at(-1);
  expect(await deployed(`${FAMILY}:1`)).toBe(`${FAMILY}:1`);
  expect(await deployed(FAMILY)).toBe(`${FAMILY}:2`);
  const arn = `arn:aws:ecs:us-east-1:123456789012:task-definition/${FAMILY}:1`;
  expect(await deployed(arn)).toBe(`${FAMILY}:1`);
  await expect(deployed(`${FAMILY}:99`)).rejects.toMatchObject({ name: 'ClientException' });
  world.cloud.deregister(`${FAMILY}:2`);
  await expect(deployed(`${FAMILY}:2`)).rejects.toMatchObject({
    name: 'ClientException',
    message: 'TaskDefinition is inactive',
  });
  const unknown = new UpdateServiceCommand({ cluster: PROD, service: 'nothing', taskDefinition: FAMILY });
  await expect(world.ecs.send(unknown)).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
});

test('an update that changes nothing starts no deployment and is written down as without effect', async () => {
  world = await openCloud();
  const before = await world.describe();
  const { service } = await world.ecs.send(updateTo(`${FAMILY}:2`));
  expect(service?.deployments).toHaveLength(1);
  expect(service?.currentServiceDeployment).toBe(before.currentServiceDeployment);
  await world.ecs.send(
    new UpdateServiceCommand({ cluster: PROD, service: 'api-gateway', forceNewDeployment: true }),
  );
  expect((await world.describe()).deployments).toHaveLength(2);
  expect(world.cloud.writes).toMatchObject([
    { operation: 'UpdateService', cluster: PROD, service: 'api-gateway', effect: false },
    { operation: 'UpdateService', effect: true },
  ]);
});

test('a registered task definition keeps every field and gets the next number', async () => {
  world = await openCloud();
  const { taskDefinition, tags } = await world.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: FAMILY, include: ['TAGS'] }),
  );
  const containers = taskDefinition?.containerDefinitions ?? [];
  expect(containers.map(({ name }) => name)).toEqual(['xray-daemon', 'app']);
  expect(containers[1]).toMatchObject({ secrets: [{}, {}], logConfiguration: { logDriver: 'awslogs' } });
  expect(tags).toHaveLength(3);
  const { registeredAt, registeredBy, revision, status, compatibilities, requiresAttributes, ...same } =
    taskDefinition ?? {};
  const again = await world.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...same,
      family: FAMILY,
      containerDefinitions: containers,
      tags: [{ key: 'commit', value: 'abc' }],
    }),
  );
  expect(again.taskDefinition?.revision).toBe(3);
  expect(again.taskDefinition).toMatchObject({ ...same, taskDefinitionArn: expect.stringMatching(/:3$/) });
  expect(again.tags).toEqual([{ key: 'commit', value: 'abc' }]);
});

test.each([
  { wrong: 'no family', change: { family: '' } },
  { wrong: 'no container', change: { containerDefinitions: [] } },
  { wrong: 'no image', change: { containerDefinitions: [{ name: 'app' }] } },
  { wrong: 'no name', change: { containerDefinitions: [{ image: 'nginx:1' }] } },
  { wrong: 'a blank in the image', change: { containerDefinitions: [{ name: 'app', image: 'a b' }] } },
  { wrong: 'no memory on Fargate', change: { memory: undefined } },
  { wrong: 'no execution role', change: { executionRoleArn: undefined } },
])('a task definition with $wrong is refused', async ({ change }) => {
  world = await openCloud();
  const containerDefinitions: ContainerDefinition[] = [{ name: 'app', image: `${IMAGES}/api-gateway:v1` }];
  const command = new RegisterTaskDefinitionCommand({
    family: FAMILY,
    containerDefinitions,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn: 'arn:aws:iam::123456789012:role/x',
    ...change,
  });
  await expect(world.ecs.send(command)).rejects.toMatchObject({ name: 'ClientException' });
  expect(world.cloud.writes).toEqual([]);
});

test('task definitions are listed by exact family, newest first, in pages', async () => {
  world = await openCloud({ services: [api, { ...market, family: `${FAMILY}-2` }] });
  await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: `${FAMILY}:1` }));
  const list = (more: object) =>
    world.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: FAMILY, sort: 'DESC', ...more }));
  const ends = (arns: string[] | undefined) => arns?.map((arn) => arn.split(':').at(-1));
  expect(ends((await list({})).taskDefinitionArns)).toEqual(['2']);
  expect(ends((await list({ status: 'INACTIVE' })).taskDefinitionArns)).toEqual(['1']);
  await world.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: FAMILY,
      containerDefinitions: [{ name: 'app', image: 'nginx:1', memory: 64 }],
    }),
  );
  const first = await list({ maxResults: 1 });
  expect(ends(first.taskDefinitionArns)).toEqual(['3']);
  expect(ends((await list({ maxResults: 1, nextToken: first.nextToken })).taskDefinitionArns)).toEqual(['2']);
  await expect(list({ maxResults: 101 })).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('tags are added, replaced and listed', async () => {
  world = await openCloud();
  const resourceArn = `arn:aws:ecs:us-east-1:123456789012:task-definition/${FAMILY}:2`;
  await world.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'proven', value: 'yes' }] }));
  await world.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'proven', value: 'yes' }] }));
  const { tags } = await world.ecs.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(tags).toContainEqual({ key: 'proven', value: 'yes' });
  expect(world.cloud.writes.map(({ effect }) => effect)).toEqual([true, false]);
});

test('AWS quotas throttle: a burst of 20 registrations, then one a second', async () => {
  world = await openCloud();
  const containerDefinitions = [{ name: 'app', image: 'nginx:1', memory: 64 }];
  const register = () =>
    world.ecs.send(new RegisterTaskDefinitionCommand({ family: 'burst', containerDefinitions }));
  for (let count = 0; count < 20; count += 1) await register();
  await expect(register()).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
    $metadata: { httpStatusCode: 400 },
  });
  await world.clock.sleep(1_000);
  await register();
  await expect(register()).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(world.cloud.calls).toMatchObject({
    RegisterTaskDefinition: 21,
    'Throttled:RegisterTaskDefinition': 2,
  });
});

test('without quotas nothing is throttled unless a switch says so', async () => {
  world = await openCloud({ quotas: false });
  world.cloud.break.throttle('DescribeServices', 1);
  await expect(world.ecs.send(describeApi)).rejects.toMatchObject({ name: 'ThrottlingException' });
  await Promise.all(Array.from({ length: 150 }, () => world.ecs.send(describeApi)));
  expect(world.cloud.calls).toEqual({ DescribeServices: 150, 'Throttled:DescribeServices': 1 });
});

test('an answer in HTML with status 500 makes the SDK fail to read it', async () => {
  world = await openCloud();
  world.cloud.break.html500('DescribeServices', 1);
  await expect(world.ecs.send(describeApi)).rejects.toMatchObject({ name: 'SyntaxError' });
  await world.ecs.send(describeApi);
});

test('permission denied lasts until it is given back', async () => {
  world = await openCloud();
  world.cloud.break.denied('DescribeServices');
  await expect(world.ecs.send(describeApi)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(world.ecs.send(describeApi)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  world.cloud.break.denied('DescribeServices', 0);
  await world.ecs.send(describeApi);
});

test('a lost answer leaves the work done', async () => {
  world = await openCloud();
  world.cloud.break.loseAnswer('UpdateService', 1);
  await expect(world.ecs.send(updateTo(`${FAMILY}:1`))).rejects.toThrow();
  expect(world.cloud.writes).toMatchObject([{ operation: 'UpdateService', effect: true }]);
  expect((await world.describe()).deployments).toHaveLength(2);
});

test('a call that hangs does nothing and ends with its client or with the cloud', async () => {
  world = await openCloud();
  world.cloud.break.hang('UpdateService', 2);
  const abortSignal = AbortSignal.timeout(50);
  await expect(world.ecs.send(updateTo(`${FAMILY}:1`), { abortSignal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  const hanging = expect(world.ecs.send(updateTo(`${FAMILY}:1`))).rejects.toThrow();
  await sleep(50);
  await world.cloud.stop();
  await hanging;
  expect(world.cloud.writes).toEqual([]);
});

test('two hundred services deploy at once on a scaled clock', async () => {
  const services = Array.from({ length: 200 }, (_, index) => ({
    ...api,
    service: `service-${index}`,
    family: `family-${index}`,
  }));
  const clock = clockFrom(clockText(new Date('2026-01-05T09:00:00Z'), 100));
  world = await openCloud({ services, clock, quotas: false });
  await Promise.all(
    services.map(({ service, family }) =>
      world.ecs.send(new UpdateServiceCommand({ cluster: PROD, service, taskDefinition: `${family}:1` })),
    ),
  );
  await clock.sleep(40_000);
  const unstable = services.filter(({ service }) => !world.cloud.running(PROD, service).stable);
  expect(unstable).toEqual([]);
  const { taskArns } = await world.ecs.send(
    new ListTasksCommand({ cluster: PROD, desiredStatus: 'STOPPED' }),
  );
  expect(taskArns).toHaveLength(100);
});

test('listeners hear of a rollout as it happens, and the snapshot is plain JSON', async () => {
  const clock = clockFrom(clockText(new Date('2026-01-05T09:00:00Z'), 200));
  world = await openCloud({ clock });
  const heard: string[] = [];
  const unwatch = world.cloud.watch(({ text }) => heard.push(text));
  await world.ecs.send(updateTo(`${FAMILY}:1`));
  while (!heard.includes(`${PROD}: api-gateway runs v1.0.0`)) await sleep(20);
  unwatch();
  expect(heard).toContain(`${PROD}: (service api-gateway) has reached a steady state.`);
  const seen = world.cloud.snapshot();
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  expect(seen.services[0]).toMatchObject({ service: 'api-gateway', version: 'v1.0.0', stable: true });
});
