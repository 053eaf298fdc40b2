/** What the steps of a deployment need of everything around them. */
import type { Clock } from '../../clients/clock.ts';
import type { People } from '../../clients/people.ts';
import type { Store } from '../../clients/store/index.ts';
import type { Catalog, Environment, ProbeSettings, ServicePlace } from '../../config/catalog.ts';
import type { Deployment } from '../../records/deployment.ts';
import type { ProbeResult } from '../../records/health.ts';
import type { Target } from '../../targets/target.ts';

export interface World {
  clock: Clock;
  catalog: Catalog;
  store: Store;
  people: People;
  /** The target of every place that the catalog names. */
  target: Target;
  probe: (probe: ProbeSettings) => Promise<ProbeResult>;
}

/** The catalog may have changed since a deployment was asked for; what is gone cannot be worked on. */
export function environmentOf(d: Deployment, { catalog }: Pick<World, 'catalog'>): Environment {
  const environment = catalog.environments.get(d.environment);
  if (!environment) throw new Error(`The catalog no longer names the environment ${d.environment}.`);
  return environment;
}

export function placeOf(d: Deployment, service: string, { catalog }: Pick<World, 'catalog'>): ServicePlace {
  const place = catalog.place(service, d.environment);
  if (!place) throw new Error(`The catalog no longer names ${service} in ${d.environment}.`);
  return place;
}
