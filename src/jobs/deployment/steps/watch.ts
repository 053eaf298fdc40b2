/** The timed observation after a rollout that ends in success or in automatic rollback (runbooks 002, 003, 004). */
import type { Deployment } from '../../../records/deployment.ts';
import { fail, go, type Outcome, wait } from '../outcome.ts';
import { environmentOf, type World } from '../world.ts';
import { checkServices } from './checks.ts';
import { judge, type Watch, withLook } from './judge.ts';

export async function watch(d: Deployment, world: World): Promise<Outcome> {
  const policy = environmentOf(d, world).watch;
  const now = world.clock.now();
  if (!d.watch) {
    const fresh: Watch = {
      startedAt: now,
      deadline: now + policy.for,
      nextLookAt: now + policy.every,
      looks: 0,
      unknownInARow: 0,
      services: {},
    };
    return wait(policy.every, { watch: fresh }, { event: 'watch-started', detail: String(fresh.deadline) });
  }
  if (now < d.watch.nextLookAt) return wait(d.watch.nextLookAt - now);
  const expected = d.releases.flatMap(({ service, forward }) =>
    forward.revision ? [{ service, revision: forward.revision }] : [],
  );
  const checks = await checkServices(d, expected, world);
  const seen = withLook(d.watch, checks, policy, now);
  const verdict = judge(seen, policy, now);
  switch (verdict.kind) {
    case 'good':
      return go('complete', { watch: seen });
    case 'bad':
      return fail(
        verdict.problem,
        { watch: seen },
        { event: 'watch-failed', detail: verdict.problem.summary },
      );
    case 'blind':
      return { kind: 'hold', problem: verdict.problem, changes: { watch: seen } };
    case 'open':
      return wait(Math.max(0, seen.nextLookAt - world.clock.now()), { watch: seen });
  }
}
