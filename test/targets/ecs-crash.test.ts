import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/targets/target.ts';
import { changeTo, cluster, effects, ended, type Stage, setStage, until, visit } from './stage.ts';

const onceEach = ['RegisterTaskDefinition prod-api', 'UpdateService api'];

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ timeout: 1_000 });
});
afterEach(() => stage.stop());

/** Another process goes on with what was saved last: nothing is remembered. */
const restarted = (): Stage => ({ ...stage, target: stage.newTarget() });

const only = async (change: Change) => {
  const [visited] = await visit(stage, [change]);
  if (!visited) throw new Error('nothing was visited');
  return visited;
};

describe('a worker that dies', () => {
  test('after registering and before saving finds its revision again', async () => {
    await only(changeTo('v1.2.0'));
    const { rollout } = await until(restarted(), changeTo('v1.2.0'), ...ended);
    expect(rollout.phase).toBe('done');
    expect(effects(stage)).toEqual(onceEach);
  });

  test('after asking and before saving does not ask again', async () => {
    const { change } = await until(stage, changeTo('v1.2.0'), 'changing');
    await only(change);
    expect(effects(stage)).toEqual(onceEach);
    const { rollout } = await until(restarted(), change, ...ended);
    expect(rollout).toMatchObject({ phase: 'done', tracking: expect.stringMatching(/^arn:/) });
    expect(effects(stage)).toEqual(onceEach);
    expect(stage.cloud.calls.UpdateService).toBe(1);
  });

  test('and comes back when the rollout is over finds it done', async () => {
    const { change } = await until(stage, changeTo('v1.2.0'), 'changing');
    await only(change);
    await stage.clock.sleep(2 * 60_000);
    const { rollout } = await until(restarted(), change, ...ended);
    expect(rollout.phase).toBe('done');
    expect(stage.cloud.calls.UpdateService).toBe(1);
  });

  test.each(['while ECS takes it back', 'when ECS has taken it back'])(
    'and comes back %s does not bring the bad version a second time',
    async (when) => {
      stage.cloud.break.breaker(cluster, 'api', 'rollback');
      stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');
      const { change } = await until(stage, changeTo('v1.2.0'), 'changing');
      await only(change);
      await stage.clock.sleep(when.startsWith('while') ? 130_000 : 6 * 60_000);
      const { rollout } = await until(restarted(), change, ...ended);
      expect(rollout).toMatchObject({
        phase: 'failed',
        problem: expect.stringMatching(/ECS gave up on v1\.2\.0/),
      });
      expect(stage.cloud.calls.UpdateService).toBe(1);
    },
  );

  test('and comes back when somebody else deployed meanwhile does not fight with them', async () => {
    const { change } = await until(stage, changeTo('v1.2.0'), 'changing');
    await only(change);
    stage.cloud.break.supersede(cluster, 'api', 'v1.0.0');
    const { rollout } = await until(restarted(), change, ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', problem: expect.stringMatching(/took over/) });
    expect(stage.cloud.calls.UpdateService).toBe(1);
  });

  test('and comes back after the deadline without having asked gives up instead of asking', async () => {
    const { change } = await until(
      stage,
      changeTo('v1.2.0', 'api', { target: { timeout: 60_000 } }),
      'changing',
    );
    await stage.clock.sleep(61_000);
    const { rollout } = await until(restarted(), change, ...ended);
    expect(rollout).toMatchObject({ phase: 'failed', problem: expect.stringMatching(/could not be asked/) });
    expect(stage.cloud.calls.UpdateService).toBeUndefined();
  });
});

describe('an answer that is lost', () => {
  test.each(['RegisterTaskDefinition', 'UpdateService'])(
    'to %s is "could not tell" once, and nothing is done twice',
    async (operation) => {
      stage.cloud.break.loseAnswer(operation, 1);
      const { rollout, unknowns } = await until(stage, changeTo('v1.2.0'), ...ended);
      expect(rollout.phase).toBe('done');
      expect(unknowns).toEqual([expect.stringContaining(operation)]);
      expect(effects(stage)).toEqual(onceEach);
      expect(stage.cloud.calls[operation]).toBe(1);
    },
  );

  test('to a question is asked again at once, unnoticed', async () => {
    for (const operation of ['DescribeServices', 'DescribeTaskDefinition', 'DescribeServiceDeployments'])
      stage.cloud.break.loseAnswer(operation, 1);
    const { rollout, unknowns } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout.phase).toBe('done');
    expect(unknowns).toEqual([]);
  });
});

describe('an AWS that misbehaves', () => {
  const reads = ['DescribeServices', 'DescribeServiceDeployments'];
  const writes = ['RegisterTaskDefinition', 'UpdateService'];

  test.each([...reads, ...writes])(
    '%s throttled for a while changes nothing about the end',
    async (operation) => {
      stage.cloud.break.throttle(operation, 3);
      const { rollout, unknowns } = await until(stage, changeTo('v1.2.0'), ...ended);
      expect(rollout.phase).toBe('done');
      expect(unknowns).toEqual([expect.stringMatching(/AWS is throttling/)]);
      expect(effects(stage)).toEqual(onceEach);
    },
  );

  test.each([...reads, ...writes])('%s answered with HTML is "could not tell"', async (operation) => {
    stage.cloud.break.html500(operation, 2);
    const { rollout, unknowns } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout.phase).toBe('done');
    expect(unknowns[0]).toMatch(
      new RegExp(`${operation}: AWS did not answer sensibly \\(HTTP 500 without JSON\\)`),
    );
    expect(effects(stage)).toEqual(onceEach);
  });

  test.each([...reads, ...writes])('%s that hangs is given up on after a while', async (operation) => {
    stage.cloud.break.hang(operation, 2);
    const { rollout, unknowns } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout.phase).toBe('done');
    expect(unknowns[0]).toMatch(/no answer in time/);
    expect(effects(stage)).toEqual(onceEach);
  });

  test.each(writes)('%s denied fails at once and names the permission', async (operation) => {
    stage.cloud.break.denied(operation);
    const { rollout } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(rollout).toMatchObject({
      phase: 'failed',
      problem: expect.stringContaining(`lacks the permission ecs:${operation}`),
    });
  });

  test('DescribeServices denied is "could not tell" and names the permission', async () => {
    stage.cloud.break.denied('DescribeServices');
    const { unknown, change } = await only(changeTo('v1.2.0'));
    expect(unknown).toMatch(/lacks the permission ecs:DescribeServices/);
    expect(change.rollout.phase).toBe('planned');
  });

  test.each([
    ['DescribeServiceDeployments', 'ListServiceDeployments', 'DescribeServiceRevisions'],
    ['DescribeServiceRevisions'],
  ])('without the right to %s the service itself decides', async (...operations) => {
    for (const operation of operations) stage.cloud.break.denied(operation);
    const { rollout, unknowns } = await until(stage, changeTo('v1.2.0'), ...ended);
    expect(unknowns).toEqual([]);
    expect(rollout.phase).toBe('done');

    stage.cloud.break.breaker(cluster, 'web', 'rollback');
    stage.cloud.break.version('web', 'v1.2.0', 'crash-at-start');
    const bad = await until(stage, changeTo('v1.2.0', 'web'), ...ended);
    expect(bad.rollout).toMatchObject({
      phase: 'failed',
      problem: expect.stringMatching(/ECS gave up on v1\.2\.0/),
    });
  });
});
