/** Takes what a person does to an incident into its inbox: is it theirs to do, does it still fit, who was first? */
import type { May } from '../../clients/people.ts';
import type { Store } from '../../clients/store/index.ts';
import type { Catalog, Role } from '../../config/catalog.ts';
import type { IncidentRules } from '../../config/incidents.ts';
import type { Act } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import type { Incident } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import { apply } from './apply.ts';
import { rolesFor } from './rights.ts';
import { standing } from './standing.ts';

export interface TakeWorld {
  catalog: Pick<Catalog, 'incidents'>;
  store: Pick<Store, 'loadIncident' | 'inbox' | 'tellIncident'>;
}

/** `unknown`: the person's rights could not be read. */
export type Taken =
  | { kind: 'taken'; incident: Incident }
  | { kind: 'unknown'; incident: Incident; roles: readonly Role[] };

export type AskMay = (person: Person, roles: readonly Role[]) => May | Promise<May>;

/** A person's act. */
export type PersonAct = Act & { by: Person };

/**
 * `may` answers from the cache alone on the path before Slack's acknowledgement, and with calls in a worker. `name` is the
 * same for the same click, so that one delivered twice counts once. Whoever calls wakes the incident. Throws a `Refusal`.
 */
export async function takeAct(
  id: string,
  name: string,
  act: PersonAct,
  may: AskMay,
  world: TakeWorld,
): Promise<Taken> {
  const rules = rulesFor(world.catalog);
  const incident = await incidentNow(id, rules, world);
  await refuseUnseen(incident, act.by, act.channel, may, rules);
  const roles = rolesFor(act.what, act.by, incident, rules);
  const allowed = roles === null ? 'yes' : await may(act.by, roles);
  if (allowed === 'unknown') return { kind: 'unknown', incident, roles: roles ?? [] };
  if (allowed === 'no') throw denied(id, roles ?? []);
  const refusal = standing(incident, act.what, act.by, rules);
  if (refusal) throw refusal;
  if (act.what.kind === 'merge') await refuseUnmergeable(act.what.into, rules, world);
  if (!(await world.store.tellIncident(id, name, act))) throw noSuchIncident(id);
  return { kind: 'taken', incident };
}

/** As it will be once the worker has read its inbox: who was first counts from the moment of the click. */
export async function incidentNow(
  id: string,
  rules: IncidentRules,
  { store }: Pick<TakeWorld, 'store'>,
): Promise<Incident> {
  const incident = await store.loadIncident(id);
  if (!incident) throw noSuchIncident(id);
  const waiting = await store.inbox(id, incident.read);
  return waiting.reduce((next, act) => apply(next, act, rules), incident);
}

/** Throws a `Refusal` where the catalog wants no incidents. */
export function rulesFor({ incidents }: Pick<Catalog, 'incidents'>): NonNullable<Catalog['incidents']> {
  if (incidents) return incidents;
  throw incidentsOff();
}

export const incidentsOff = (): Refusal =>
  new Refusal(
    'incidents-off',
    'This bot does not run incidents yet: its catalog says nothing about them.',
    'Add slack.incidents (a channel) and incidents.on_call.otherwise (who is called) to the catalog.',
  );

/** What is secret is for those who work on it, and those who may. */
export async function maySee(
  i: Incident,
  by: Person,
  channel: string | null,
  may: AskMay,
  { rights, emergencies }: Pick<IncidentRules, 'rights' | 'emergencies'>,
): Promise<May> {
  if (!i.isPrivate || (i.room !== null && channel === i.room.id)) return 'yes';
  const insiders = [i.declaredBy, ...i.responders, ...Object.values(i.roles)];
  if (insiders.some((person) => person?.id === by.id)) return 'yes';
  return may(by, [...new Set([...rights.manage, ...emergencies.security.clear])]);
}

async function refuseUnseen(
  i: Incident,
  by: Person,
  channel: string | null,
  may: AskMay,
  rules: IncidentRules,
): Promise<void> {
  if ((await maySee(i, by, channel, may, rules)) === 'no') throw secret(i.id);
}

export const secret = (id: string): Refusal =>
  new Refusal('not-allowed', `${id} is private.`, 'Ask whoever runs it to invite you to its war room.');

async function refuseUnmergeable(into: string, rules: IncidentRules, world: TakeWorld): Promise<void> {
  const other = await incidentNow(into, rules, world);
  if (other.status !== 'merged') return;
  throw new Refusal('incident-over', `${into} was merged into ${other.mergedInto} itself.`, 'Name that one.');
}

const denied = (id: string, roles: readonly Role[]): Refusal =>
  new Refusal('not-allowed', `You may not do that with ${id}.`, `It takes one of the ${roles.join(' or ')}.`);

export const rightsUnknown = (id: string): Refusal =>
  new Refusal(
    'rights-unknown',
    `Slack does not tell who may do that with ${id}, so nobody may just now.`,
    'Try again in a minute.',
  );

export const noSuchIncident = (id: string): Refusal =>
  new Refusal('no-such-incident', `There is no incident ${id}.`, 'Look at /incident list.', {
    label: 'Show the incidents',
    command: '/incident list',
  });
