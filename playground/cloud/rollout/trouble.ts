/** What goes wrong with a service while it runs, whatever its version: how it begins, and how it is healed. */
import { type Cure, paced, type Service, type ServiceFault, type World } from '../world.ts';
import { plan } from './agenda.ts';
import { fateOfVersion } from './fate.ts';
import { isLive, isRunning } from './task-states.ts';

export function makeTrouble(world: World, service: Service, how: ServiceFault, until: Cure): void {
  heal(world, service);
  const now = world.clock.now();
  service.trouble = { how, until, since: now };
  if (how !== 'crash') return;
  for (const task of service.tasks.filter(isLive)) {
    const at = isRunning(task) ? now : task.createdAt + world.rolloutMs + paced(world, 8);
    plan(service, { what: 'task-fails', task: task.id, at });
  }
}

/** Tasks that were about to exit stay up, unless their version makes them. */
export function heal(world: World, service: Service): void {
  delete service.trouble;
  const doomed = new Set(
    service.tasks.filter((task) => fateOfVersion(world, task) !== 'fine').map(({ id }) => id),
  );
  service.agenda = service.agenda.filter(
    (happening) => happening.what !== 'task-fails' || doomed.has(happening.task),
  );
}
