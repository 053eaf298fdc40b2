/** Looks at the probes before an alert opens an incident: is the service down, is all of it? */
import { limitAsync } from 'es-toolkit/promise';
import type { ServicePlace } from '../../config/catalog.ts';
import type { AlertGroup } from '../../records/alert-group.ts';
import { atMost } from '../../shutdown.ts';
import type { World } from '../deployment/world.ts';
import { type Looks, type Opening, severityFor } from './severity.ts';

type LookWorld = Pick<World, 'clock' | 'catalog' | 'probe'>;

/** More than for a health check: whether all of it is down has to be known soon. */
const probesAtOnce = 50;
/** Whatever the probes' own patience: what has not answered by then is not known. In the clock's milliseconds. */
const patience = 20_000;
/** A clock that runs faster does not make the network faster: real milliseconds. */
const leastPatience = 2_000;

/** What was found counts for so long, in the clock's milliseconds: a storm of alerts must not become one of probes. */
const holdsFor = 5_000;
const looked = new WeakMap<LookWorld['probe'], Map<string, { at: number; found: Promise<Opening> }>>();

/** How severe it is as the probes say; looks at most every 5 s. Throws where the catalog has no section about incidents. */
export function lookBeforeOpening(group: AlertGroup, world: LookWorld): Promise<Opening> {
  const known = looked.get(world.probe) ?? new Map<string, { at: number; found: Promise<Opening> }>();
  looked.set(world.probe, known);
  const last = known.get(group.name);
  const now = world.clock.now();
  if (last && now < last.at + holdsFor) return last.found;
  const found = look(group, world);
  known.set(group.name, { at: now, found });
  found.catch(() => known.delete(group.name));
  return found;
}

async function look(group: AlertGroup, world: LookWorld): Promise<Opening> {
  const { catalog } = world;
  if (!catalog.incidents) throw new Error('The catalog no longer has a section about incidents.');
  const { automatic } = catalog.incidents;
  const isCritical = catalog.environments.get(group.environment)?.critical ?? false;
  const own = group.service === null ? undefined : catalog.place(group.service, group.environment);
  if (own) {
    const looks = await lookAt([own], world);
    const opening = severityFor(looks, { isWhole: false, isCritical }, automatic);
    const isDown = [...looks.values()].some(
      (v) => v.length > 0 && v.every((verdict) => verdict === 'failed'),
    );
    if (!isDown) return opening;
  }
  const places = catalog.services.flatMap((service) => catalog.place(service, group.environment) ?? []);
  return severityFor(await lookAt(places, world), { isWhole: true, isCritical }, automatic);
}

async function lookAt(places: readonly ServicePlace[], { clock, probe }: LookWorld): Promise<Looks> {
  const look = limitAsync(probe, probesAtOnce);
  const looks = new Map<string, ('ok' | 'failed' | 'unknown')[]>();
  const all = places.flatMap(({ service, probes }) => {
    const wanted = probes.filter(({ full }) => !full);
    const verdicts = wanted.map((): 'ok' | 'failed' | 'unknown' => 'unknown');
    looks.set(service, verdicts);
    return wanted.map(async (settings, index) => {
      verdicts[index] = (await look({ ...settings, retries: Math.min(settings.retries, 1) })).verdict;
    });
  });
  await atMost(Math.max(leastPatience, clock.real(patience)), Promise.all(all));
  return new Map([...looks].map(([service, verdicts]) => [service, [...verdicts]]));
}
