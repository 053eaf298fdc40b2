/** Restart and scale against the simulated ECS: one effect each, whatever is lost on the way. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Refusal } from '../../src/records/refusal.ts';
import { changeTo, cluster, effects, placeOf, type Stage, setStage, until } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ timeout: 1_000 });
});
afterEach(() => stage.stop());

const api = placeOf('api');
const web = placeOf('web');
const running = () => stage.cloud.running(cluster, 'api');
const forced = () => effects(stage).filter((effect) => effect === 'UpdateService api').length;
const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => error,
  );

async function settled(place = api) {
  const began = performance.now();
  for (;;) {
    const look = await stage.target.isSettled(place);
    if (look.settled) return look;
    if (performance.now() - began > 20_000) throw new Error(`still ${look.detail}`);
    await stage.clock.sleep(1_000);
  }
}

describe('a restart', () => {
  test('replaces all tasks and changes nothing else', async () => {
    const before = stage.cloud.snapshot().services[0]?.deployments[0];
    await stage.target.restart(api, stage.clock.now());
    expect(await settled()).toEqual({ settled: true, detail: '2 of 2 tasks run' });
    const [after] = stage.cloud.snapshot().services[0]?.deployments ?? [];
    expect(after).toMatchObject({ taskDefinition: before?.taskDefinition, version: 'v1.1.0', running: 2 });
    expect(after?.id).not.toBe(before?.id);
    expect(forced()).toBe(1);
    expect(stage.cloud.writes.at(-1)?.input).toEqual({ cluster, service: 'api', forceNewDeployment: true });
  });

  test('that is asked for again, also by another process and after it is over, happens once', async () => {
    const since = stage.clock.now();
    await stage.target.restart(api, since);
    await stage.target.restart(api, since);
    await settled();
    await stage.newTarget().restart(api, since);
    expect(forced()).toBe(1);
  });

  test('whose answer is lost is found again: one new deployment', async () => {
    const since = stage.clock.now();
    stage.cloud.break.loseAnswer('UpdateService', 1);
    expect(await outcomeOf(stage.target.restart(api, since))).toMatchObject({ failure: 'unsure' });
    await stage.newTarget().restart(api, since);
    expect(forced()).toBe(1);
    expect(stage.cloud.calls.UpdateService).toBe(1);
    expect(
      stage.cloud.snapshot().services[0]?.rollouts.filter(({ createdAt }) => createdAt >= since),
    ).toHaveLength(1);
  });

  test('that ECS rolled back meanwhile is not begun again', async () => {
    stage.cloud.break.breaker(cluster, 'api', 'rollback');
    stage.cloud.break.version('api', 'v1.1.0', 'crash-at-start');
    const since = stage.clock.now();
    await stage.target.restart(api, since);
    const rollout = () => stage.cloud.snapshot().services[0]?.rollouts[0]?.status;
    while (rollout() !== 'ROLLBACK_SUCCESSFUL') await stage.clock.sleep(5_000);
    await stage.newTarget().restart(api, since);
    expect(stage.cloud.calls.UpdateService).toBe(1);
  });

  test('that is wanted later is another one', async () => {
    await stage.target.restart(api, stage.clock.now());
    await settled();
    await stage.clock.sleep(6_000);
    await stage.target.restart(api, stage.clock.now());
    expect(forced()).toBe(2);
  });

  test('counts a deployment that somebody else began since, and not one from before', async () => {
    const since = stage.clock.now();
    stage.cloud.break.supersede(cluster, 'api', 'v1.2.0');
    await stage.target.restart(api, since);
    expect(forced()).toBe(0);
    await stage.target.restart(api, stage.clock.now() + 60_000);
    expect(forced()).toBe(1);
  });

  test('allows for times of AWS that are whole seconds', async () => {
    await stage.target.restart(api, stage.clock.now());
    const [{ createdAt = 0 } = {}] = stage.cloud.snapshot().services[0]?.rollouts ?? [];
    // As if AWS had cut off what is behind the second: it seems to have begun before it was wanted.
    await stage.target.restart(api, createdAt + 999);
    expect(forced()).toBe(1);
  });

  test('needs no right to read the history', async () => {
    stage.cloud.break.denied('ListServiceDeployments');
    const since = stage.clock.now();
    await stage.target.restart(api, since);
    await stage.target.restart(api, since);
    expect(forced()).toBe(1);
  });

  test.each(['DescribeServices', 'ListServiceDeployments', 'UpdateService'])(
    'throttled at %s waits and goes on; throttled for longer it is "could not tell" and done once later',
    async (operation) => {
      const since = stage.clock.now();
      stage.cloud.break.throttle(operation, 1);
      await stage.target.restart(web, since);
      stage.cloud.break.throttle(operation, 2);
      expect(await outcomeOf(stage.target.restart(api, since))).toMatchObject({ failure: 'throttled' });
      expect(forced()).toBe(0);
      await stage.target.restart(api, since);
      expect(effects(stage)).toEqual(['UpdateService web', 'UpdateService api']);
    },
  );

  test('heals what is stuck until new tasks run', async () => {
    stage.cloud.break.service(cluster, 'api', 'errors', 'new-tasks');
    const health = async () => (await fetch(stage.cloud.siteUrl(cluster, 'api/health'))).status;
    expect(await health()).toBe(500);
    await stage.target.restart(api, stage.clock.now());
    await settled();
    expect([await health(), await health()]).toEqual([200, 200]);
  });
});

describe('scaling', () => {
  test('sets the count and starts no deployment', async () => {
    const before = stage.cloud.snapshot().services[0]?.deployments[0]?.id;
    await stage.target.scale(api, 4);
    expect(await settled()).toEqual({ settled: true, detail: '4 of 4 tasks run' });
    expect(await stage.target.capacity(api)).toEqual({ desired: 4, running: 4, pending: 0 });
    expect(stage.cloud.snapshot().services[0]?.deployments.map(({ id }) => id)).toEqual([before]);
    expect(running()).toMatchObject({ version: 'v1.1.0', stable: true });
  });

  test('to what is wanted already asks for nothing', async () => {
    await stage.target.scale(api, 2);
    expect(stage.cloud.calls.UpdateService).toBeUndefined();
  });

  test('down and to nothing settles as well', async () => {
    await stage.target.scale(api, 1);
    expect(await settled()).toEqual({ settled: true, detail: '1 of 1 tasks run' });
    await stage.target.scale(api, 0);
    expect(await settled()).toEqual({ settled: true, detail: '0 of 0 tasks run' });
  });

  test('whose answer is lost is not done twice', async () => {
    stage.cloud.break.loseAnswer('UpdateService', 1);
    expect(await outcomeOf(stage.target.scale(api, 3))).toMatchObject({ failure: 'unsure' });
    await stage.newTarget().scale(api, 3);
    expect(stage.cloud.calls.UpdateService).toBe(1);
    expect(running().desiredCount).toBe(3);
  });

  test('throttled waits its turn', async () => {
    stage.cloud.break.throttle('UpdateService', 1);
    await stage.target.scale(api, 3);
    expect(effects(stage)).toEqual(['UpdateService api']);
  });

  test('leaves a rollout under way alone', async () => {
    await until(stage, changeTo('v1.2.0'), 'following');
    await stage.target.scale(api, 3);
    await settled();
    expect(running()).toMatchObject({ version: 'v1.2.0', runningCount: 3 });
    expect(stage.cloud.snapshot().services[0]?.rollouts.at(0)?.status).toBe('SUCCESSFUL');
  });

  test('helps what has too few tasks', async () => {
    stage.cloud.break.service(cluster, 'api', 'errors', { tasks: 4 });
    const health = async () => (await fetch(stage.cloud.siteUrl(cluster, 'api/health'))).status;
    expect(await health()).toBe(500);
    await stage.target.scale(api, 4);
    await settled();
    expect(await health()).toBe(200);
  });

  test.each([-1, 1.5, Number.NaN])(
    'by a count that is none (%p) is a mistake of the caller',
    async (count) => {
      await expect(stage.target.scale(api, count)).rejects.toThrow(RangeError);
    },
  );
});

describe('what cannot be done', () => {
  const acts = {
    restart: (place: typeof api) => stage.target.restart(place, stage.clock.now()),
    scale: (place: typeof api) => stage.target.scale(place, 3),
    capacity: (place: typeof api) => stage.target.capacity(place),
    isSettled: (place: typeof api) => stage.target.isSettled(place),
  };
  const names = ['restart', 'scale', 'capacity', 'isSettled'] as const;

  test.each(names)('%s of a service that does not exist is refused with a hint', async (name) => {
    const refusal = await outcomeOf(acts[name](placeOf('api', { service: 'nobody' })));
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      message: `There is no service nobody in ${cluster}.`,
      hint: expect.stringContaining('catalog'),
    });
    expect(await outcomeOf(acts[name](placeOf('api', { cluster: 'nowhere' })))).toBeInstanceOf(Refusal);
  });

  test.each(['restart', 'scale'] as const)('%s without the right names it', async (name) => {
    stage.cloud.break.denied('UpdateService');
    expect(await outcomeOf(acts[name](api))).toMatchObject({
      name: 'Refusal',
      message: expect.stringContaining('lacks the permission ecs:UpdateService'),
    });
  });

  test('crashing tasks are told as what they are', async () => {
    stage.cloud.break.service(cluster, 'api', 'crash');
    const told: string[] = [];
    for (let looks = 0; looks < 12; looks += 1) {
      told.push((await stage.target.isSettled(api)).detail);
      await stage.clock.sleep(15_000);
    }
    expect(told.join('; ')).toMatch(/0 of 2 tasks run|tasks keep failing/);
    stage.cloud.break.service(cluster, 'api', 'fine');
    await stage.target.restart(api, stage.clock.now());
    expect((await settled()).settled).toBe(true);
  });
});

test('looks of the same moment share a call', async () => {
  const looks = await Promise.all([api, web, api].map((place) => stage.target.isSettled(place)));
  expect(looks.every((look) => look.settled)).toBe(true);
  expect(stage.cloud.calls.DescribeServices).toBe(1);
  const [bad, good] = await Promise.allSettled(
    [placeOf('api', { cluster: 'nowhere' }), web].map((place) => stage.target.capacity(place)),
  );
  expect([bad?.status, good?.status]).toEqual(['rejected', 'fulfilled']);
});
