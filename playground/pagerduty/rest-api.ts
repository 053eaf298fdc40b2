/** The simulated REST API: on-calls and incidents, with the headers and the error codes that PagerDuty documents. */
import { z } from 'zod';
import { type ServiceAnswer, ServiceRefusal, type ServiceRequest } from '../outside/service.ts';
import { type Account, agentOf, type PagerDutyIncidentState, shiftAt } from './account.ts';
import type { Changes } from './changes.ts';
import { onCallEntry, restIncident } from './shapes.ts';

export interface RestApi {
  readonly account: Account;
  readonly token: string;
  readonly changes: Changes;
  readonly now: () => number;
}

export function answerRest(api: RestApi, request: ServiceRequest): ServiceAnswer {
  mustBeAllowed(request, api.token);
  const [area, id, ...rest] = request.path;
  if (request.method === 'GET' && area === 'oncalls' && id === undefined) return onCalls(api, request.query);
  if (request.method === 'GET' && area === 'incidents' && id === undefined) return list(api, request.query);
  if (request.method === 'PUT' && area === 'incidents' && id !== undefined && rest.length === 0) {
    return change(api, id, request);
  }
  throw refusal(404, 2100, 'Not Found');
}

function mustBeAllowed(request: ServiceRequest, token: string): void {
  if (request.header('accept') !== 'application/vnd.pagerduty+json;version=2') {
    throw refusal(406, 2001, 'Invalid Input Provided', [
      'Accept has to be application/vnd.pagerduty+json;version=2',
    ]);
  }
  if (request.header('content-type') !== 'application/json') {
    throw refusal(400, 2001, 'Invalid Input Provided', ['Content-Type has to be application/json']);
  }
  if (request.header('authorization') !== `Token token=${token}`) {
    throw refusal(401, 2006, 'Authentication failed');
  }
}

/** A parameter of the query that may be given several times. */
const several = (query: URLSearchParams, name: string) => query.getAll(`${name}[]`);

const whole = z.coerce.number().int().min(0);
const paging = z.object({ limit: whole.min(1).max(100).default(25), offset: whole.default(0) });

function page<T>(query: URLSearchParams, all: readonly T[]) {
  const read = paging.safeParse({
    limit: query.get('limit') ?? undefined,
    offset: query.get('offset') ?? undefined,
  });
  if (!read.success) throw refusal(400, 2001, 'Invalid Input Provided', ['limit or offset is wrong']);
  const { limit, offset } = read.data;
  const shown = all.slice(offset, offset + limit);
  return { shown, paging: { limit, offset, more: offset + shown.length < all.length, total: null } };
}

function onCalls({ account, now }: RestApi, query: URLSearchParams): ServiceAnswer {
  const wanted = several(query, 'schedule_ids');
  const unknown = wanted.filter((id) => !account.schedules.some((schedule) => schedule.id === id));
  if (unknown.length > 0) throw refusal(400, 3004, 'Schedule Not Found');
  const withUsers = several(query, 'include').includes('users');
  const entries = account.schedules
    .filter(({ id }) => wanted.length === 0 || wanted.includes(id))
    .flatMap((schedule) => {
      const shift = shiftAt(schedule, now());
      return shift ? [onCallEntry(schedule, shift, withUsers)] : [];
    });
  const { shown, paging } = page(query, entries);
  return { status: 200, body: { oncalls: shown, ...paging } };
}

const sorting = z.enum(['incident_number', 'created_at', 'resolved_at', 'urgency']);
/** REST API, "List incidents": without a range, the last month's. */
const month = 30 * 24 * 60 * 60_000;

function list({ account, now }: RestApi, query: URLSearchParams): ServiceAnswer {
  const key = query.get('incident_key');
  const statuses = several(query, 'statuses');
  const since = query.get('date_range') === 'all' ? 0 : now() - month;
  const found = account.incidents
    .filter(({ dedupKey }) => key === null || dedupKey === key)
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter(({ createdAt }) => createdAt >= since);
  const [field, direction = 'asc'] = (query.get('sort_by') ?? 'incident_number:asc').split(':');
  if (!sorting.safeParse(field).success || !['asc', 'desc'].includes(direction)) {
    throw refusal(400, 2001, 'Invalid Input Provided', ['sort_by is wrong']);
  }
  const { shown, paging } = page(query, direction === 'desc' ? found.toReversed() : found);
  return { status: 200, body: { incidents: shown.map(restIncident), ...paging } };
}

const changed = z.object({
  incident: z.object({
    type: z.enum(['incident', 'incident_reference']),
    status: z.enum(['resolved', 'acknowledged', 'triggered']).optional(),
    escalation_level: z.int().min(1).optional(),
  }),
});

function change(api: RestApi, id: string, request: ServiceRequest): ServiceAnswer {
  const { account, changes } = api;
  const from = request.header('from');
  if (from === '') throw refusal(400, 2011, 'You must specify a requester_id to perform this action');
  const requester = account.users.find(({ email }) => email === from);
  if (!requester) throw refusal(400, 1008, 'Requester User Not Found');
  const incident = account.incidents.find((one) => one.id === id);
  if (!incident) throw refusal(404, 5001, 'Incident Not Found');
  const read = changed.safeParse(request.body);
  if (!read.success) {
    const errors = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw refusal(400, 2001, 'Invalid Input Provided', errors);
  }
  const { status, escalation_level: level } = read.data.incident;
  const by = agentOf(requester);
  if (level !== undefined) mustBeEscalable(account, incident, level);
  if (status === 'acknowledged') changes.acknowledge(incident.dedupKey, by);
  if (status === 'resolved') changes.resolve(incident.dedupKey, by);
  if (level !== undefined) changes.escalate(incident, level, by);
  return { status: 200, body: { incident: restIncident(incident) } };
}

function mustBeEscalable(account: Account, incident: PagerDutyIncidentState, level: number): void {
  if (incident.status === 'resolved') throw refusal(400, 1001, 'Incident Already Resolved');
  if (!account.schedules.some((schedule) => schedule.level === level)) {
    throw refusal(400, 1006, 'Cannot Escalate', ['The escalation policy has no such level']);
  }
}

const refusal = (status: number, code: number, message: string, errors: string[] = []) =>
  new ServiceRefusal(status, { error: { message, code, ...(errors.length > 0 && { errors }) } });
