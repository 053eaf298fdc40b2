/** One visit takes every service of the stage one step further; services of a stage go out together. */
import { type Deployment, isUnchanged, type Release, releasesInStage } from '../../../records/deployment.ts';
import type { Rollout } from '../../../records/rollout.ts';
import { fail, go, type Outcome, type Told, wait } from '../outcome.ts';
import { placeOf, type World } from '../world.ts';

/** How often a rollout is looked at: one look asks for all services together. */
const poll = 1_000;

export async function rollout(d: Deployment, world: World): Promise<Outcome> {
  const open = releasesInStage(d, d.stage).filter((r) => r.forward.phase !== 'done');
  const { rollouts, unknown } = await advanceAll(d, open, (r) => ({ to: r.to, rollout: r.forward }), world);
  const releases = d.releases.map((r) => withForward(r, rollouts.get(r.service)));
  const story = releases.flatMap((r, i) => news(d.releases[i]?.forward, r));
  const failed = releases.find((r) => r.forward.phase === 'failed');
  if (failed) {
    const { problem, evidence } = failed.forward;
    const summary = `${failed.service} did not become stable: ${problem}`;
    return fail({ summary, service: failed.service, evidence }, { releases }, ...story);
  }
  if (releasesInStage({ ...d, releases }, d.stage).every((r) => r.forward.phase === 'done')) {
    return go('verify', { releases, verifyFailures: 0 }, ...story);
  }
  if (unknown && story.length === 0 && !moved(d.releases, releases)) return { kind: 'unknown', why: unknown };
  return wait(poll, { releases }, ...story);
}

/** Hands the target all changes at once and gives its answers by service. */
export async function advanceAll(
  d: Deployment,
  open: readonly Release[],
  change: (r: Release) => { to: { version: string; ref: string | null }; rollout: Rollout },
  world: World,
): Promise<{ rollouts: Map<string, Rollout>; unknown: string | undefined }> {
  const answers = await world.target.advance(
    open.map((r) => ({ place: placeOf(d, r.service, world), ...change(r) })),
  );
  return {
    rollouts: new Map(open.map((r, i) => [r.service, answers[i]?.rollout ?? change(r).rollout])),
    unknown: answers.find((answer) => answer.unknown)?.unknown,
  };
}

function withForward(r: Release, forward: Rollout | undefined): Release {
  if (!forward) return r;
  const ref = forward.revision?.ref ?? r.to.ref;
  return { ...r, forward, to: { ...r.to, ref } };
}

export const moved = (before: readonly Release[], after: readonly Release[]): boolean =>
  JSON.stringify(before) !== JSON.stringify(after);

function news(before: Rollout | undefined, { service, forward }: Release): Told[] {
  if (!before || before.phase === forward.phase) return [];
  if (forward.phase === 'following') return [{ event: 'service-updated', service }];
  if (forward.phase === 'failed') {
    return [{ event: 'service-failed', service, detail: forward.problem, evidence: forward.evidence }];
  }
  if (forward.phase !== 'done') return [];
  const unchanged = isUnchanged({ forward });
  return [{ event: unchanged ? 'service-unchanged' : 'service-stable', service }];
}
