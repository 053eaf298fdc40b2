/** What follows an act whose rights had to be read with calls, and other things that a person asked about an incident. */
import { isDeepStrictEqual } from 'node:util';
import type { People } from '../../clients/people.ts';
import type { SlackRooms } from '../../clients/slack-rooms.ts';
import { Refusal } from '../../records/refusal.ts';
import { evidencePack } from '../../templates/incident/evidence.ts';
import { accepted, alertAnswer, evidenceIsThere } from '../../templates/incident/replies.ts';
import { marked } from '../../templates/incident/words.ts';
import type { Message } from '../../templates/message.ts';
import { answerAlert } from '../alerts/answer.ts';
import type { World } from '../deployment/world.ts';
import type { Errand, Queues } from '../queues.ts';
import { named as withNames } from './names.ts';
import { incidentNow, maySee, rightsUnknown, rulesFor, secret, takeAct, withRightToPublish } from './take.ts';

export interface ActWorld extends Pick<World, 'store' | 'catalog' | 'clock'> {
  people: Pick<People, 'may' | 'nameOf'>;
  rooms: Pick<SlackRooms, 'file'>;
  queues: Pick<Queues, 'wakeIncident'>;
}

type Of<K extends Errand['kind']> = Extract<Errand, { kind: K }>;

/** Safe to run twice: an act that is in the inbox already is answered for as it was. */
export async function actTaken(key: string, errand: Of<'act'>, world: ActWorld): Promise<Message> {
  const { incident: id, person } = errand;
  const named = { ...errand.act, by: person, what: await withNames(errand.act.what, world.people) };
  const act = await withRightToPublish(named, world.people.may, world);
  const told = await world.store.inbox(id);
  if (told.some((other) => isDeepStrictEqual(other, act))) {
    await world.queues.wakeIncident(id);
    return accepted(await incidentNow(id, rulesFor(world.catalog), world), act.what, null);
  }
  const taken = await takeAct(id, key, act, world.people.may, world);
  if (taken.kind === 'unknown') throw rightsUnknown(id);
  await world.queues.wakeIncident(id);
  return accepted(taken.incident, act.what, null);
}

/** A file with everything that happened, where the incident lives: who may not read it there must not read it at all. */
export async function evidenceGiven({ incident: id, person, channel }: Of<'evidence'>, world: ActWorld) {
  const rules = rulesFor(world.catalog);
  const i = await incidentNow(id, rules, world);
  if ((await maySee(i, person, channel, world.people.may, rules)) !== 'yes') throw secret(id);
  const home = i.room ? { channel: i.room.id } : i.card && { channel: i.card.channel, thread: i.card.ts };
  if (!home) {
    throw new Refusal('not-here', `${id} has neither a card nor a war room yet.`, 'Try again in a minute.');
  }
  const pack = evidencePack(i, await world.store.inbox(id));
  const file = { name: pack.name, title: marked(i, `Evidence of ${id}`), content: pack.content };
  const { link } = await world.rooms.file(home.channel, file, 'thread' in home ? home.thread : undefined);
  return evidenceIsThere(i, link);
}

interface AlertAnswerWorld extends Pick<World, 'store' | 'catalog' | 'clock'> {
  people: Pick<People, 'may'>;
  queues: Pick<Queues, 'raise'>;
}

export async function alertAnswered({ group, choice, person }: Of<'alert-answer'>, world: AlertAnswerWorld) {
  const { rights } = rulesFor(world.catalog);
  const may = await world.people.may(person, rights.manage);
  if (may === 'unknown') throw rightsUnknown('these alerts');
  if (may === 'no') throw notYours(rights.manage);
  return alertAnswer(await answerAlert(group, choice, person, world));
}

export const notYours = (roles: readonly string[]): Refusal =>
  new Refusal(
    'not-allowed',
    'You may not decide about alerts.',
    `It takes one of the ${roles.join(' or ')}.`,
  );
