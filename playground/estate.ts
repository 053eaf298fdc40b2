/** The playground's world: who works there, what runs where, and the catalog that says so. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMap, parseDocument } from 'yaml';
import type { Catalog } from '../src/config/catalog.ts';
import { loadCatalog } from '../src/config/load-catalog.ts';
import type { CloudOptions, CloudService } from './cloud/index.ts';
import type { OutsideOptions } from './outside/index.ts';
import type { SlackOptions } from './slack/types.ts';

const exampleFile = fileURLToPath(new URL('../examples/skillancer.yml', import.meta.url));

/** `may` is for people who look at the page. */
export const people = [
  { id: 'U0000ANA1', name: 'ana', email: 'ana@example.com', may: 'deploys' },
  { id: 'U0000BEN1', name: 'ben', email: 'ben@example.com', may: 'deploys and approves' },
  { id: 'U000CARLA', name: 'carla', email: 'carla@example.com', may: 'deploys and responds' },
  { id: 'U000DAVE1', name: 'dave', email: 'dave@example.com', may: 'a guest without rights' },
] as const;
export type PersonName = (typeof people)[number]['name'];

export const workspace = {
  people: people.map(({ id, name, email }) => ({ id, name, email })),
  channels: ['deployments', 'incidents', 'general'],
  userGroups: [
    { id: 'S0000ENGI', handle: 'engineering', members: ['ana', 'ben', 'carla'] },
    { id: 'S000DEVOP', handle: 'devops-lead', members: ['ben'] },
    { id: 'S00BACKEN', handle: 'backend-lead', members: ['ben'] },
  ],
} satisfies Pick<SlackOptions, 'people' | 'channels' | 'userGroups'>;

/** Oldest first; the candidate is the one that never starts. */
export const versions = ['v1.3.0', 'v1.4.0', 'v1.4.1', 'v1.5.0-rc.1', 'v1.5.0'] as const;
export const badVersion = 'v1.5.0-rc.1';

/** What runs in each environment at the start, where nothing else is said. */
const firstVersions: Readonly<Record<string, string>> = { staging: 'v1.4.1', production: 'v1.4.0' };

export interface Estate {
  readonly catalog: Catalog;
  /** What the simulated cloud is opened with: exactly what the catalog names. */
  readonly cloud: {
    readonly region: string;
    readonly account: string;
    readonly services: CloudService[];
    readonly loadBalancers: NonNullable<CloudOptions['loadBalancers']>;
  };
  /** What the services outside are opened with: what the catalog names. */
  readonly outside: Pick<OutsideOptions, 'schedule' | 'onCall' | 'page' | 'components' | 'repository'>;
  /** The cluster of an environment. */
  cluster(environment: string): string;
  /** The image repository of a service. */
  repository(service: string): string;
}

/** The example catalog and a cloud that fits it. `running` names other versions for whole environments. */
export function openEstate(running: Readonly<Record<string, string>> = {}): Estate {
  const catalog = loadCatalog(readFileSync(exampleFile, 'utf8'), 'examples/skillancer.yml');
  const all = [...catalog.environments.keys()].flatMap((environment) =>
    catalog.services.flatMap((service) => catalog.place(service, environment) ?? []),
  );
  const services = all.map(
    ({ service, environment, target }): CloudService => ({
      cluster: target.cluster,
      service: target.service,
      family: target.family,
      container: target.container,
      repository: repositoryOf(target.image).repository,
      tags: [...versions],
      running: running[environment] ?? firstVersions[environment] ?? versions[0],
      baseUrlPath: service,
      breaker: 'on',
    }),
  );
  const find = (matches: (place: (typeof all)[number]) => boolean) => {
    const found = all.find(matches);
    if (!found) throw new Error('The example catalog has no such place');
    return found;
  };
  return {
    catalog,
    cloud: {
      ...repositoryOf(find(() => true).target.image),
      services,
      loadBalancers: [
        {
          cluster: find((place) => place.environment === 'production').target.cluster,
          rules: [
            ...ruleOf(catalog.incidents?.mitigations.maintenance_page, 'maintenance-page'),
            ...ruleOf(catalog.incidents?.mitigations.rate_limiting, 'rate-limit'),
          ],
        },
      ],
    },
    outside: {
      schedule: catalog.incidents?.on_call.pagerduty_schedule ?? 'PSCHEDULE',
      onCall: [{ name: 'ben', email: 'ben@example.com' }],
      repository: catalog.incidents?.post_mortem.repository ?? 'skillancer/platform',
      page: catalog.incidents?.status_page?.statuspage ?? 'page',
      components: Object.fromEntries(
        Object.entries(catalog.incidents?.status_page?.components ?? {}).map(([name, id]) => [id, name]),
      ),
    },
    cluster: (environment) => find((place) => place.environment === environment).target.cluster,
    repository: (service) => repositoryOf(find((place) => place.service === service).target.image).repository,
  };
}

/** The prepared rule of the catalog, switched off. */
const ruleOf = (
  rule: { readonly alb_rule: string; readonly off: number } | undefined,
  does: 'maintenance-page' | 'rate-limit',
) => (rule ? [{ arn: rule.alb_rule, priority: rule.off, does }] : []);

function repositoryOf(image: string): { account: string; region: string; repository: string } {
  const [, account, region, repository] =
    /^(\d+)\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/(.+):\{version\}$/.exec(image) ?? [];
  if (!account || !region || !repository) throw new Error(`${image} is not an image in ECR`);
  return { account, region, repository };
}

/** Real milliseconds that a probe is given at least: the network does not run faster with the clock. */
const leastPatience = { within: 250, timeout: 1000 };

/** The example catalog's text, with the simulated services in place of the real ones and patience for a fast clock. */
export function catalogText(estate: Estate, siteUrl: (cluster: string) => string, scale: number): string {
  const document = parseDocument(readFileSync(exampleFile, 'utf8'));
  for (const environment of estate.catalog.environments.keys()) {
    document.setIn(['environments', environment, 'base_url'], siteUrl(estate.cluster(environment)));
  }
  for (const service of estate.catalog.services) {
    const probes =
      estate.catalog.place(service, [...estate.catalog.environments.keys()][0] ?? '')?.probes ?? [];
    probes.forEach((probe, index) => {
      const at = ['services', service, 'probes', index];
      const path = new URL(probe.url).pathname;
      document.setIn([...at, 'get'], `/${service}${simulatedPath(path)}`);
      document.setIn([...at, 'timeout'], patience(probe.timeout, leastPatience.timeout * scale));
      if (probe.within)
        document.setIn([...at, 'within'], patience(probe.within, leastPatience.within * scale));
      const node = document.getIn(at);
      if (isMap(node)) node.flow = true;
    });
  }
  return document.toString({ lineWidth: 0 });
}

const patience = (wanted: number, least: number): string => `${Math.max(wanted, least)}ms`;

/** The simulated services answer the gateway's paths below their own name, and `/health` for all else. */
const simulatedPath = (path: string): string => (path.startsWith('/health/') ? path : '/health');
