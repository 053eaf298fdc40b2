/** Nobody else may be changing the environment (runbook 003: "Ensure no active deployments running"). */
import { type Gate, no, yes } from './gate.ts';

export const noActiveDeployment: Gate = {
  name: 'no-active-deployment',
  title: 'No other deployment is active',
  for: ['deploy'],
  check: async (d, { store }) => {
    const holder = await store.lockHolder(d.environment);
    if (!holder || holder.deployment === d.id) return yes;
    const owner = await store.load(holder.deployment);
    if (!owner || owner.step === 'ended') return yes;
    return no(
      `${owner.id} by @${owner.requestedBy.name} is changing ${d.environment}`,
      `Wait until ${owner.id} has ended, or ask @${owner.requestedBy.name} to stop it.`,
    );
  },
};
