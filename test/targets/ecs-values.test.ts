import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { describe, expect, test } from '@jest/globals';
import { repositoryOf } from '../../src/clients/ecr.ts';
import { registrable, sameDefinition, withImage } from '../../src/targets/ecs/definition.ts';
import { eventLines, taskLines } from '../../src/targets/ecs/evidence.ts';
import { imageOf, tagTemplate, versionOf } from '../../src/targets/ecs/image.ts';
import { remembered } from '../../src/targets/ecs/remembered.ts';

describe('the version in an image', () => {
  const template = '123456789012.dkr.ecr.us-east-1.amazonaws.com/api:{version}';
  test.each([
    [template, imageOf(template, 'v1.2.3'), 'v1.2.3'],
    ['api:prod-{version}', 'api:prod-v1', 'v1'],
    ['api:prod-{version}', 'api:hotfix', 'hotfix'],
    ['api:{version}-{version}', 'api:v1-v1', 'v1'],
    [template, 'localhost:5000/api', null],
    [template, 'api@sha256:0f0f', null],
    [template, `${imageOf(template, 'v2')}@sha256:0f0f`, 'v2'],
    [template, undefined, null],
  ])('%s in %s is %s', (pattern, image, version) => {
    expect(versionOf(pattern, image)).toBe(version);
  });

  test('is looked for among the tags only where the tag carries it', () => {
    expect(tagTemplate(template)).toBe('{version}');
    expect(tagTemplate('registry/api-{version}:stable')).toBeNull();
  });
});

describe('the repository of an image', () => {
  test.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api:v1', 'eu-west-1', 'team/api'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/api:v1', 'cn-north-1', 'api'],
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/api@sha256:00', 'us-east-1', 'api'],
  ])('%s is in %s', (image, region, name) => {
    expect(repositoryOf(image)).toEqual({ account: '123456789012', region, name });
  });
  test.each(['ghcr.io/acme/api:v1', 'public.ecr.aws/xray/daemon:3', 'api:v1'])(
    '%s is not in ECR',
    (image) => {
      expect(repositoryOf(image)).toBeNull();
    },
  );
});

describe('a task definition', () => {
  const definition: TaskDefinition = {
    taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/api:7',
    family: 'api',
    revision: 7,
    status: 'ACTIVE',
    registeredAt: new Date(0),
    registeredBy: 'somebody',
    requiresAttributes: [{ name: 'ecs.capability.task-eni' }],
    compatibilities: ['EC2', 'FARGATE'],
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    volumes: [],
    placementConstraints: [],
    runtimePlatform: { cpuArchitecture: 'ARM64' },
    ephemeralStorage: { sizeInGiB: 30 },
    enableFaultInjection: false,
    containerDefinitions: [
      { name: 'sidecar', image: 'proxy:1', essential: false },
      {
        name: 'app',
        image: 'api:v1',
        cpu: 0,
        essential: true,
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        mountPoints: [],
        dockerLabels: {},
      },
    ],
  };
  const tags = [
    { key: 'team', value: 'core' },
    { key: 'aws:cloudformation:stack-name', value: 'x' },
  ];
  const request = registrable({ definition, tags });

  test('keeps everything that may be registered, its own tags, and no read-only field', () => {
    const { containerDefinitions, family, networkMode, requiresCompatibilities, cpu, memory, volumes } =
      definition;
    const { placementConstraints, runtimePlatform, ephemeralStorage, enableFaultInjection } = definition;
    expect(request).toEqual({
      ...{ containerDefinitions, family, networkMode, requiresCompatibilities, cpu, memory, volumes },
      ...{ placementConstraints, runtimePlatform, ephemeralStorage, enableFaultInjection },
      tags: [{ key: 'team', value: 'core' }],
    });
  });

  test('gets another image in one container only', () => {
    const changed = withImage(request, 'app', 'api:v2');
    expect(changed?.containerDefinitions?.map(({ image }) => image)).toEqual(['proxy:1', 'api:v2']);
    expect(withImage(request, 'nobody', 'api:v2')).toBeNull();
  });

  test('is known again with the defaults that AWS fills in, and in another order of variables', () => {
    const [sidecar, app] = definition.containerDefinitions ?? [];
    const plain = {
      ...request,
      volumes: undefined,
      tags: [],
      containerDefinitions: [
        sidecar ?? {},
        {
          name: app?.name,
          image: app?.image,
          portMappings: [{ containerPort: 80 }],
          environment: app?.environment?.toReversed(),
        },
      ],
    };
    expect(sameDefinition(plain, { definition, tags })).toBe(true);
  });

  test.each([
    ['image', withImage(request, 'app', 'api:v2')],
    ['memory', { ...request, memory: '1024' }],
    ['family', { ...request, family: 'other' }],
    ['platform', { ...request, runtimePlatform: { cpuArchitecture: 'X86_64' as const } }],
    ['order of containers', { ...request, containerDefinitions: request.containerDefinitions?.toReversed() }],
  ])('with another %s is another one', (_, other) => {
    expect(other && sameDefinition(other, { definition, tags })).toBe(false);
  });
});

describe('the evidence', () => {
  test('names each reason once, the commonest first, at most five, and not tasks that were only replaced', () => {
    const exited = (exitCode: number) => ({
      stopCode: 'EssentialContainerExited' as const,
      stoppedReason: 'Essential container in task exited',
      containers: [
        { name: 'app', exitCode },
        { name: 'sidecar', exitCode: 0 },
      ],
    });
    const replaced = {
      stopCode: 'ServiceSchedulerInitiated' as const,
      stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
    };
    expect(taskLines([exited(2), exited(1), exited(1), replaced])).toEqual([
      'Essential container in task exited – container app, exit code 1 (2 tasks)',
      'Essential container in task exited – container app, exit code 2',
    ]);
    expect(taskLines(Array.from({ length: 9 }, (_, code) => exited(code + 1)))).toHaveLength(5);
  });

  test('adds the last telling events since the change, oldest first', () => {
    const at = (seconds: number, message: string) => ({ createdAt: new Date(seconds * 1000), message });
    const events = [
      at(50, '(service api) has reached a steady state.'),
      at(40, '(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.'),
      at(30, '(service api) was unable to place a task. Reason: CannotPullContainerError.'),
      at(10, '(service api) (task 0123) failed container health checks.'),
    ];
    expect(eventLines({ events }, 20_000)).toEqual([
      '(service api) was unable to place a task. Reason: CannotPullContainerError.',
      '(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.',
    ]);
  });
});

describe('the memory for what never changes', () => {
  test('asks once, also when many ask at the same time, and forgets the oldest', async () => {
    const memory = remembered<number>(2);
    let asked = 0;
    const fetch = async () => ++asked;
    expect(await Promise.all([memory.get('a', fetch), memory.get('a', fetch)])).toEqual([1, 1]);
    await memory.get('b', fetch);
    await memory.get('c', fetch);
    expect([memory.peek('a'), memory.peek('b'), memory.peek('c')]).toEqual([undefined, 2, 3]);
  });

  test('does not remember a failure', async () => {
    const memory = remembered<number>(2);
    await expect(memory.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await memory.get('a', async () => 7)).toBe(7);
  });
});
