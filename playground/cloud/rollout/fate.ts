/** What is wrong with a task: by the version that it runs, or by its service's trouble. */
import { brokenImage, findTaskDefinition } from '../registry.ts';
import type { Service, ServiceFault, Task, World } from '../world.ts';
import { isHealthy } from './task-states.ts';

export type Fate =
  | 'fine'
  | 'crash-at-start'
  | 'fails-health-check'
  | 'crash-loop'
  | 'crash-later'
  | 'cannot-pull';

/** The version's own fault comes first: it would show before the service's. */
export function fateOf(world: World, service: Service, task: Task): Fate {
  const fate = fateOfVersion(world, task);
  return fate === 'fine' && troubleOf(service, task) === 'crash' ? 'crash-loop' : fate;
}

export function fateOfVersion(world: World, task: Task): Fate {
  const broken = brokenImage(world, findTaskDefinition(world, task.taskDefinition));
  if (broken === 'missing') return 'cannot-pull';
  switch (broken?.fault) {
    case 'crash-at-start':
    case 'fails-health-check':
    case 'crash-loop':
    case 'crash-later':
    case 'cannot-pull':
      return broken.fault;
    default:
      return 'fine';
  }
}

/** What is wrong with one task, if the service's trouble reaches it. */
export function troubleOf(service: Service, task: Task): ServiceFault | undefined {
  const { trouble } = service;
  if (!trouble) return undefined;
  const { how, until, since } = trouble;
  if (until === 'healed') return how;
  if (until === 'new-tasks') return task.createdAt <= since ? how : undefined;
  return service.tasks.filter(isHealthy).length < until.tasks ? how : undefined;
}
