/** Writes down what runs, under the lock: what a rollback returns to (runbook 003: "backup before each deployment"). */
import type { Deployment } from '../../../records/deployment.ts';
import { go, type Outcome } from '../outcome.ts';
import { placeOf, type World } from '../world.ts';

export async function backup(d: Deployment, world: World): Promise<Outcome> {
  const running = await world.target.look(d.releases.map((r) => placeOf(d, r.service, world)));
  const releases = d.releases.map((release) => {
    const now = running.get(release.service);
    if (!now) throw new Error(`${release.service} is not to be found in ${d.environment}`);
    return { ...release, from: { version: now.version ?? 'unknown', ref: now.ref } };
  });
  const changed = releases.filter((r, i) => r.from.ref !== d.releases[i]?.from?.ref);
  if (changed.length > 0) {
    // What was approved is no longer what would happen: plan again, and ask again.
    const detail = changed.map((r) => `${r.service} runs ${r.from.version} by now`).join(', ');
    return go('preflight', {}, { event: 'plan-changed', detail });
  }
  return go('rollout', { releases, stage: 0 }, { event: 'stage-started', detail: '1' });
}
