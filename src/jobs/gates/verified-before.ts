/** A version must have been verified in the environment before (runbook 001: "Verify Staging"), hotfixes excepted. */
import { sameVersion } from '../../records/version.ts';
import { environmentOf } from '../deployment/world.ts';
import { type Gate, no, yes } from './gate.ts';

export const verifiedBefore: Gate = {
  name: 'verified-before',
  title: 'Verified in the environment before',
  for: ['deploy'],
  check: async (d, world) => {
    const before = environmentOf(d, world).after;
    if (!before) return yes;
    if (d.skipStaging)
      return { answer: 'skipped', because: `skipped by @${d.requestedBy.name}: ${d.reason}` };
    const missing: { service: string; version: string }[] = [];
    for (const { service, to } of d.releases) {
      if (!world.catalog.place(service, before)) continue;
      const proofs = await world.store.proofsOf(before, service);
      if (!proofs.some((proof) => sameVersion(proof.revision.version, to.version))) {
        missing.push({ service, version: to.version });
      }
    }
    if (missing.length === 0) return yes;
    const list = missing.map(({ service, version }) => `${service} ${version}`).join(', ');
    return no(
      `${before} has not verified ${list}`,
      `Deploy to ${before} first, or use --skip-staging with a reason if this is a hotfix.`,
      sameForAll(missing) && {
        label: `Deploy to ${before} first`,
        command: `/deploy ${before} ${missing.map((m) => m.service).join(',')} ${missing[0]?.version}`,
      },
    );
  },
};

const sameForAll = (missing: readonly { version: string }[]): true | undefined =>
  missing.every((m) => m.version === missing[0]?.version) || undefined;
