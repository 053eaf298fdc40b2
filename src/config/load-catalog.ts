/** Reads `pilothouse.yml`: its shape, then everything that one part says about another; all problems at once. */
import { deepFreeze, groupBy, sortBy, uniqBy } from 'es-toolkit';
import type { Catalog, CatalogFile, Environment, ServicePlace } from './catalog.ts';
import { CatalogError } from './catalog-error.ts';
import { checkShape, type Finding } from './catalog-shape.ts';
import { crossChecks, sharedPlaces } from './cross-checks.ts';
import { placesOf } from './places.ts';
import { type Path, readYaml, type YamlSource } from './yaml-source.ts';

export { CatalogError };

/** Throws a `CatalogError` with everything that is wrong. The file's name is only for its messages. */
export function loadCatalog(yamlText: string, fileName: string): Catalog {
  const source = readYaml(yamlText);
  const refuse = (findings: readonly Finding[]): never => {
    throw new CatalogError(fileName, problemsOf(source, findings));
  };
  if (source.value === undefined) refuse([]);
  if (source.value === null) refuse([{ path: [], message: 'is empty' }]);
  const shape = checkShape(source.value);
  if ('findings' in shape) return refuse(shape.findings);
  const { places, findings } = placesOf(shape.file);
  const all = [...crossChecks(shape.file, source.says), ...findings, ...sharedPlaces(places)];
  if (all.length > 0 || source.problems.length > 0) refuse(all);
  return catalogOf(shape.file, places);
}

function problemsOf(source: YamlSource, findings: readonly Finding[]) {
  const located = findings.map(({ path, message }) => {
    const place = source.placeOf(path);
    return { path: written(path), line: place?.line ?? null, column: place?.column ?? null, message };
  });
  const all = [...source.problems.map((problem) => ({ path: '', ...problem })), ...located];
  // What is wrong in a target's shared settings is found once an environment.
  return sortBy(
    uniqBy(all, ({ path, line, message }) => `${line} ${path} ${message}`),
    [({ line }) => line ?? 0],
  );
}

/** `services.api.probes[0].get`, on one line whatever the key. */
const written = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('')
    .replace(/\s+/g, ' ');

function catalogOf(file: CatalogFile, places: readonly ServicePlace[]): Catalog {
  const inStages = sortBy(Object.entries(file.services), [([, service]) => service.stage]);
  const byService = new Map(
    Object.entries(groupBy(places, (place) => place.service)).map(([service, homes]) => [
      service,
      new Map(homes.map((home) => [home.environment, deepFreeze(home)])),
    ]),
  );
  return Object.freeze({
    organization: file.organization,
    slack: deepFreeze(file.slack),
    people: deepFreeze(file.people),
    environments: frozenMap(
      Object.entries(file.environments).map((entry) => environmentOf(entry, file.environments)),
    ),
    services: Object.freeze(inStages.map(([name]) => name)),
    place: (service: string, environment: string) => byService.get(service)?.get(environment),
    ...(file.incidents &&
      file.slack.incidents && {
        incidents: deepFreeze({ ...file.incidents, channel: file.slack.incidents }),
      }),
  });
}

function environmentOf(
  [name, settings]: [string, CatalogFile['environments'][string]],
  all: CatalogFile['environments'],
): [string, Environment] {
  const confirm_rollback = settings.confirm_rollback ?? settings.approvals !== undefined;
  const critical = settings.critical ?? !Object.values(all).some(({ after }) => after === name);
  return [name, deepFreeze({ ...settings, name, confirm_rollback, critical })];
}

/** Freezing a Map leaves its contents open, so its writing methods are taken away as well. */
function frozenMap<V>(entries: [string, V][]): ReadonlyMap<string, V> {
  const refuse = () => {
    throw new TypeError('The catalog cannot be changed');
  };
  return Object.freeze(Object.assign(new Map(entries), { set: refuse, delete: refuse, clear: refuse }));
}
