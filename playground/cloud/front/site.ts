/** Answers HTTP as the services of a cluster do, according to what runs. */
import type { ServerResponse } from 'node:http';
import { gate } from '../elb/gate.ts';
import { findTaskDefinition, imageOf, versionOf } from '../registry.ts';
import { catchUp } from '../rollout/advance.ts';
import { troubleOf } from '../rollout/fate.ts';
import { isHealthy } from '../rollout/task-states.ts';
import type { Service, Task, World } from '../world.ts';

export type SiteFault = 'down' | 'timeout';

export interface Site {
  world: World;
  faults: Map<string, SiteFault>;
}

type Condition = 'healthy' | 'unhealthy' | 'error';
interface Reply {
  status: number;
  body: object;
}

const SLOW_MS = 6_000;
const UNHEALTHY_LATER_MS = 60_000;

/** `path` is what follows `/site/`. */
export async function answerSite(
  { world, faults }: Site,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const [clusterName = '', ...rest] = path.split('?')[0]?.split('/').map(decodeURIComponent) ?? [];
  const fault = faults.get(clusterName);
  if (fault === 'down') return void response.destroy();
  if (fault === 'timeout') return;
  catchUp(world);
  const shut = gate(world, clusterName, `/${rest.join('/')}`);
  if (shut) return void response.writeHead(shut.status, { 'content-type': shut.contentType }).end(shut.body);
  const services = [...(world.clusters.get(clusterName)?.services.values() ?? [])];
  const { service, endpoint } = route(services, rest.join('/'));
  const reply = REPLIES.get(endpoint);
  if (!service || !reply) return send(response, { status: 404, body: { error: 'not found' } });
  const visit = visitTask(world, service);
  if (visit.isRefused) return void response.destroy();
  if (visit.isSlow) await world.clock.sleep(SLOW_MS);
  send(response, reply({ world, service, services, ...visit }));
}

/** `<service>/health/live` belongs to that service, `health/live` to the first one, the gateway. */
function route(services: Service[], path: string): { service: Service | undefined; endpoint: string } {
  const named = services.find((service) => service.path !== '' && path.startsWith(`${service.path}/`));
  return named
    ? { service: named, endpoint: path.slice(named.path.length + 1) }
    : { service: services[0], endpoint: path };
}

interface Visit {
  version: string | null;
  condition: Condition;
  isSlow?: boolean;
  isRefused?: boolean;
  /** The condition is only met by every second request. */
  isFlaky?: boolean;
}

/** Requests go round the healthy tasks, so that old and new ones answer in proportion while a rollout is under way. */
function visitTask(world: World, service: Service): Visit {
  const tasks = service.tasks.filter(isHealthy);
  const turn = service.requests;
  service.requests += 1;
  const task = tasks[turn % Math.max(1, tasks.length)];
  if (!task) return { version: null, condition: 'unhealthy' };
  const visit = look(world, service, task);
  if (!visit.isFlaky) return visit;
  service.flakyAnswers += 1;
  return service.flakyAnswers % 2 === 0 ? visit : { ...visit, condition: 'healthy' };
}

/** What a task is able to say. */
function look(world: World, service: Service, task: Task): Visit {
  const version = versionOf(findTaskDefinition(world, task.taskDefinition), service.container);
  switch (troubleOf(service, task)) {
    case 'errors':
      return { version, condition: 'error' };
    case 'slow':
      return { version, condition: 'healthy', isSlow: true };
    case 'refused':
      return { version, condition: 'unhealthy', isRefused: true };
    default:
      return { version, ...lookAtVersion(world, service, task) };
  }
}

function lookAtVersion(world: World, service: Service, task: Task): Omit<Visit, 'version'> {
  const definition = findTaskDefinition(world, task.taskDefinition);
  const images = definition.containers.flatMap(({ image }) => imageOf(world, image).image ?? []);
  const faulty = images.find(({ fault }) => fault);
  const steadyAt = service.deployments.find(({ id }) => id === task.deployment)?.completedAt ?? Number.NaN;
  const since = Math.max(steadyAt, faulty?.faultSince ?? 0);
  switch (faulty?.fault) {
    case 'unhealthy':
      return { condition: 'unhealthy' };
    case 'unhealthy-later':
      return { condition: world.clock.now() >= since + UNHEALTHY_LATER_MS ? 'unhealthy' : 'healthy' };
    case 'flaky':
      return { condition: 'error', isFlaky: true };
    default:
      return { condition: 'healthy', isSlow: faulty?.fault === 'slow' };
  }
}

interface Asked extends Visit {
  world: World;
  service: Service;
  services: Service[];
}

const STATUS = { healthy: 200, unhealthy: 503, error: 500 };

const health = ({ condition, version, service }: Asked): Reply => ({
  status: STATUS[condition],
  body: { status: condition === 'healthy' ? 'ok' : condition, version, service: service.name },
});

/** The endpoints that runbook 001 checks. */
const REPLIES = new Map<string, (asked: Asked) => Reply>([
  ['health', health],
  ['health/live', health],
  ['health/ready', health],
  ['api/v1/auth/status', health],
  ['health/circuits', circuits],
  ['health/dashboard', (asked) => (asked.condition === 'error' ? health(asked) : dashboard(asked))],
]);

function circuits(asked: Asked): Reply {
  const reply = health(asked);
  const state = asked.condition === 'healthy' ? 'closed' : 'open';
  const circuits = { database: { state }, redis: { state: 'closed' }, payments: { state } };
  return { ...reply, body: { ...reply.body, circuits } };
}

/** Looks at every service once, without taking its turn. The first half are called core, the others moat, as in runbook 001. */
function dashboard({ world, services, version, service }: Asked): Reply {
  const states = services.map(({ name }, index) => ({ name, ...glance(world, services[index] ?? service) }));
  const sick = states.filter(({ status }) => status !== 'healthy').length;
  const half = Math.ceil(states.length / 2);
  const byName = (some: typeof states) => Object.fromEntries(some.map(({ name, ...state }) => [name, state]));
  return {
    status: sick === states.length ? 503 : 200,
    body: {
      overall: sick === 0 ? 'healthy' : sick === states.length ? 'unhealthy' : 'degraded',
      version,
      summary: { total: states.length, healthy: states.length - sick, unhealthy: sick },
      coreServices: byName(states.slice(0, half)),
      moatServices: byName(states.slice(half)),
    },
  };
}

function glance(world: World, service: Service) {
  const looks = service.tasks.filter(isHealthy).map((task) => look(world, service, task));
  const isBad = ({ condition, isFlaky }: Visit) => condition !== 'healthy' && !isFlaky;
  const isSick = looks.length === 0 || looks.some(isBad);
  return { status: isSick ? 'unhealthy' : 'healthy', version: looks[0]?.version ?? null };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
