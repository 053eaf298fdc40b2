/** A service's agenda and its event log. */
import type { Happening, Service, World } from '../world.ts';

/** AWS keeps the last 100 events of a service (AWS documentation). */
const EVENTS = 100;

export function plan(service: Service, happening: Happening): void {
  const later = service.agenda.findIndex(({ at }) => at > happening.at);
  service.agenda.splice(later < 0 ? service.agenda.length : later, 0, happening);
}

/** Adds an event in AWS's words: "(service name) has started 1 tasks: …". */
export function tell(world: World, service: Service, at: number, message: string): void {
  const text = `(service ${service.name}) ${message}`;
  const id = world.newId().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  service.events.unshift({ id, at, message: text });
  service.events.length = Math.min(service.events.length, EVENTS);
  world.announce({ at, text: `${service.cluster}: ${text}` });
}
