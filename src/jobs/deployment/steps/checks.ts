/** One look at services that were changed: does each run just its revision, and what do its probes say? */
import type { ProbeSettings } from '../../../config/catalog.ts';
import type { Deployment } from '../../../records/deployment.ts';
import type { Revision } from '../../../records/rollout.ts';
import { fewAtOnce } from '../../probing.ts';
import { placeOf, type World } from '../world.ts';

/** The single checks of one service in one look. */
export interface ServiceCheck {
  service: string;
  succeeded: number;
  /** What is proven bad, in words. */
  failures: string[];
  /** What could not be told. */
  unknown: string[];
}

export async function checkServices(
  d: Deployment,
  expected: readonly { service: string; revision: Revision }[],
  world: World,
): Promise<ServiceCheck[]> {
  const places = expected.map(({ service, revision }) => ({ place: placeOf(d, service, world), revision }));
  const probe = fewAtOnce(world.probe);
  const [wrong, probed] = await Promise.all([
    world.target.check(places).catch((error: unknown) => String(error)),
    Promise.all(places.map(({ place }) => probeAll(place.probes, probe))),
  ]);
  return expected.map(({ service }, i) => {
    const check: ServiceCheck = { service, succeeded: 0, failures: [], unknown: [], ...probed[i] };
    if (typeof wrong === 'string') return { ...check, unknown: [...check.unknown, wrong] };
    const problem = wrong.get(service);
    return problem
      ? { ...check, failures: [problem, ...check.failures] }
      : { ...check, succeeded: check.succeeded + 1 };
  });
}

async function probeAll(
  probes: readonly ProbeSettings[],
  probe: World['probe'],
): Promise<Omit<ServiceCheck, 'service'>> {
  const results = await Promise.all(probes.filter((p) => !p.full).map(probe));
  const told = (verdict: 'failed' | 'unknown') =>
    results.filter((r) => r.verdict === verdict).map((r) => `${r.name}: ${r.because}`);
  return {
    succeeded: results.filter((r) => r.verdict === 'ok').length,
    failures: told('failed'),
    unknown: told('unknown'),
  };
}
