/** What was filled into the forms of incidents. */
import { rulesFor } from '../../jobs/incident/take.ts';
import type { What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import {
  incidentBlocks,
  incidentForms,
  readCarried,
  readChooseForm,
  readDeclareForm,
  readFactsForm,
  readFollowUpForm,
  readHandOverForm,
  readPublishForm,
  readReopenForm,
  readResolveForm,
  readSeverityForm,
  readUpdateForm,
} from '../../templates/incident/forms.ts';
import type { Message } from '../../templates/message.ts';
import type { Asker, Desk } from '../desk.ts';
import { FieldRefusal, readForm } from '../form-errors.ts';
import { readAnswers } from '../form-request.ts';
import { seen } from './carry-out.ts';
import { declareNow } from './declare.ts';
import { give } from './give.ts';
import { addMessage } from './shortcuts.ts';
import { addressOf, endOf } from './verbs.ts';
import { referenceOf } from './words.ts';

/** A form that was sent; `metadata` is what it carried along. */
export interface Sent {
  values: unknown;
  metadata: string;
}

type Submit = (sent: Sent, asker: Asker, desk: Desk) => Promise<Message>;

const unreadable = (): Refusal =>
  new Refusal('unreadable', 'I cannot read what this form sent.', 'Close it and open it anew.');

/** Beside the answer that is missing; Slack asks for most of them itself. */
function needed<T>(value: T | null, field: string, what: string): T {
  if (value !== null) return value;
  throw new FieldRefusal(field, { code: 'missing-argument', message: what, hint: 'Fill it in.' });
}

/** The incident that the form was opened for. */
function idIn(metadata: string): string {
  const id = referenceOf({ value: readCarried(metadata)?.incident ?? '' }, 'clear');
  if (id === null) throw unreadable();
  return id;
}

interface Surroundings {
  metadata: string;
  desk: Desk;
}

/** A form that is one act. */
function about<R>(read: (values: unknown) => R, whatIn: (given: R, around: Surroundings) => What): Submit {
  return async ({ values, metadata }, asker, desk) => {
    const what = whatIn(readForm(read, values), { metadata, desk });
    return give(what, { id: idIn(metadata), implied: null }, asker, desk);
  };
}

async function submitDeclare({ values, metadata }: Sent, asker: Asker, desk: Desk): Promise<Message> {
  const { severity, title, impact, environment, services, kind } = readForm(readDeclareForm, values);
  const asked = {
    environment,
    services: services.length === 0 ? ['all'] : services,
    version: null,
    reason: null,
  };
  const place = readAnswers(asked, desk.catalog);
  const isAll = services.length === 0 || services.includes('all');
  return declareNow(
    {
      severity: needed(severity, incidentBlocks.severity, 'How bad is it?'),
      title: needed(title, incidentBlocks.title, 'What is wrong?'),
      impact,
      environment: needed(place.environment, 'environment', 'In which environment?'),
      services: isAll ? [] : place.services,
      kind,
      said: readCarried(metadata)?.said ?? null,
    },
    asker,
    desk,
  );
}

async function submitChoose({ values, metadata }: Sent, asker: Asker, desk: Desk): Promise<Message> {
  const { incident } = readForm(readChooseForm, values);
  const said = readCarried(metadata)?.said;
  const id = referenceOf({ value: incident ?? '' }, 'clear');
  if (!said || id === null) throw unreadable();
  return addMessage(id, said, asker, desk);
}

/** Only what differs from what is known is told. */
async function submitFacts({ values, metadata }: Sent, asker: Asker, desk: Desk): Promise<Message> {
  const given = readForm(readFactsForm, values);
  const id = idIn(metadata);
  const i = await seen(id, asker, desk);
  const fix = given.fix === null ? null : addressOf(given.fix);
  if (given.fix !== null && fix === null) {
    throw new FieldRefusal(incidentBlocks.fix, {
      code: 'unreadable',
      message: 'That is no web address.',
      hint: 'It begins with https://.',
    });
  }
  const services = desk.catalog.services.filter((name) => given.services.includes(name));
  const isChanged = services.join() !== i.services.join() && services.length === given.services.length;
  const what: What = {
    kind: 'facts',
    ...(given.title !== null && given.title !== i.title && { title: given.title }),
    ...(given.impact !== null && given.impact !== i.impact && { impact: given.impact }),
    ...(given.action !== null && given.action !== i.action && { action: given.action }),
    ...(given.eta !== null && given.eta !== i.eta && { eta: given.eta }),
    ...(given.rootCause !== null && given.rootCause !== i.rootCause && { rootCause: given.rootCause }),
    ...(fix !== null && fix !== i.fix && { fix }),
    ...(isChanged && { services }),
  };
  if (Object.keys(what).length === 1) {
    throw new FieldRefusal(incidentBlocks.title, {
      code: 'nothing-to-do',
      message: 'Nothing differs from what is known.',
      hint: 'Change something, or close the form.',
    });
  }
  return give(what, { id, implied: null }, asker, desk);
}

function updateIn(
  { status, action, eta }: ReturnType<typeof readUpdateForm>,
  { metadata }: Surroundings,
): What {
  const n = readCarried(metadata)?.n;
  if (typeof n !== 'number') throw unreadable();
  return {
    kind: 'update',
    n,
    status: needed(status, incidentBlocks.status, 'How far is it?'),
    action: needed(action, incidentBlocks.action, 'What is being done?'),
    eta: needed(eta, incidentBlocks.eta, 'When may it be over?'),
  };
}

const severityIn = ({ to, reason }: ReturnType<typeof readSeverityForm>): What => ({
  kind: 'severity',
  to: needed(to, incidentBlocks.severity, 'How bad is it?'),
  reason,
});

/** A menu tells the id alone; a worker looks the name up. */
const byId = (id: string): Person => ({ id, name: id });

const handOverIn = ({ role, to, note }: ReturnType<typeof readHandOverForm>): What => ({
  kind: 'hand-over',
  role: needed(role, incidentBlocks.role, 'Which role?'),
  to: byId(needed(to, incidentBlocks.person, 'To whom?')),
  note: needed(note, incidentBlocks.note, 'What must they know?'),
});

function publishIn(
  { status, body, states }: ReturnType<typeof readPublishForm>,
  { desk }: Surroundings,
): What {
  const known = rulesFor(desk.catalog).status_page?.components ?? {};
  const components = Object.fromEntries(
    states.flatMap(({ service, state }) => {
      const component = Object.hasOwn(known, service) ? known[service] : undefined;
      return component ? [[component, state]] : [];
    }),
  );
  return {
    kind: 'publish',
    status: needed(status, incidentBlocks.status, 'How far is it?'),
    body: needed(body, incidentBlocks.body, 'What do users have to know?'),
    components,
  };
}

function resolveIn(given: ReturnType<typeof readResolveForm>, around: Surroundings): What {
  const followUps = given.followUps.flatMap(({ n, text, owner, due }) => {
    if (text === null && owner === null && due === null) return [];
    const wanted = needed(text, `follow-up-${n}`, 'What is left to do?');
    return [
      { text: wanted, owner: owner === null ? null : byId(owner), due: dueIn(due, `due-${n}`, around) },
    ];
  });
  return {
    kind: 'resolve',
    impact: needed(given.impact, incidentBlocks.impact, 'Who was hurt, and how?'),
    resolution: needed(given.resolution, incidentBlocks.resolution, 'What made it good again?'),
    rootCause: given.rootCause,
    followUps,
  };
}

const reopenIn = ({ reason }: ReturnType<typeof readReopenForm>): What => ({
  kind: 'reopen',
  reason: needed(reason, incidentBlocks.text, 'Why is it not over?'),
});

const followUpIn = (
  { text, owner, due }: ReturnType<typeof readFollowUpForm>,
  around: Surroundings,
): What => ({
  kind: 'follow-up',
  text: needed(text, incidentBlocks.text, 'What is left to do?'),
  owner: owner === null ? null : byId(owner),
  due: dueIn(due, incidentBlocks.due, around),
});

function dueIn(date: string | null, field: string, { desk }: Surroundings): number | null {
  if (date === null) return null;
  try {
    return endOf(date, rulesFor(desk.catalog).business_hours.zone, desk.clock.now());
  } catch (error) {
    throw error instanceof Refusal ? new FieldRefusal(field, error) : error;
  }
}

/** By `callback_id`. */
export const incidentSubmits: ReadonlyMap<string, Submit> = new Map<string, Submit>([
  [incidentForms.declare, submitDeclare],
  [incidentForms.choose, submitChoose],
  [incidentForms.facts, submitFacts],
  [incidentForms.update, about(readUpdateForm, updateIn)],
  [incidentForms.severity, about(readSeverityForm, severityIn)],
  [incidentForms.handOver, about(readHandOverForm, handOverIn)],
  [incidentForms.publish, about(readPublishForm, publishIn)],
  [incidentForms.resolve, about(readResolveForm, resolveIn)],
  [incidentForms.reopen, about(readReopenForm, reopenIn)],
  [incidentForms.followUp, about(readFollowUpForm, followUpIn)],
]);
