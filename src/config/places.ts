/** Works out where each service runs: an environment's own settings laid over the target's, placeholders filled in. */
import {
  awsCluster,
  awsName,
  type CatalogFile,
  defaultTimeout,
  type EcsPlace,
  type EcsSettings,
  type EcsTarget,
  type Probe,
  type ProbeSettings,
  type ServicePlace,
} from './catalog.ts';
import type { Finding } from './catalog-shape.ts';
import { nearest } from './nearest.ts';
import type { Path } from './yaml-source.ts';

const needed = ['cluster', 'service', 'family', 'container', 'image'] as const;

/** Every service in every environment that its target names and the catalog has. */
export function placesOf(file: CatalogFile): { places: ServicePlace[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const places: ServicePlace[] = [];
  const environments = new Map(Object.entries(file.environments));
  for (const [service, { stage, target, probes }] of Object.entries(file.services)) {
    for (const environment of Object.keys(target.environments)) {
      const base = environments.get(environment)?.base_url;
      if (base === undefined) continue;
      const filling = fillerFor({ environment, service }, findings);
      places.push({
        service,
        environment,
        stage,
        target: settingsOf(service, target, environment, filling),
        probes: probes.map((probe, index) =>
          probeOf(probe, base, ['services', service, 'probes', index], filling),
        ),
      });
    }
  }
  return { places, findings };
}

interface Filling {
  /** The text with {environment} and {service} filled in. */
  fill(text: string, path: Path): string;
  complain(path: Path, message: string): void;
}

function fillerFor(known: Readonly<Record<'environment' | 'service', string>>, findings: Finding[]): Filling {
  const complain = (path: Path, message: string) => {
    findings.push({ path, message });
  };
  const value = (placeholder: string, name: string, path: Path): string => {
    if (name === 'environment' || name === 'service') return known[name];
    if (name === 'version') {
      if (path.at(-1) !== 'image') complain(path, '{version} is known in the image only');
      return placeholder;
    }
    const meant = nearest(name, ['environment', 'service', 'version']);
    complain(path, `there is no placeholder ${placeholder}${meant ? `; did you mean {${meant}}?` : ''}`);
    return placeholder;
  };
  return {
    complain,
    fill: (text, path) =>
      text.replace(/\{([A-Za-z_-]+)\}/g, (placeholder, name) => value(placeholder, name, path)),
  };
}

function settingsOf(service: string, target: EcsTarget, environment: string, filling: Filling): EcsSettings {
  const shared: Path = ['services', service, 'target'];
  const own: EcsPlace = target.environments[environment] ?? {};
  const setting = (key: (typeof needed)[number]): string => {
    const path = own[key] === undefined ? [...shared, key] : [...shared, 'environments', environment, key];
    const text = own[key] ?? target[key];
    if (text === undefined) {
      filling.complain(
        [...shared, 'environments', environment, key],
        `is missing, and ${shared.join('.')} has none for all environments`,
      );
      return '';
    }
    const filled = filling.fill(text, path);
    const grammar = key === 'cluster' ? awsCluster : key === 'image' ? /./ : awsName;
    if (!grammar.test(filled) && !filled.includes('{')) {
      filling.complain(
        path,
        `"${filled}" is no name in AWS: at most 255 letters, digits, dashes and underscores`,
      );
    }
    return filled;
  };
  const region = own.region ?? target.region;
  return {
    type: 'ecs',
    ...(region === undefined ? {} : { region }),
    cluster: setting('cluster'),
    service: setting('service'),
    family: setting('family'),
    container: setting('container'),
    image: setting('image'),
    timeout: own.timeout ?? target.timeout ?? defaultTimeout,
  };
}

function probeOf({ get, ...probe }: Probe, base: string, path: Path, filling: Filling): ProbeSettings {
  const where = filling.fill(get, [...path, 'get']);
  const url = where.startsWith('/') ? base.replace(/\/+$/, '') + where : where;
  if (!URL.canParse(url)) filling.complain([...path, 'get'], `"${url}" is no address`);
  else if (new URL(url).username || new URL(url).password) {
    filling.complain([...path, 'get'], 'expected an address without user and password: it is shown in Slack');
  }
  return {
    ...probe,
    name: filling.fill(probe.name, [...path, 'name']),
    ...(probe.json === undefined ? {} : { json: filledJson(probe.json, [...path, 'json'], filling) }),
    url,
  };
}

type Json = NonNullable<Probe['json']> | null;

function filledJson(json: Json, path: Path, filling: Filling): Json {
  if (typeof json === 'string') return filling.fill(json, path);
  if (Array.isArray(json)) return json.map((item, index) => filledJson(item, [...path, index], filling));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [key, filledJson(item, [...path, key], filling)]),
  );
}
