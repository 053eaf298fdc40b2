/** Writes down what was proven, for staging-first and for rollbacks to come; may run twice without effect. */
import type { Deployment } from '../../../records/deployment.ts';
import { end, type Outcome } from '../outcome.ts';
import type { World } from '../world.ts';

export async function complete(d: Deployment, world: World): Promise<Outcome> {
  for (const { service, forward } of d.releases) {
    if (!forward.revision) continue;
    await world.store.addProof({
      service,
      environment: d.environment,
      revision: forward.revision,
      provenAt: d.stepSince,
      deployment: d.id,
      looks: d.watch?.looks ?? 0,
      watched: d.watch ? d.stepSince - d.watch.startedAt : 0,
    });
  }
  return end('succeeded');
}
