/** What keeps a mitigation's hands off the services of an environment: a deployment that changes them, an emergency. */
import { blocksOn, isHalt } from '../../../records/block.ts';
import type { Person } from '../../../records/deployment.ts';
import { Refusal } from '../../../records/refusal.ts';
import { haltWords, maySwitch } from '../../gates/no-emergency.ts';
import type { IncidentWorld } from '../world.ts';

type HeldWorld = Pick<IncidentWorld, 'store' | 'clock' | 'people' | 'catalog'>;

/**
 * Throws a Refusal where the services must not be touched now: a deployment holds the environment's lock, or an emergency
 * halts it (runbook 004: database corruption halts everything, a security incident everything but what those do who may
 * switch to a clean revision). Throws something else where that cannot be told.
 */
export async function refuseWhereHeld(environment: string, by: Person, world: HeldWorld): Promise<void> {
  const { store, clock } = world;
  const [holder, blocks] = await Promise.all([store.lockHolder(environment), store.blocks()]);
  for (const halt of blocksOn(blocks, environment, clock.now()).filter(isHalt)) {
    if (halt.kind === 'security' && (await maySwitch(by, world))) continue;
    throw new Refusal(
      'not-allowed',
      `${haltWords(halt)}, so nothing is restarted or scaled in ${environment}.`,
      `Wait until ${halt.incident} is cleared; rate limiting and the maintenance page go on.`,
    );
  }
  const d = holder && (await store.load(holder.deployment));
  // A lock goes with the owner's end, as for whoever wants to take it (`locks.ts`).
  if (!d || d.ending !== null) return;
  throw new Refusal(
    'busy',
    `${d.id} of @${d.requestedBy.name} is changing ${environment}.`,
    'Ask again when it has ended, or stop it first.',
  );
}
