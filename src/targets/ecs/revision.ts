/** Finds the task definition revision that a change needs, or makes it: looked for first, registered only if there is none. */
import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { Change } from '../target.ts';
import { type Definition, registrable, sameDefinition, withImage } from './definition.ts';
import type { Definitions } from './definitions.ts';
import { imageOf } from './image.ts';
import { shortName } from './service.ts';

/** `no-room`: it must be registered, and the quota for that is used up for the moment. */
export type RevisionFound = { ref: string } | { problem: string } | 'no-room';

/** One of a family's newest revisions is where an equal one is: registered before a crash, or by a build pipeline. */
const newestLookedAt = 3;

/** `running` is the ARN of the task definition that the service has now. */
export async function findOrMakeRevision(
  definitions: Definitions,
  { place, to }: Pick<Change, 'place' | 'to'>,
  running: string,
): Promise<RevisionFound> {
  if (to.ref === running) return { ref: running };
  return to.ref === null
    ? derived(definitions, { place, to }, running)
    : returnedTo(definitions, place.target.region, to.ref);
}

/** What runs now, with another image in one container. */
async function derived(
  definitions: Definitions,
  { place: { target }, to }: Pick<Change, 'place' | 'to'>,
  running: string,
): Promise<RevisionFound> {
  const now = await definitions.known(target.region, running);
  const base = { ...registrable(now), family: target.family };
  const wanted = withImage(base, target.container, imageOf(target.image, to.version));
  if (!wanted) {
    const names = now.definition.containerDefinitions?.map(({ name }) => name).join(', ');
    return { problem: `${shortName(running)} has no container named ${target.container}; it has ${names}.` };
  }
  return sameDefinition(wanted, now) ? { ref: running } : findOrRegister(definitions, target.region, wanted);
}

/** A revision that ran before; one that was deregistered cannot be run again, but an equal copy can. */
async function returnedTo(
  definitions: Definitions,
  region: string | undefined,
  ref: string,
): Promise<RevisionFound> {
  const old: Definition | null = await definitions.fresh(region, ref);
  if (!old) return { problem: `${shortName(ref)}, the revision to return to, does not exist any more.` };
  if (old.definition.status === 'ACTIVE') return { ref };
  return findOrRegister(definitions, region, registrable(old));
}

async function findOrRegister(
  definitions: Definitions,
  region: string | undefined,
  wanted: RegisterTaskDefinitionCommandInput,
): Promise<RevisionFound> {
  const newest = await definitions.newest(region, wanted.family ?? '', newestLookedAt);
  for (const ref of newest) {
    if (sameDefinition(wanted, await definitions.known(region, ref))) return { ref };
  }
  const ref = await definitions.register(region, wanted);
  return ref === null ? 'no-room' : { ref };
}
