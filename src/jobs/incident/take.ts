/** Takes what a person does to an incident into its inbox: is it theirs to do, does it still fit, who was first? */
import { isDeepStrictEqual } from 'node:util';
import type { May } from '../../clients/people.ts';
import type { Store } from '../../clients/store/index.ts';
import type { Catalog, Role } from '../../config/catalog.ts';
import type { IncidentRules } from '../../config/incidents.ts';
import type { Act, What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import type { Incident } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import { apply, stillHolds } from './apply.ts';
import { rolesFor } from './rights.ts';
import { over, standing, unmergeable } from './standing.ts';

export interface TakeWorld {
  catalog: Pick<Catalog, 'incidents'>;
  store: Pick<Store, 'loadIncident' | 'inbox' | 'tellIncident'>;
}

/** `unknown`: the person's rights could not be read. */
export interface Judged {
  kind: 'fits' | 'unknown';
  /** As it was before. */
  incident: Incident;
  /** How many acts of its inbox that takes into account. */
  heard: number;
}

export type AskMay = (person: Person, roles: readonly Role[]) => May | Promise<May>;

/** A person's act. */
export type PersonAct = Act & { by: Person };

/**
 * Whether it is theirs to do and still fits, as things are now. `may` answers from the cache alone on the path before
 * Slack's acknowledgement, and with calls in a worker. Throws a `Refusal`.
 */
export async function judgeAct(
  id: string,
  { by, channel, what }: Pick<PersonAct, 'by' | 'channel' | 'what'>,
  may: AskMay,
  world: TakeWorld,
): Promise<Judged> {
  const rules = rulesFor(world.catalog);
  const { incident, heard } = await hearingNow(id, rules, world);
  const seen = await maySee(incident, by, channel, may, rules);
  if (seen === 'no') throw secret(id);
  const roles = rolesFor(what, by, incident, rules);
  const allowed = roles === null ? 'yes' : await may(by, roles);
  if (allowed === 'no') throw denied(id, roles ?? []);
  if (allowed === 'unknown' || seen === 'unknown') return { kind: 'unknown', incident, heard };
  const refusal = standing(incident, what, by, rules);
  if (refusal) throw refusal;
  if (what.kind === 'merge') {
    const into = await incidentNow(what.into, rules, world);
    const seesBoth = await maySee(into, by, channel, may, rules);
    if (seesBoth === 'no') throw secret(into.id);
    if (seesBoth === 'unknown') return { kind: 'unknown', incident, heard };
    const unfit = unmergeable(incident, into);
    if (unfit) throw unfit;
  }
  return { kind: 'fits', incident, heard };
}

/**
 * The same, and puts it into the inbox where it fits. `name` is the same for the same click, so that one delivered twice
 * counts once. Whoever calls wakes the incident.
 */
export async function takeAct(
  id: string,
  name: string,
  act: PersonAct,
  may: AskMay,
  world: TakeWorld,
): Promise<Judged> {
  const judged = await judgeAct(id, act, may, world);
  if (judged.kind === 'unknown') return judged;
  const given = await withRightToPublish(act, may, world);
  if (!(await world.store.tellIncident(id, name, given))) throw noSuchIncident(id);
  const refusal = await overtaken(id, given, judged, world);
  if (refusal) throw refusal;
  return judged;
}

/** A person's words go to the status page only where they may publish; what cannot be told is not published. */
export async function withRightToPublish(
  act: PersonAct,
  may: AskMay,
  { catalog }: Pick<TakeWorld, 'catalog'>,
): Promise<PersonAct> {
  const { what, by } = act;
  if (what.kind !== 'update' && what.kind !== 'resolve') return act;
  const mayPublish = (await may(by, rulesFor(catalog).rights.publish)) === 'yes';
  return { ...act, what: { ...what, public: mayPublish } };
}

/** Two may click at the same moment: whose act came first, the inbox alone tells. */
async function overtaken(
  id: string,
  act: PersonAct,
  { incident, heard }: Judged,
  { store, catalog }: TakeWorld,
): Promise<Refusal | null> {
  const rules = rulesFor(catalog);
  const since = await store.inbox(id, heard);
  const mine = since.findIndex((other) => isDeepStrictEqual(other, act));
  if (mine <= 0) return null;
  const before = since.slice(0, mine).reduce((next, other) => apply(next, other, rules), incident);
  return standing(before, act.what, act.by, rules);
}

/** Whether a form for such an act is worth opening: rights that are not known are asked for when it is sent. */
export function refuseForm(
  i: Incident,
  kind: What['kind'],
  by: Person,
  may: (person: Person, roles: readonly Role[]) => May,
  rules: IncidentRules,
): void {
  const roles = rolesFor({ kind }, by, i, rules);
  if (roles !== null && may(by, roles) === 'no') throw denied(i.id, roles);
  if (!stillHolds(i, { kind })) throw over(i);
}

/** As it will be once the worker has read its inbox: who was first counts from the moment of the click. */
export async function incidentNow(
  id: string,
  rules: IncidentRules,
  world: Pick<TakeWorld, 'store'>,
): Promise<Incident> {
  return (await hearingNow(id, rules, world)).incident;
}

async function hearingNow(
  id: string,
  rules: IncidentRules,
  { store }: Pick<TakeWorld, 'store'>,
): Promise<Omit<Judged, 'kind'>> {
  const incident = await store.loadIncident(id);
  if (!incident) throw noSuchIncident(id);
  const waiting = await store.inbox(id, incident.read);
  return {
    incident: waiting.reduce((next, act) => apply(next, act, rules), incident),
    heard: incident.read + waiting.length,
  };
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

export const secret = (id: string): Refusal =>
  new Refusal('not-allowed', `${id} is private.`, 'Ask whoever runs it to invite you to its war room.');

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
