/** Which service and environment of the catalog an alert is about, from whatever the source calls them. No I/O here. */
import type { Catalog, ServicePlace } from '../config/catalog.ts';

export interface Named {
  /** What the source says is a service: the catalog's name, or the target's (ECS). */
  readonly services?: readonly (string | null | undefined)[];
  readonly environments?: readonly (string | null | undefined)[];
  readonly clusters?: readonly (string | null | undefined)[];
  /** Names of other things, in which a service or an environment may be named: load balancers, alarms. */
  readonly within?: readonly (string | null | undefined)[];
}

export interface Subject {
  readonly service: string | null;
  readonly environment: string | null;
}

/** Null for what is not named, not in the catalog, or not certain. */
export function subjectOf(
  named: Named,
  catalog: Pick<Catalog, 'environments' | 'services' | 'place'>,
): Subject {
  const environments = [...catalog.environments.keys()];
  const places = environments.flatMap((environment) =>
    catalog.services.flatMap((service) => catalog.place(service, environment) ?? []),
  );
  const texts = known(named.within);
  const environment =
    first(known(named.environments), (name) => environmentCalled(name, environments)) ??
    first(known(named.clusters), (name) => only(placesIn(name, places).map((p) => p.environment))) ??
    first(texts, (text) => environmentIn(text, environments, places));
  const here = places.filter((p) => environment === null || p.environment === environment);
  const service =
    first(known(named.services), (name) => serviceCalled(name, known(named.clusters), here)) ??
    first(texts, (text) => only(longestIn(text, catalog.services)));
  // A name of the target may be used in one environment alone.
  const homes = here.filter((p) => p.service === service).map((p) => p.environment);
  return { service, environment: environment ?? (service === null ? null : only(homes)) };
}

/** Names that are longer than this are no names. */
const longestName = 300;

const known = (names: Named['services'] = []): string[] =>
  names.flatMap((name) => (name?.trim() ? name.trim().slice(0, longestName).toLowerCase() : []));

function first<R>(names: readonly string[], look: (name: string) => R | null): R | null {
  for (const name of names) {
    const found = look(name);
    if (found !== null) return found;
  }
  return null;
}

/** The one value that all of them are, or null. */
function only(values: readonly string[]): string | null {
  const [value, ...others] = new Set(values);
  return value !== undefined && others.length === 0 ? value : null;
}

/** `production`, or the beginning of just one of them, such as `prod`. */
function environmentCalled(name: string, environments: readonly string[]): string | null {
  if (environments.includes(name)) return name;
  return name.length < shortestStem ? null : only(environments.filter((e) => e.startsWith(name)));
}
const shortestStem = 4;

function environmentIn(
  text: string,
  environments: readonly string[],
  places: readonly ServicePlace[],
): string | null {
  const clusters = places.filter((p) => isIn(clusterName(p), text)).map((p) => p.environment);
  const words = text.split(/[^a-z0-9]+/).filter((word) => word.length >= shortestStem);
  return (
    only(longestIn(text, environments)) ??
    only(clusters) ??
    only(words.flatMap((word) => environmentCalled(word, environments) ?? []))
  );
}

function serviceCalled(
  name: string,
  clusters: readonly string[],
  places: readonly ServicePlace[],
): string | null {
  if (places.some((p) => p.service === name)) return name;
  const sameName = places.filter((p) => p.target.service.toLowerCase() === name);
  const sameCluster = sameName.filter((p) => clusters.includes(clusterName(p)));
  return only((sameCluster.length > 0 ? sameCluster : sameName).map((p) => p.service));
}

const placesIn = (cluster: string, places: readonly ServicePlace[]): ServicePlace[] =>
  places.filter((p) => clusterName(p) === (cluster.split('/').at(-1) ?? cluster));

/** The catalog may name it by its ARN. */
const clusterName = ({ target }: ServicePlace): string =>
  (target.cluster.split('/').at(-1) ?? target.cluster).toLowerCase();

/** Those that are named in the text, without those that are only part of a longer one. */
function longestIn(text: string, names: readonly string[]): string[] {
  const found = names.filter((name) => isIn(name, text));
  return found.filter((name) => !found.some((other) => other !== name && isIn(name, other)));
}

/** As a whole: no letter or digit stands right before or after it. */
function isIn(name: string, text: string): boolean {
  for (let at = text.indexOf(name); at >= 0 && name !== ''; at = text.indexOf(name, at + 1)) {
    if (!/[a-z0-9]/.test(`${text[at - 1] ?? ' '}${text[at + name.length] ?? ' '}`)) return true;
  }
  return false;
}
