/** A simulated Atlassian Statuspage: pages, components, incidents and their updates, with its rate limit. */
import { z } from 'zod';
import type { Clock } from '../../src/clients/clock.ts';
import type { OutsideFaults } from '../outside/faults.ts';
import {
  type LoggedRequest,
  type ServiceAnswer,
  ServiceRefusal,
  type ServiceRequest,
  startService,
} from '../outside/service.ts';
import {
  componentShape,
  idFor,
  incidentShape,
  type StatusIncidentState,
  type StatusPageState,
} from './pages.ts';
import { type CreateIncident, readCreate, readUpdate, type UpdateIncident } from './requests.ts';

export interface StatuspageOptions {
  /** Times and the rate limit run on this clock. */
  readonly clock: Clock;
  readonly token: string;
  /** Component names by id, by page; default one page. */
  readonly pages?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** 60 requests in any 60 seconds; default true. */
  readonly limited?: boolean;
  /** Default: any free one. */
  readonly port?: number;
}

export interface StatuspageSimulator {
  /** For `STATUSPAGE_API_URL`. */
  readonly url: string;
  /** By id. */
  readonly pages: ReadonlyMap<string, StatusPageState>;
  readonly requests: readonly LoggedRequest[];
  readonly break: OutsideFaults;
  /** Somebody opens an incident by hand; the answer is its id. */
  openByHand(page: string, name: string, body: string): string;
  stop(): Promise<void>;
}

const defaultPages = { pg_pilothouse: { cmp_api: 'API', cmp_web: 'Website' } };
/** Statuspage API, "Rate Limiting". */
const limit = 60;
const limitWindow = 60_000;

export async function startStatuspage(options: StatuspageOptions): Promise<StatuspageSimulator> {
  const { clock, token, limited = true } = options;
  const pages = new Map(
    Object.entries(options.pages ?? defaultPages).map(([id, components]) => [id, openPage(id, components)]),
  );
  const taken: number[] = [];
  const isTooMany = () => {
    const now = clock.now();
    while (taken[0] !== undefined && taken[0] <= now - limitWindow) taken.shift();
    if (taken.length >= limit) return true;
    taken.push(now);
    return false;
  };

  const answer = (request: ServiceRequest): ServiceAnswer => {
    if (request.header('authorization') !== `OAuth ${token}`) {
      throw new ServiceRefusal(401, { message: 'Could not authenticate' });
    }
    if (limited && isTooMany()) throw new ServiceRefusal(420, { message: 'Rate limit exceeded' });
    const [version, area, pageId = '', ...rest] = request.path;
    const page = version === 'v1' && area === 'pages' ? pages.get(pageId) : undefined;
    if (!page) throw notFound();
    return answerPage(page, rest, request, clock.now());
  };
  const service = await startService({
    clock,
    ...(options.port !== undefined && { port: options.port }),
    answer,
    tooMany: (seconds) => ({
      status: 429,
      headers: { 'retry-after': String(seconds) },
      body: { message: 'Rate limit exceeded' },
    }),
  });
  return {
    url: service.url,
    pages,
    requests: service.requests,
    break: service.break,
    openByHand: (pageId, name, body) => {
      const page = pages.get(pageId);
      if (!page) throw new Error(`There is no page ${pageId}`);
      return create(page, { name, body, status: 'investigating' }, clock.now()).id;
    },
    stop: service.stop,
  };
}

const openPage = (id: string, components: Readonly<Record<string, string>>): StatusPageState => ({
  id,
  components: Object.entries(components).map(([componentId, name]) => ({
    id: componentId,
    name,
    status: 'operational',
  })),
  incidents: [],
});

function answerPage(
  page: StatusPageState,
  [area, id, ...rest]: string[],
  { method, query, body }: ServiceRequest,
  now: number,
): ServiceAnswer {
  if (rest.length > 0) throw notFound();
  if (area === 'components' && id === undefined && method === 'GET') {
    const shown = part(page.components, query, 'per_page');
    return { status: 200, body: shown.map((component) => componentShape(page, component)) };
  }
  if (area !== 'incidents') throw notFound();
  if (id === undefined && method === 'GET') {
    const shown = part(page.incidents.toReversed(), query, 'limit');
    return { status: 200, body: shown.map((incident) => incidentShape(page, incident)) };
  }
  if (id === undefined && method === 'POST') {
    return { status: 201, body: incidentShape(page, create(page, readCreate(page, body), now)) };
  }
  const incident = page.incidents.find((one) => one.id === id);
  if (!incident) throw notFound();
  if (method === 'PATCH' || method === 'PUT') change(page, incident, readUpdate(page, body), now);
  else if (method !== 'GET') throw notFound();
  return { status: 200, body: incidentShape(page, incident) };
}

const notFound = () => new ServiceRefusal(404, { message: 'The requested resource could not be found.' });

const size = z.coerce.number().int().min(1).max(100).default(100);
const number = z.coerce.number().int().min(1).default(1);

function part<T>(all: readonly T[], query: URLSearchParams, sizeName: 'limit' | 'per_page'): T[] {
  const perPage = size.safeParse(query.get(sizeName) ?? undefined);
  const page = number.safeParse(query.get('page') ?? undefined);
  if (!perPage.success || !page.success) {
    throw new ServiceRefusal(400, { message: `${sizeName} or page is wrong` });
  }
  return all.slice((page.data - 1) * perPage.data, page.data * perPage.data);
}

function create(page: StatusPageState, wanted: CreateIncident, now: number): StatusIncidentState {
  const incident: StatusIncidentState = {
    id: idFor(`${page.id} incident ${page.incidents.length + 1}`),
    createdAt: now,
    name: wanted.name,
    status: wanted.status ?? 'investigating',
    impactOverride: null,
    metadata: {},
    componentIds: [],
    resolvedAt: null,
    updates: [],
  };
  page.incidents.push(incident);
  change(page, incident, { body: '', ...wanted }, now);
  return incident;
}

/** An update is published where there is a text or another status; the components change with it. */
function change(
  page: StatusPageState,
  incident: StatusIncidentState,
  wanted: UpdateIncident,
  now: number,
): void {
  const { name, status = incident.status, body, components = {} } = wanted;
  const affected = Object.entries(components).flatMap(([id, to]) => {
    const component = page.components.find((one) => one.id === id);
    if (!component) return [];
    const from = component.status;
    component.status = to;
    return [{ id, name: component.name, from, to }];
  });
  if (body !== undefined || status !== incident.status) {
    const id = idFor(`${incident.id} update ${incident.updates.length + 1}`);
    incident.updates.push({ id, status, body: body ?? '', at: now, affected });
  }
  Object.assign(incident, {
    name: name ?? incident.name,
    status,
    impactOverride: wanted.impact_override ?? incident.impactOverride,
    metadata: wanted.metadata ?? incident.metadata,
    componentIds: wanted.component_ids ?? incident.componentIds,
    resolvedAt: status === 'resolved' ? (incident.resolvedAt ?? now) : null,
  });
}
