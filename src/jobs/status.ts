/** `/ops status`: what runs where, what is in flight, who holds which lock, what keeps deploys away. */
import { blocksOn, isHalt } from '../records/block.ts';
import type { StatusReport } from '../templates/status.ts';
import type { World } from './deployment/world.ts';
import { lookAt } from './health.ts';

export type StatusWorld = Pick<World, 'clock' | 'catalog' | 'target' | 'store'>;

export async function reportStatus(world: StatusWorld): Promise<StatusReport> {
  const names = [...world.catalog.environments.keys()];
  const environments = await Promise.all(names.map((name) => reportEnvironment(name, world)));
  const { store, clock, catalog } = world;
  const [inFlight, blocks, incidents] = await Promise.all([
    store.activeDeployments(),
    store.blocks(),
    catalog.incidents ? store.openIncidents() : [],
  ]);
  const now = clock.now();
  return {
    at: now,
    environments,
    inFlight: inFlight.filter((d) => !d.planOnly),
    // The blocks of incidents stand beside them.
    freezes: blocks.filter((b) => b.kind === 'freeze' && blocksOn([b], b.environment ?? '', now).length > 0),
    halts: catalog.incidents ? blocks.filter(isHalt) : [],
    incidents,
  };
}

async function reportEnvironment(
  name: string,
  world: StatusWorld,
): Promise<StatusReport['environments'][number]> {
  const places = world.catalog.services.flatMap((service) => world.catalog.place(service, name) ?? []);
  const [looks, lock] = await Promise.all([lookAt(places, world), world.store.lockHolder(name)]);
  const services = await Promise.all(
    places.map(async (place) => {
      const { service, running, unknown } = looks.of(place);
      const proofs = await world.store.proofsOf(name, service);
      const proof = proofs.find(({ revision }) => revision.ref === running?.ref);
      return {
        service,
        version: running?.version ?? null,
        provenAt: proof?.provenAt ?? null,
        concern: running?.concern ?? null,
        unknown,
      };
    }),
  );
  return { name, lock, services };
}
