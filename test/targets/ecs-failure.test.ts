import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changeTo, cluster, effects, ended, type Stage, setStage, until, untilAll } from './stage.ts';

const onceEach = ['RegisterTaskDefinition prod-api', 'UpdateService api'];
const old = 'arn:aws:ecs:us-east-1:123456789012:task-definition/prod-api:2';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.stop());

describe('ECS gives up by itself', () => {
  test('a circuit breaker that rolls back is a failure, although all looks well afterwards', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'rollback');
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    const { rollout } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout.phase).toBe('failed');
    expect(rollout.problem).toMatch(/ECS gave up on v1\.2\.0 and is putting back prod-api:2/);
    expect(rollout.evidence.join('\n')).toMatch(
      /Essential container in task exited.*app, exit code 1.*tasks/,
    );
    expect(rollout.evidence.join('\n')).toMatch(/deployment failed: tasks failed to start/);
    expect(effects(stage)).toEqual(onceEach);
  });

  test('a rollback of it is known even when nobody looked until it was over', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'rollback');
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    const { change } = await until(stage, changeTo('v1.2.0'), 'following');
    await stage.clock.sleep(6 * 60_000);
    expect(stage.cloud.running(cluster, 'api')).toMatchObject({ version: 'v1.1.0', stable: true });
    const { rollout } = await until(stage, change, ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', problem: expect.stringMatching(/put back prod-api:2/) });
  });

  test('what ECS put back already needs no write to go back to', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'rollback');
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    await until(stage, changeTo('v1.2.0'), ...ended);
    const { rollout } = await until(stage, changeTo('v1.1.0', 'api', { ref: old }), ...ended);
    expect(rollout).toMatchObject({ phase: 'done', askedAt: null });
    expect(effects(stage)).toEqual(onceEach);
    expect(stage.cloud.running(cluster, 'api')).toMatchObject({ version: 'v1.1.0', stable: true });
  });

  test('going back while ECS is already doing so follows it, without a write', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'rollback');
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    await until(stage, changeTo('v1.2.0'), ...ended);
    expect(stage.cloud.running(cluster, 'api').stable).toBe(false);
    const following = await until(stage, changeTo('v1.1.0', 'api', { ref: old }), 'following');
    expect(following.rollout).toMatchObject({ askedAt: null, deadline: expect.any(Number) });
    const { rollout } = await until(stage, following.change, ...ended);
    expect(rollout).toMatchObject({ phase: 'done', askedAt: null });
    expect(effects(stage)).toEqual(onceEach);
  });

  test('a circuit breaker that only stops leaves the failed revision in place, and going back works', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'on');
    stage.cloud.break.version('api', 'v1.2.0', 'fails-health-check');
    const forward = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(forward.rollout.problem).toMatch(/ECS gave up on v1\.2\.0: tasks failed to start/);
    expect(forward.rollout.evidence[0]).toMatch(/failed container health checks/);
    const back = await until(stage, changeTo('v1.1.0', 'api', { ref: old }), ...ended);
    expect(back.rollout.phase).toBe('done');
  });

  test('the same version again after that is tried again, not taken for running', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'on');
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    await until(stage, changeTo('v1.2.0'), ...ended);
    stage.cloud.break.version('api', 'v1.2.0', 'fine');
    await stage.clock.sleep(10_000);
    const again = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(again.rollout.phase).toBe('done');
    expect(effects(stage)).toEqual([...onceEach, 'UpdateService api']);
  });
});

describe('without a circuit breaker', () => {
  test('tasks that keep failing end the rollout long before its deadline', async () => {
    stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
    const { rollout } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout.problem).toMatch(
      /v1\.2\.0 does not stay up: \d+ tasks failed, 0 of 2 tasks of prod-api:3 run/,
    );
    expect(rollout.finishedAt).toBeLessThan(rollout.deadline ?? 0);
  });

  test('an image that cannot be pulled runs into the deadline, and the reason is told', async () => {
    const timeout = 4 * 60_000;
    const { rollout } = await until(stage, changeTo('v9.9.9', 'api', { target: { timeout } }), ...ended);
    expect(rollout.problem).toMatch(
      /v9\.9\.9 was not up after 4 minutes: a rollout is under way: 0 of 2 tasks of prod-api:3 run/,
    );
    expect(rollout.evidence[0]).toMatch(/^CannotPullContainerError: .*api:v9\.9\.9: not found/);
  });
});

describe('somebody else', () => {
  test('who deploys another version meanwhile is named by the revision that took over', async () => {
    const { change } = await until(stage, changeTo('v1.2.0'), 'following');
    stage.cloud.break.supersede(cluster, 'api', 'v1.0.0');
    const { rollout } = await until(stage, change, ...ended);
    expect(rollout.phase).toBe('failed');
    expect(rollout.problem).toMatch(/Another deployment took over: prod-api:4 runs instead of v1\.2\.0/);
  });

  test('who scales the service to zero ends the rollout', async () => {
    const { change } = await until(stage, changeTo('v1.2.0'), 'following');
    stage.cloud.break.scaleToZero(cluster, 'api');
    const { rollout } = await until(stage, change, ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', problem: expect.stringMatching(/scaled to zero/) });
  });
});

test('one failing service leaves the other one of the same visit alone', async () => {
  stage.cloud.break.breaker(cluster, 'api', 'rollback');
  stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
  const all = await untilAll(stage, [changeTo('v1.2.0'), changeTo('v1.2.0', 'web')], ...ended);
  expect(all.map(({ rollout }) => rollout.phase)).toEqual(['failed', 'done']);
});
