/** Takes back what this deployment changed, the last stage first, then checks that too. */
import { type Deployment, type Release, stagesOf } from '../../../records/deployment.ts';
import type { Rollout } from '../../../records/rollout.ts';
import { end, fail, go, type Outcome, type Told, wait } from '../outcome.ts';
import type { World } from '../world.ts';
import { checkServices } from './checks.ts';
import { advanceAll, moved } from './rollout.ts';
import { verifyTries } from './verify.ts';

const poll = 1_000;
const betweenChecks = 10_000;

export async function rollback(d: Deployment, world: World): Promise<Outcome> {
  const open = lastOpenStage(d);
  if (open.length === 0) return allBack(d);
  const named = open.filter((r) => world.catalog.place(r.service, d.environment));
  const { rollouts, unknown } = await advanceAll(d, named, backwards, world);
  for (const r of open) if (r.back && !named.includes(r)) rollouts.set(r.service, unnamed(r.back));
  const releases = d.releases.map((r) => ({ ...r, back: rollouts.get(r.service) ?? r.back }));
  const story = releases.flatMap((r, i) => news(d.releases[i], r));
  if (unknown && story.length === 0 && !moved(d.releases, releases)) return { kind: 'unknown', why: unknown };
  return wait(poll, { releases }, ...story);
}

export async function verifyRollback(d: Deployment, world: World): Promise<Outcome> {
  const restored = d.releases.filter((r) => r.back !== null);
  const expected = restored.flatMap(({ service, back, from }) => {
    const revision = back?.revision ?? from;
    return revision ? [{ service, revision }] : [];
  });
  const checks = await checkServices(d, expected, world);
  const bad = checks.find((check) => check.failures.length > 0);
  if (bad) {
    const verifyFailures = d.verifyFailures + 1;
    if (verifyFailures < verifyTries) return wait(betweenChecks, { verifyFailures });
    const summary = `${bad.service} is not healthy after the rollback: ${bad.failures[0]}`;
    return fail({ summary, service: bad.service, evidence: bad.failures.slice(1, 6) });
  }
  const blind = checks.find((check) => check.unknown.length > 0);
  if (blind) return { kind: 'unknown', why: `${blind.service}: ${blind.unknown[0]}` };
  return end('rolled-back', {}, { event: 'rollback-verified' });
}

/** A service that cannot go back is no reason to leave the others where they are: a person is asked at the end. */
function allBack(d: Deployment): Outcome {
  const [failed, ...others] = d.releases.filter((r) => r.back?.phase === 'failed');
  if (!failed?.back) return go('verify-rollback', { verifyFailures: 0 });
  const { problem, evidence } = failed.back;
  const more = others.length > 0 ? ` (and ${others.map((r) => r.service).join(', ')})` : '';
  const summary = `${failed.service}${more} could not be returned to ${failed.from?.version}: ${problem}`;
  return fail({ summary, service: failed.service, evidence });
}

/** Reverse order of stages: a stage goes back only when all later ones are back, or cannot be brought back. */
function lastOpenStage(d: Deployment): Release[] {
  for (const stage of stagesOf(d).reverse()) {
    const open = d.releases.filter((r) => r.stage === stage && r.back && isOpen(r.back));
    if (open.length > 0) return open;
  }
  return [];
}

const isOpen = ({ phase }: Rollout): boolean => phase !== 'done' && phase !== 'failed';

const unnamed = (back: Rollout): Rollout => ({
  ...back,
  phase: 'failed',
  problem: 'the catalog no longer names it',
});

function backwards(r: Release) {
  if (!r.from || !r.back) throw new Error(`${r.service} has nothing to go back to`);
  return { to: r.from, rollout: r.back };
}

function news(before: Release | undefined, { service, from, back }: Release): Told[] {
  return back?.phase === 'done' && before?.back?.phase !== 'done'
    ? [{ event: 'service-restored', service, detail: from?.version ?? null }]
    : [];
}
