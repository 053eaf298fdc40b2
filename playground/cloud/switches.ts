/** What can be broken, by tests, by the demo and on the page. */
import { addRevision } from './ecs/task-definitions.ts';
import type { ApiFault, ApiFaults } from './front/faults.ts';
import type { SiteFault } from './front/site.ts';
import { findTaskDefinition, imageOf, setFault } from './registry.ts';
import { catchUp } from './rollout/advance.ts';
import { beginDeployment } from './rollout/begin.ts';
import { primaryOf, scale } from './rollout/settle.ts';
import { heal, makeTrouble } from './rollout/trouble.ts';
import type {
  BreakerMode,
  Cure,
  Service,
  ServiceFault,
  TaskDefinition,
  VersionFault,
  World,
} from './world.ts';

export interface CloudSwitches {
  version(repository: string, tag: string, how: VersionFault | 'fine'): void;
  /**
   * A service goes wrong while it runs, without any deployment, whatever version it runs; `fine` heals it. It lasts `until`
   * it is healed (default), until new tasks run, or until so many tasks are healthy.
   */
  service(cluster: string, service: string, how: ServiceFault | 'fine', until?: Cure): void;
  breaker(cluster: string, service: string, mode: BreakerMode): void;
  /** The next `times` calls of an operation (`*`: of any) answer ThrottlingException. */
  throttle(operation: string, times: number): void;
  /** … answer HTML with status 500. */
  html500(operation: string, times: number): void;
  /** … are never answered, and not carried out. */
  hang(operation: string, times: number): void;
  /** … are carried out, then the connection drops. */
  loseAnswer(operation: string, times: number): void;
  /** … answer AccessDeniedException; without `times` for ever, with 0 no longer. */
  denied(operation: string, times?: number): void;
  /** Somebody else deploys a version; not among the cloud's writes. */
  supersede(cluster: string, service: string, tag: string): void;
  /** Somebody else sets the desired count to 0; not among the cloud's writes. */
  scaleToZero(cluster: string, service: string): void;
  /** The services of a cluster: connections drop (`down`), or nothing answers (`timeout`). */
  site(cluster: string, how: SiteFault | 'fine'): void;
}

export function switches(world: World, api: ApiFaults, sites: Map<string, SiteFault>): CloudSwitches {
  const say = (text: string) => world.announce({ at: world.clock.now(), text });
  const apiSwitch = (fault: ApiFault) => (operation: string, times: number) => {
    api.set(operation, fault, times);
    say(`${operation}: ${fault}, ${times} times`);
  };
  return {
    version: (repository, tag, how) => {
      catchUp(world);
      setFault(world, repository, tag, how === 'fine' ? undefined : how);
      say(`${repository}:${tag} is ${how} from now on`);
    },
    service: (cluster, name, how, until = 'healed') => {
      catchUp(world);
      const service = findNamed(world, cluster, name);
      if (how === 'fine') heal(world, service);
      else makeTrouble(world, service, how, until);
      say(`${cluster}: ${name} is ${how} from now on`);
    },
    breaker: (cluster, name, mode) => {
      catchUp(world);
      findNamed(world, cluster, name).breaker.mode = mode;
      say(`${cluster}: the circuit breaker of ${name} is ${mode}`);
    },
    throttle: apiSwitch('throttle'),
    html500: apiSwitch('html500'),
    hang: apiSwitch('hang'),
    loseAnswer: apiSwitch('lose-answer'),
    denied: (operation, times = Number.POSITIVE_INFINITY) => apiSwitch('denied')(operation, times),
    supersede: (cluster, name, tag) => {
      catchUp(world);
      const service = findNamed(world, cluster, name);
      say(`${cluster}: somebody else deploys ${name} ${tag}`);
      beginDeployment(world, service, otherDefinition(world, service, tag), world.clock.now());
    },
    scaleToZero: (cluster, name) => {
      catchUp(world);
      say(`${cluster}: somebody scales ${name} to zero`);
      scale(world, findNamed(world, cluster, name), 0, world.clock.now());
    },
    site: (cluster, how) => {
      if (how === 'fine') sites.delete(cluster);
      else sites.set(cluster, how);
      say(`${cluster}: its services are ${how === 'fine' ? 'reachable again' : how}`);
    },
  };
}

/** A service of the estate; a name that is not there is the caller's mistake. */
export function findNamed(world: World, cluster: string, name: string): Service {
  const service = world.clusters.get(cluster)?.services.get(name);
  if (!service) throw new Error(`The cloud has no service ${name} in the cluster ${cluster}`);
  return service;
}

/** What the running task definition becomes in other hands: the same with another tag. */
function otherDefinition(world: World, service: Service, tag: string): TaskDefinition {
  const { family, containers, rest, tags } = findTaskDefinition(world, primaryOf(service).taskDefinition);
  const changed = containers.map((container) =>
    container.name === service.container && imageOf(world, container.image).ours
      ? { ...container, image: container.image.replace(/[:@][^/]*$/, `:${tag}`) }
      : container,
  );
  return addRevision(world, family, changed, rest, tags);
}
