/** `/health`: every service's target and probes, looked at together. */
import type { ServicePlace } from '../config/catalog.ts';
import type { HealthReport, ServiceHealth } from '../records/health.ts';
import type { Running } from '../records/rollout.ts';
import type { World } from './deployment/world.ts';
import { fewAtOnce } from './probing.ts';

export type HealthWorld = Pick<World, 'clock' | 'catalog' | 'target' | 'probe'>;

export async function checkHealth(
  { environment, services, full }: { environment: string; services: readonly string[]; full: boolean },
  world: HealthWorld,
): Promise<HealthReport> {
  const at = world.clock.now();
  const places = services.flatMap((service) => world.catalog.place(service, environment) ?? []);
  const looks = await lookAt(places, world);
  const probe = fewAtOnce(world.probe);
  const results = await Promise.all(
    places.map(async (place): Promise<ServiceHealth> => {
      const probes = place.probes.filter((settings) => full || !settings.full);
      return { ...looks.of(place), probes: await Promise.all(probes.map(probe)) };
    }),
  );
  return { environment, full, at, took: world.clock.now() - at, services: results };
}

/** What runs, and why that could not be told. */
export async function lookAt(places: readonly ServicePlace[], { target }: Pick<World, 'target'>) {
  let found: Map<string, Running>;
  let trouble: string | null = null;
  try {
    found = await target.look(places);
  } catch (error) {
    found = new Map();
    trouble = error instanceof Error ? error.message : String(error);
  }
  return {
    of: ({ service, target: { cluster } }: ServicePlace) => {
      const running = found.get(service) ?? null;
      const unknown = running ? null : (trouble ?? `not found in ${cluster}`);
      return { service, running, unknown };
    },
  };
}
