/** Probes after each stage, before the next one goes out (runbook 000: smoke checks between the waves). */
import { type Deployment, releasesInStage, stagesOf } from '../../../records/deployment.ts';
import { fail, go, type Outcome, type Told, wait } from '../outcome.ts';
import type { World } from '../world.ts';
import { checkServices, type ServiceCheck } from './checks.ts';

/** A service may need a moment after it became stable: this many looks may fail in a row, this far apart. */
export const verifyTries = 3;
const between = 10_000;

export async function verify(d: Deployment, world: World): Promise<Outcome> {
  const expected = releasesInStage(d, d.stage).map(({ service, forward, to }) => ({
    service,
    revision: forward.revision ?? { version: to.version, ref: to.ref ?? '' },
  }));
  const checks = await checkServices(d, expected, world);
  const bad = checks.find((check) => check.failures.length > 0);
  if (bad) return verifyFailed(d, bad);
  const blind = checks.find((check) => check.unknown.length > 0);
  if (blind) return { kind: 'unknown', why: `${blind.service}: ${blind.unknown[0]}` };
  return nextStage(d);
}

function verifyFailed(d: Deployment, { service, failures }: ServiceCheck): Outcome {
  const verifyFailures = d.verifyFailures + 1;
  const told: Told = { event: 'verification-failed', service, detail: failures[0] ?? null };
  if (verifyFailures < verifyTries) return wait(between, { verifyFailures }, told);
  const summary = `${service} failed its checks ${verifyTries} times in a row: ${failures[0]}`;
  return fail({ summary, service, evidence: failures.slice(1, 6) }, { verifyFailures }, told);
}

function nextStage(d: Deployment): Outcome {
  const told: Told = { event: 'stage-verified', detail: String(d.stage + 1) };
  const next = d.stage + 1;
  if (next >= stagesOf(d).length) return go('watch', { verifyFailures: 0 }, told);
  return go('rollout', { stage: next, verifyFailures: 0 }, told, {
    event: 'stage-started',
    detail: String(next + 1),
  });
}
