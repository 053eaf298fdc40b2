/** Does what somebody wants of an incident, however they said it. */
import { nextUpdate } from '../../jobs/incident/communicate.ts';
import { standing } from '../../jobs/incident/standing.ts';
import { incidentNow, maySee, refuseForm, rulesFor, secret } from '../../jobs/incident/take.ts';
import type { What } from '../../records/act.ts';
import type { Incident } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import {
  factsForm,
  followUpForm,
  handOverForm,
  publishForm,
  reopenForm,
  resolveForm,
  severityForm,
  updateForm,
} from '../../templates/incident/forms.ts';
import { timelineMessage } from '../../templates/incident/list.ts';
import { draftOf, filled } from '../../templates/incident/messages.ts';
import { evidenceComes, retried, workingOn } from '../../templates/incident/replies.ts';
import type { Message } from '../../templates/message.ts';
import { type Asker, type Desk, fromStore, type Reply } from '../desk.ts';
import { give, giveAll, later, nameOf } from './give.ts';
import type { Meant } from './which.ts';
import type { FormWish, Wish } from './wish.ts';

export async function carryOut(wish: Wish, meant: Meant, asker: Asker, desk: Desk): Promise<Reply> {
  switch (wish.kind) {
    case 'act':
      return { say: await give(wish.what, meant, asker, desk) };
    case 'next-update': {
      const i = await seen(meant.id, asker, desk);
      const { status, eta } = draftOf(i, rulesFor(desk.catalog), desk.clock.now());
      const what: What = { kind: 'update', n: nextUpdate(i), status, action: wish.action, eta };
      return { say: await give(what, meant, asker, desk) };
    }
    case 'post-draft': {
      if (wish.draft === null) return editUpdate(wish.n, meant, asker, desk);
      return { say: await give({ kind: 'update', n: wish.n, ...wish.draft }, meant, asker, desk) };
    }
    case 'retry-all':
      return { say: await retryAll(meant, asker, desk) };
    case 'skip-next': {
      const i = await seen(meant.id, asker, desk);
      return { say: await give({ kind: 'skip-update', n: nextUpdate(i) }, meant, asker, desk) };
    }
    case 'form':
      return { form: openForm(wish.form, await seen(meant.id, asker, desk), asker, desk) };
    case 'timeline': {
      const i = await seen(meant.id, asker, desk);
      return { say: timelineMessage(i, wish.from ?? undefined) };
    }
    case 'evidence': {
      const i = await seen(meant.id, asker, desk);
      const { person, channel } = asker;
      await fromStore(() =>
        later(nameOf('evidence', asker), { kind: 'evidence', incident: i.id, person, channel }, asker, desk),
      );
      return { say: evidenceComes(i) };
    }
  }
}

/** Each effect that failed is an act of its own, as each of the card's buttons is. */
async function retryAll(meant: Meant, asker: Asker, desk: Desk): Promise<Message> {
  const i = await seen(meant.id, asker, desk);
  const failed = i.effects.filter(({ state }) => state === 'failed');
  if (failed.length === 0) {
    const hint = 'What is only late comes by itself; /incident timeline shows what happened.';
    throw new Refusal('nothing-to-do', `Nothing of ${i.id} failed.`, hint);
  }
  const acts = failed.map(({ key }) => ({ kind: 'retry' as const, effect: key }));
  const isTaken = await giveAll(acts, meant, asker, desk);
  return isTaken ? retried(i, failed, meant.implied) : workingOn(i);
}

/** The form of the update of that number; throws a `Refusal` where somebody was first. */
export async function editUpdate(n: number, meant: Meant, asker: Asker, desk: Desk): Promise<Reply> {
  const i = await seen(meant.id, asker, desk);
  const rules = rulesFor(desk.catalog);
  refuseForm(i, 'update', asker.person, desk.people.mayCached, rules);
  const draft = draftOf(i, rules, desk.clock.now());
  const refusal = standing(i, { kind: 'update', n, ...draft }, asker.person, rules);
  if (refusal) throw refusal;
  return { form: updateForm(i, n, draft, asker.channel) };
}

/** As it is now, for somebody who may look at it; else a `Refusal`. */
export async function seen(id: string, { person, channel }: Asker, desk: Desk): Promise<Incident> {
  const rules = rulesFor(desk.catalog);
  return fromStore(async () => {
    const i = await incidentNow(id, rules, desk);
    if ((await maySee(i, person, channel, desk.people.mayCached, rules)) !== 'yes') throw secret(id);
    return i;
  });
}

const actOf: Readonly<Record<FormWish['form'], What['kind']>> = {
  update: 'update',
  facts: 'facts',
  severity: 'severity',
  'hand-over': 'hand-over',
  publish: 'publish',
  resolve: 'resolve',
  reopen: 'reopen',
  'follow-up': 'follow-up',
};

function openForm(wish: FormWish, i: Incident, { person, channel }: Asker, { catalog, people, clock }: Desk) {
  const rules = rulesFor(catalog);
  refuseForm(i, actOf[wish.form], person, people.mayCached, rules);
  const now = clock.now();
  switch (wish.form) {
    case 'update': {
      const draft = draftOf(i, rules, now);
      return updateForm(i, nextUpdate(i), { ...draft, action: wish.action ?? draft.action }, channel);
    }
    case 'facts':
      return factsForm(i, catalog.services, channel);
    case 'severity':
      return severityForm(i, rules.severities, wish.reason, channel);
    case 'hand-over':
      return handOverForm(i, wish, channel);
    case 'publish':
      return publish(i, rules, now, person, channel);
    case 'resolve':
      return resolveForm(i, channel);
    case 'reopen': {
      const refusal = standing(i, { kind: 'reopen', reason: '…' }, person, rules);
      if (refusal) throw refusal;
      return reopenForm(i, channel);
    }
    case 'follow-up':
      return followUpForm(i, wish, channel);
  }
}

function publish(
  i: Incident,
  rules: ReturnType<typeof rulesFor>,
  now: number,
  by: Asker['person'],
  channel: string,
) {
  const status = publicOf(i.status);
  const body = filled(template(i), i, rules, now);
  const refusal = standing(i, { kind: 'publish', status, body, components: {} }, by, rules);
  if (refusal) throw refusal;
  return publishForm(i, rules.status_page?.components ?? {}, { status, body }, channel);
}

const template = (i: Incident) =>
  i.status === 'resolved' ? 'resolved' : i.statusPage === null ? 'initial' : 'update';

/** Statuspage knows no "mitigating". */
const publicOf = (status: Incident['status']) =>
  status === 'mitigating' ? 'identified' : status === 'merged' ? 'resolved' : status;
