/** Puts an act into the inbox of an incident, before the acknowledgement where that can be decided without a call. */

import { ZodError } from 'zod';
import { needsNames } from '../../jobs/incident/names.ts';
import { judgeAct, takeAct } from '../../jobs/incident/take.ts';
import type { Errand } from '../../jobs/queues.ts';
import type { What } from '../../records/act.ts';
import type { Incident } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import type { SaidMessage } from '../../templates/incident/forms.ts';
import { accepted, workingOn } from '../../templates/incident/replies.ts';
import type { Message } from '../../templates/message.ts';
import { type Asker, type Desk, fromStore } from '../desk.ts';
import type { Meant } from './which.ts';

/** Throws a `Refusal`, and what is unexpected. */
export async function give(what: What, { id, implied }: Meant, asker: Asker, desk: Desk): Promise<Message> {
  const { incident, isTaken } = await put(what, id, nameOf('act', asker), asker, desk);
  return isTaken ? accepted(incident, what, implied) : workingOn(incident);
}

/** Several acts that somebody did at once, one after the other. Gives whether a worker need not decide; throws as `give`. */
export async function giveAll(
  acts: readonly What[],
  { id }: Meant,
  asker: Asker,
  desk: Desk,
): Promise<boolean> {
  let areTaken = true;
  for (const [index, what] of acts.entries()) {
    const { isTaken } = await put(what, id, `${nameOf('act', asker)}-${index}`, asker, desk);
    areTaken &&= isTaken;
  }
  return areTaken;
}

/** `isTaken` is false where a worker has to read rights or names first, and answers. */
async function put(
  what: What,
  id: string,
  name: string,
  asker: Asker,
  desk: Desk,
): Promise<{ incident: Incident; isTaken: boolean }> {
  const { person: by, channel, from } = asker;
  const act = { at: desk.clock.now(), by, from, channel, what };
  return fromStore(async () => {
    const judged = needsNames(what)
      ? await judgeAct(id, act, desk.people.mayCached, desk)
      : await takeAct(id, name, act, desk.people.mayCached, desk);
    if (judged.kind === 'unknown' || needsNames(what)) {
      await later(name, { kind: 'act', incident: id, act, person: by, channel }, asker, desk);
      return { incident: judged.incident, isTaken: false };
    }
    wake(id, desk);
    return { incident: judged.incident, isTaken: true };
  }).catch((error: unknown) => {
    if (!(error instanceof ZodError)) throw error;
    throw new Refusal('unreadable', 'That cannot be stored.', 'Shorten what you wrote, and try again.');
  });
}

/** The queue takes no colons in a job's name. */
export const nameOf = (kind: string, { request }: Pick<Asker, 'request'>): string =>
  `${kind}-${request.replaceAll(':', '_')}`;

/** A worker does it, and answers. */
export async function later(name: string, work: Errand, asker: Asker, desk: Desk): Promise<void> {
  if (asker.responseUrl) await desk.store.keepResponseUrl(name, asker.responseUrl);
  await desk.queues.run(name, work);
}

/** What is in the inbox is safe: should nobody be woken, the incident's own look finds it soon. */
function wake(id: string, { queues }: Desk): void {
  queues.wakeIncident(id).catch(() => {});
}

/** A message that becomes a line of a timeline: a worker reads it again, for its author's name and its permanent link. */
export function addedMessage(
  incident: string,
  { channel, ts, text, user, link }: SaidMessage,
  asker: Asker,
  desk: Desk,
) {
  return {
    kind: 'message' as const,
    event: 'added' as const,
    channel,
    ts,
    incident,
    person: asker.person,
    given: { text, user, link },
    at: desk.clock.now(),
  };
}
