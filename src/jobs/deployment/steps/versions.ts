/** Which version a service shall get: the one that was named, what was proven before, or the newest one. */
import type { ServicePlace } from '../../../config/catalog.ts';
import type { Deployment, Release } from '../../../records/deployment.ts';
import type { Proof } from '../../../records/entries.ts';
import { Refusal } from '../../../records/refusal.ts';
import type { Revision, Running } from '../../../records/rollout.ts';
import { sameVersion } from '../../../records/version.ts';
import { environmentOf, type World } from '../world.ts';

type To = Release['to'];

export async function versionFor(
  d: Deployment,
  place: ServicePlace,
  running: Running,
  world: World,
): Promise<To> {
  if (d.kind === 'rollback') {
    // Planned again, because something else went back meanwhile: to where it was to go, not one version further.
    const planned = d.releases.find(({ service }) => service === place.service);
    return planned?.to ?? olderRevision(d, place, running, world);
  }
  const before = environmentOf(d, world).after;
  const mustBeProven = before !== undefined && !d.skipStaging && world.catalog.place(place.service, before);
  if (d.wanted.version === null && mustBeProven) return provenBefore(place, before, world);
  return offered(place, d.wanted.version, world);
}

/** Production gets what staging proved, if its own registry has it. */
async function provenBefore(place: ServicePlace, before: string, world: World): Promise<To> {
  const { service } = place;
  const [proof] = await world.store.proofsOf(before, service);
  if (proof) return offered(place, proof.revision.version, world);
  throw new Refusal(
    'staging-first',
    `No version of ${service} was verified in ${before} yet.`,
    `Deploy to ${before} first, or name a version.`,
    { label: `Deploy to ${before} first`, command: `/deploy ${before} ${service}` },
  );
}

async function offered(place: ServicePlace, wanted: string | null, { target }: World): Promise<To> {
  const resolved = await target.resolve(place, wanted);
  if ('version' in resolved) return { version: resolved.version, ref: null };
  throw new Refusal(wanted === null ? 'no-version' : 'unknown-version', resolved.problem, resolved.hint);
}

/**
 * The named version's proven revision if there is one. Without a name: the newest one that was proven before what runs
 * now was first proven, so that going back twice never returns to what was fled from.
 */
async function olderRevision(
  d: Deployment,
  place: ServicePlace,
  running: Running,
  world: World,
): Promise<To> {
  const proofs = await world.store.proofsOf(place.environment, place.service);
  const wanted = d.wanted.version;
  const runs = ({ revision }: Proof) => isRunning(revision, running);
  const firstProven = Math.min(...proofs.filter(runs).map((proof) => proof.provenAt));
  const proof = proofs.find((one) =>
    wanted === null ? !runs(one) && one.provenAt < firstProven : sameVersion(one.revision.version, wanted),
  );
  if (proof) return proof.revision;
  if (wanted !== null) return offered(place, wanted, world);
  throw new Refusal(
    'nothing-healthy',
    `No earlier revision of ${place.service} was proven healthy in ${place.environment}.`,
    'Name the version to return to.',
  );
}

const isRunning = (revision: Revision, running: Running): boolean =>
  revision.ref === running.ref ||
  (running.version !== null && sameVersion(revision.version, running.version));
