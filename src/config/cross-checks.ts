/** What no single setting can know: whether the parts of a catalog fit each other. */
import type { CatalogFile, Role, ServicePlace } from './catalog.ts';
import type { Finding } from './catalog-shape.ts';
import { nearest } from './nearest.ts';
import type { YamlSource } from './yaml-source.ts';

/** `says` tells what the file says by itself: a default right may belong to a role that is left empty. */
export function crossChecks(file: CatalogFile, says: YamlSource['says']): Finding[] {
  return [
    ...Object.keys(file.environments).flatMap((name) => [
      ...orderOf(name, file),
      ...rolesOf(name, file, says),
      ...watchOf(name, file),
    ]),
    ...Object.keys(file.services).flatMap((name) => [...homesOf(name, file), ...probeNamesOf(name, file)]),
    ...incidentsOf(file),
  ];
}

function orderOf(name: string, { environments }: CatalogFile): Finding[] {
  const path = ['environments', name, 'after'];
  const known = new Map(Object.entries(environments));
  const after = known.get(name)?.after;
  if (after === undefined) return [];
  if (!known.has(after)) return [{ path, message: unknownEnvironment(after, known.keys()) }];
  const way = [name];
  for (let next: string | undefined = after; next !== undefined; next = known.get(next)?.after) {
    way.push(next);
    if (next === name) return [{ path, message: `goes round in a circle: ${way.join(' after ')}` }];
    // A circle further on is told where it is.
    if (way.indexOf(next) < way.length - 1) return [];
  }
  return [];
}

function rolesOf(name: string, { environments, people }: CatalogFile, says: YamlSource['says']): Finding[] {
  const environment = environments[name];
  if (!environment) return [];
  const path = ['environments', name];
  const rights = Object.entries(environment.rights)
    .filter(([right]) => says([...path, 'rights', right]))
    .flatMap(([right, roles]) =>
      roles
        .filter((role) => people[role].length === 0)
        .map((role) => empty([...path, 'rights', right], role)),
    );
  const { approvals } = environment;
  if (!approvals) return rights;
  const from = people[approvals.from];
  const where = [...path, 'approvals', 'from'];
  if (from.length === 0) return [...rights, empty(where, approvals.from)];
  const groups = from.some((entry) => /^[@S]/.test(entry));
  if (groups || from.length >= approvals.required) return rights;
  const message = `asks for ${approvals.required} approvals, but people.${approvals.from} are ${from.length}`;
  return [...rights, { path: [...path, 'approvals', 'required'], message }];
}

const empty = (path: string[], role: Role): Finding => ({
  path,
  message: `nobody is one of the ${role}: name somebody in people.${role}`,
});

function watchOf(name: string, { environments }: CatalogFile): Finding[] {
  const watch = environments[name]?.watch;
  if (!watch || watch.every <= watch.for) return [];
  return [
    { path: ['environments', name, 'watch', 'every'], message: 'is longer than the whole watch (for)' },
  ];
}

function homesOf(name: string, { environments, services }: CatalogFile): Finding[] {
  const known = new Map(Object.entries(environments));
  const homes = Object.keys(services[name]?.target.environments ?? {});
  const path = ['services', name, 'target', 'environments'];
  return [
    ...(known.has(name)
      ? [{ path: ['services', name], message: 'is called like an environment: choose another name' }]
      : []),
    ...(homes.length === 0 ? [{ path, message: 'expected at least one: the service runs nowhere' }] : []),
    ...homes
      .filter((home) => !known.has(home))
      .map((home) => ({ path: [...path, home], message: unknownEnvironment(home, known.keys()) })),
  ];
}

function unknownEnvironment(name: string, known: Iterable<string>): string {
  const names = [...known];
  const meant = nearest(name, names);
  return `there is no environment ${name}; ${meant ? `did you mean ${meant}?` : `there are ${names.join(', ')}`}`;
}

function probeNamesOf(service: string, { services }: CatalogFile): Finding[] {
  const names = (services[service]?.probes ?? []).map((probe) => probe.name);
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [
          {
            path: ['services', service, 'probes', index, 'name'],
            message: `"${name}" is another probe's name`,
          },
        ]
      : [],
  );
}

function incidentsOf({ incidents, slack, services }: CatalogFile): Finding[] {
  if (!incidents) return [];
  const known = Object.keys(services);
  const strangers = Object.keys(incidents.status_page?.components ?? {}).filter(
    (name) => !known.includes(name),
  );
  return [
    ...(slack.incidents === undefined
      ? [
          {
            path: ['slack', 'incidents'],
            message: 'is missing: the channel in which incidents are announced',
          },
        ]
      : []),
    ...strangers.map((name) => {
      const meant = nearest(name, known);
      const message = `there is no service ${name}${meant ? `; did you mean ${meant}?` : ''}`;
      return { path: ['incidents', 'status_page', 'components', name], message };
    }),
  ];
}

/** Two places that are one and the same ECS service: a deployment to one would change the other. */
export function sharedPlaces(places: readonly ServicePlace[]): Finding[] {
  return places.flatMap((place, index) => {
    const twin = places.slice(0, index).find((other) => isSame(place, other));
    if (!twin) return [];
    const { cluster, service } = place.target;
    const path = ['services', place.service, 'target', 'environments', place.environment];
    return [
      { path, message: `is ${service} in ${cluster}, just like ${twin.service} in ${twin.environment}` },
    ];
  });
}

/** Without a region it is the SDK's own, which may be the other one's. */
function isSame({ target: a }: ServicePlace, { target: b }: ServicePlace): boolean {
  const sameRegion = a.region === b.region || a.region === undefined || b.region === undefined;
  return a.service !== '' && a.service === b.service && clusterName(a) === clusterName(b) && sameRegion;
}

const clusterName = ({ cluster }: ServicePlace['target']): string => cluster.split('/').at(-1) ?? cluster;
