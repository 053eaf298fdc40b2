import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { freshRollout } from '../../src/records/rollout.ts';
import type { Change } from '../../src/targets/target.ts';
import { changeTo, cluster, effects, placeOf, setStage, visit } from './stage.ts';

const old = 'arn:aws:ecs:us-east-1:123456789012:task-definition/prod-api:2';

/** What happens at one visit besides the visit. */
const mishap = fc.oneof(
  { weight: 3, arbitrary: fc.constant('nothing' as const) },
  fc.constantFrom(
    'crash before saving' as const,
    'lost UpdateService' as const,
    'lost RegisterTaskDefinition' as const,
    'throttled' as const,
    'html' as const,
    'pause' as const,
  ),
);

test('whatever goes wrong at whatever visit, forward and back: one registration, one effective change each way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mishap, { maxLength: 12 }), fc.boolean(), async (mishaps, isBad) => {
      const stage = await setStage();
      try {
        stage.cloud.break.breaker(cluster, 'api', 'rollback');
        if (isBad) stage.cloud.break.version('api', 'v1.2.0', 'crash-at-start');

        const forward = await goThrough(stage, changeTo('v1.2.0'), mishaps);
        expect(forward.rollout.phase).toBe(isBad ? 'failed' : 'done');
        const back = await goThrough(stage, changeTo('v1.1.0', 'api', { ref: old }), mishaps.toReversed());
        expect(back.rollout.phase).toBe('done');

        expect(stage.cloud.running(cluster, 'api')).toMatchObject({ version: 'v1.1.0', taskDefinition: old });
        const wentBack = isBad ? [] : ['UpdateService api'];
        expect(effects(stage)).toEqual(['RegisterTaskDefinition prod-api', 'UpdateService api', ...wentBack]);
      } finally {
        await stage.stop();
      }
    }),
    { numRuns: 10 },
  );
}, 120_000);

const trouble = fc.array(fc.constantFrom('lost UpdateService', 'throttled', 'html', 'crash', 'pause'), {
  maxLength: 8,
});

test('whatever goes wrong while it is asked for: one restart, one scaling', async () => {
  await fc.assert(
    fc.asyncProperty(trouble, async (mishaps) => {
      const stage = await setStage();
      try {
        const place = placeOf('api');
        const since = stage.clock.now();
        const done = { restarted: false, scaled: false };
        for (const what of [...mishaps, 'nothing', 'nothing', 'nothing']) {
          if (what === 'lost UpdateService') stage.cloud.break.loseAnswer('UpdateService', 1);
          if (what === 'throttled') stage.cloud.break.throttle('*', 3);
          if (what === 'html') stage.cloud.break.html500('*', 2);
          if (what === 'pause') await stage.clock.sleep(90_000);
          const target = what === 'crash' ? stage.newTarget() : stage.target;
          const [restart] = await Promise.allSettled([target.restart(place, since)]);
          const [scale] = await Promise.allSettled([target.scale(place, 3)]);
          done.restarted = restart.status === 'fulfilled';
          done.scaled = scale.status === 'fulfilled';
        }
        expect(done).toEqual({ restarted: true, scaled: true });
        const inputs = stage.cloud.writes.map(({ input }) => input);
        const of = { cluster, service: 'api' };
        expect(inputs).toHaveLength(2);
        expect(inputs).toContainEqual({ ...of, forceNewDeployment: true });
        expect(inputs).toContainEqual({ ...of, desiredCount: 3 });
      } finally {
        await stage.stop();
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);

async function goThrough(stage: Awaited<ReturnType<typeof setStage>>, start: Change, mishaps: string[]) {
  let saved: Change = { ...start, rollout: freshRollout };
  const left = [...mishaps];
  for (let visits = 0; visits < 2_000; visits += 1) {
    const what = left.shift();
    if (what === 'lost UpdateService') stage.cloud.break.loseAnswer('UpdateService', 1);
    if (what === 'lost RegisterTaskDefinition') stage.cloud.break.loseAnswer('RegisterTaskDefinition', 1);
    if (what === 'throttled') stage.cloud.break.throttle('*', 1);
    if (what === 'html') stage.cloud.break.html500('*', 1);
    const target = what === 'crash before saving' ? stage.newTarget() : stage.target;
    const [visited] = await visit({ target }, [saved]);
    if (!visited) throw new Error('nothing was visited');
    if (what !== 'crash before saving') saved = visited.change;
    if (saved.rollout.phase === 'done' || saved.rollout.phase === 'failed') return saved;
    await stage.clock.sleep(what === 'pause' ? 90_000 : 2_000);
  }
  throw new Error(`no end: ${JSON.stringify(saved.rollout)}`);
}
