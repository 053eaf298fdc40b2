import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  changeTo,
  cloudService,
  cluster,
  effects,
  ended,
  placeOf,
  type Stage,
  setStage,
  until,
  untilAll,
  visit,
} from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.stop());

const onceEach = ['RegisterTaskDefinition prod-api', 'UpdateService api'];

describe('a version that works', () => {
  test('is registered once, asked for once, and done only when all of it runs', async () => {
    const { rollout } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout).toMatchObject({
      phase: 'done',
      revision: { version: 'v1.2.0', ref: expect.stringMatching(/task-definition\/prod-api:3$/) },
      tracking: expect.stringMatching(/^arn:aws:ecs:.*service-deployment/),
      running: 2,
      desired: 2,
      problem: null,
    });
    expect(rollout.finishedAt).toBeGreaterThan(rollout.askedAt ?? Number.POSITIVE_INFINITY);
    expect(stage.cloud.running(cluster, 'api')).toMatchObject({ version: 'v1.2.0', stable: true });
    expect(effects(stage)).toEqual(onceEach);
  });

  test('shows how many of its tasks run while the old ones still serve', async () => {
    const { rollout } = await until(stage, changeTo('v1.2.0'), 'following');
    expect(rollout).toMatchObject({ running: 0, desired: 2 });
  });

  test('is announced as about to change before anything is changed', async () => {
    const { change } = await until(stage, changeTo('v1.2.0'), 'prepared');
    const callsBefore = { ...stage.cloud.calls };
    const [asking] = await visit(stage, [change]);
    expect(asking?.change.rollout).toMatchObject({
      phase: 'changing',
      askedAt: expect.any(Number),
      deadline: (asking?.change.rollout.askedAt ?? 0) + 15 * 60_000,
    });
    expect(stage.cloud.calls).toEqual(callsBefore);
  });

  test('changes one image and nothing else: sidecar, roles, secrets and tags stay', async () => {
    const { rollout } = await until(stage, changeTo('v1.2.0'), 'prepared');
    const registered = stage.cloud.writes[0]?.input;
    const before = await stage.aws
      .ecs(undefined)
      .send(
        'DescribeTaskDefinition',
        new DescribeTaskDefinitionCommand({ taskDefinition: 'prod-api:2', include: ['TAGS'] }),
      );
    expect(before.taskDefinition?.containerDefinitions?.map(({ name }) => name)).toEqual([
      'xray-daemon',
      'app',
    ]);
    const { taskDefinitionArn, revision, status, registeredAt, registeredBy, ...rest } =
      before.taskDefinition ?? {};
    const { compatibilities, requiresAttributes, ...registrable } = rest;
    const expected = JSON.stringify({ ...registrable, tags: before.tags });
    expect(registered).toEqual(JSON.parse(expected.replace('/api:v1.1.0', '/api:v1.2.0')));
    expect(rollout.revision?.ref).toMatch(/prod-api:3$/);
  });
});

describe('nothing is done that is not needed', () => {
  test('a version that runs already is done without a write, and never asked for', async () => {
    const { rollout } = await until(stage, changeTo('v1.1.0'), ...ended);
    expect(rollout).toMatchObject({ phase: 'done', askedAt: null, revision: { version: 'v1.1.0' } });
    expect(stage.cloud.writes).toEqual([]);
  });

  test('a revision that has the very image already is used again', async () => {
    const { rollout } = await until(stage, changeTo('v1.0.0'), ...ended);
    expect(rollout.revision?.ref).toMatch(/prod-api:1$/);
    expect(effects(stage)).toEqual(['UpdateService api']);
  });

  test('a rollout to the wanted revision that somebody else began is followed, not repeated', async () => {
    await until(stage, changeTo('v1.2.0'), 'following');
    const { rollout } = await until({ ...stage, target: stage.newTarget() }, changeTo('v1.2.0'), ...ended);
    expect(rollout).toMatchObject({ phase: 'done', askedAt: null });
    expect(effects(stage)).toEqual(onceEach);
  });
});

describe('going back', () => {
  const old = 'arn:aws:ecs:us-east-1:123456789012:task-definition/prod-api:2';

  test('a revision by name is run again without registering anything', async () => {
    await until(stage, changeTo('v1.2.0'), ...ended);
    const { rollout } = await until(stage, changeTo('v1.1.0', 'api', { ref: old }), ...ended);
    expect(rollout).toMatchObject({ phase: 'done', revision: { version: 'v1.1.0', ref: old } });
    expect(effects(stage)).toEqual([...onceEach, 'UpdateService api']);
  });

  test('takes over from a forward rollout that is still under way', async () => {
    await until(stage, changeTo('v1.2.0'), 'following');
    const { rollout } = await until(stage, changeTo('v1.1.0', 'api', { ref: old }), ...ended);
    expect(rollout.phase).toBe('done');
    expect(stage.cloud.running(cluster, 'api')).toMatchObject({ version: 'v1.1.0', stable: true });
  });

  test('a deregistered revision is registered again as an equal copy, once', async () => {
    await until(stage, changeTo('v1.2.0'), ...ended);
    stage.cloud.deregister(old);
    stage.cloud.break.loseAnswer('RegisterTaskDefinition', 1);
    const { rollout, unknowns } = await until(stage, changeTo('v1.1.0', 'api', { ref: old }), ...ended);
    expect(rollout).toMatchObject({ phase: 'done', revision: { version: 'v1.1.0' } });
    expect(rollout.revision?.ref).toMatch(/prod-api:4$/);
    expect(unknowns).toHaveLength(1);
    expect(stage.cloud.running(cluster, 'api').version).toBe('v1.1.0');
  });

  test('a revision that does not exist fails in words, without a write', async () => {
    const { rollout } = await until(stage, changeTo('v0.1.0', 'api', { ref: `${old}99` }), ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', askedAt: null });
    expect(rollout.problem).toMatch(/prod-api:299.* does not exist/);
    expect(stage.cloud.writes).toEqual([]);
  });
});

describe('what can be known beforehand', () => {
  test.each([
    ['a service that is not there', { service: 'nobody' }, /no service nobody in the cluster prod/],
    ['a cluster that is not there', { cluster: 'nowhere' }, /no service api in the cluster nowhere/],
    [
      'a container that is not there',
      { container: 'main' },
      /no container named main; it has xray-daemon, app/,
    ],
  ])('%s fails at once, without a write', async (_, target, words) => {
    const { rollout } = await until(stage, changeTo('v1.2.0', 'api', { target }), ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', askedAt: null, problem: expect.stringMatching(words) });
    expect(stage.cloud.writes).toEqual([]);
  });

  test('a service that is scaled to zero is not deployed to', async () => {
    stage.cloud.break.scaleToZero(cluster, 'api');
    const { rollout } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', problem: expect.stringMatching(/scaled to zero/) });
    expect(stage.cloud.writes).toEqual([]);
  });
});

describe('many at once', () => {
  test('25 services are looked at in three calls, and each is changed once', async () => {
    await stage.stop();
    const names = Array.from({ length: 25 }, (_, index) => `service-${index}`);
    stage = await setStage({ services: names.map((name) => cloudService(name)) });

    await stage.target.look(names.map((name) => placeOf(name)));
    expect(stage.cloud.calls.DescribeServices).toBe(3);

    const changes = (
      await untilAll(
        stage,
        names.map((name) => changeTo('v1.2.0', name)),
        'following',
      )
    ).map(({ change }) => change);
    const before = { ...stage.cloud.calls };
    const [first] = await visit(stage, changes);
    expect(first?.unknown).toBeUndefined();
    const more = (operation: string) => (stage.cloud.calls[operation] ?? 0) - (before[operation] ?? 0);
    expect(more('DescribeServices')).toBe(3);
    expect(more('DescribeServiceDeployments')).toBeLessThanOrEqual(4);
    expect(more('ListServiceDeployments')).toBe(0);

    const all = await untilAll(stage, changes, ...ended);
    expect(all.map(({ rollout }) => rollout.phase)).toEqual(names.map(() => 'done'));
    expect(effects(stage).sort()).toEqual(
      names.flatMap((name) => [`RegisterTaskDefinition prod-${name}`, `UpdateService ${name}`]).sort(),
    );
  });

  test('a call that is not answered makes only its own ten "could not tell"', async () => {
    await stage.stop();
    const names = Array.from({ length: 15 }, (_, index) => `service-${index}`);
    stage = await setStage({ services: names.map((name) => cloudService(name)), timeout: 2_100 });
    const following = await untilAll(
      stage,
      names.map((name) => changeTo('v1.2.0', name)),
      'following',
      'done',
    );
    stage.cloud.break.hang('DescribeServices', 1);
    const visited = await visit(
      stage,
      following.map(({ change }) => ({ ...change, rollout: { ...change.rollout, phase: 'following' } })),
    );
    const unknown = visited.filter((one) => one.unknown !== undefined);
    expect([5, 10]).toContain(unknown.length);
    expect(unknown.map(({ change }) => change.rollout.phase)).toEqual(unknown.map(() => 'following'));
  });

  test('services of several clusters go out in the same visits', async () => {
    await stage.stop();
    const both = [cloudService('api'), cloudService('api', { cluster: 'west', family: 'west-api' })];
    stage = await setStage({ services: both });
    const west = changeTo('v1.2.0', 'api', { target: { cluster: 'west', family: 'west-api' } });
    const all = await untilAll(stage, [changeTo('v1.2.0'), west], ...ended);
    expect(all.map(({ rollout }) => rollout.revision?.ref.split('/').at(-1))).toEqual([
      'prod-api:3',
      'west-api:3',
    ]);
    expect(['prod', 'west'].map((name) => stage.cloud.running(name, 'api').version)).toEqual([
      'v1.2.0',
      'v1.2.0',
    ]);
  });

  test('one bad service does not hold up the others', async () => {
    const [bad, good] = await untilAll(
      stage,
      [changeTo('v1.2.0', 'api', { target: { service: 'nobody' } }), changeTo('v1.2.0', 'web')],
      ...ended,
    );
    expect(bad?.rollout.phase).toBe('failed');
    expect(good?.rollout.phase).toBe('done');
  });

  test('registrations beyond the quota wait for later visits, and none of it is "could not tell"', async () => {
    await stage.stop();
    const names = Array.from({ length: 24 }, (_, index) => `service-${index}`);
    stage = await setStage({ services: names.map((name) => cloudService(name)), scale: 4 });
    const [...visited] = await visit(
      stage,
      names.map((name) => changeTo('v1.2.0', name)),
    );
    const phases = visited.map(({ change }) => change.rollout.phase);
    expect(phases.filter((phase) => phase === 'planned').length).toBeGreaterThan(0);
    expect(visited.filter(({ unknown }) => unknown !== undefined)).toEqual([]);
    const all = await untilAll(
      stage,
      visited.map(({ change }) => change),
      'following',
      'done',
    );
    expect(all.flatMap(({ unknowns }) => unknowns)).toEqual([]);
    expect(effects(stage).filter((write) => write.startsWith('Register'))).toHaveLength(24);
  });
});
