/** The forms of incidents: what they ask, and how their answers are read. */
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import type { Incident } from '../../records/incident.ts';
import { type IncidentRole, incidentRoles, type Severity, severities } from '../../records/incident-terms.ts';
import { context, plainText } from '../blocks.ts';
import {
  type Answers,
  answer,
  answers,
  common,
  environmentInput,
  input,
  menuLimit,
  option,
  servicesInput,
  textInput,
  textLimit,
  typed,
} from '../forms.ts';
import { escaped } from '../text.ts';
import type { UpdateDraft } from './draft.ts';
import { roleWords, severityMarks, statusWords, titleOf } from './words.ts';

export const incidentForms = {
  declare: 'incident-declare-form',
  update: 'incident-update-form',
  facts: 'incident-facts-form',
  severity: 'incident-severity-form',
  handOver: 'incident-hand-over-form',
  publish: 'incident-publish-form',
  resolve: 'incident-resolve-form',
  reopen: 'incident-reopen-form',
  followUp: 'incident-follow-up-form',
  /** To which incident does a message belong? */
  choose: 'incident-choose-form',
} as const;

/** The blocks in which answers are missing or wrong. */
export const incidentBlocks = {
  severity: 'severity',
  title: 'title',
  kind: 'kind',
  impact: 'impact',
  status: 'status',
  action: 'action',
  eta: 'eta',
  cause: 'cause',
  fix: 'fix',
  role: 'role',
  person: 'person',
  note: 'note',
  body: 'body',
  resolution: 'resolution',
  text: 'text',
  due: 'due',
  incident: 'incident',
} as const;
const blocks = incidentBlocks;

/** A message in Slack that an incident is declared from, or that is added to a timeline. */
const said = z.strictObject({
  channel: z.string().max(40),
  ts: z.string().max(40),
  user: z.string().max(40).nullable(),
  text: z.string(),
  link: z.string().max(300).nullable(),
});
export type SaidMessage = z.infer<typeof said>;

const carried = z.object({
  channel: z.string(),
  incident: z.string().nullish(),
  /** Of the update. */
  n: z.number().nullish(),
  said: said.nullish(),
});

/** What a form carries along; null for text that no form of ours carries. */
export function readCarried(privateMetadata: string): z.infer<typeof carried> | null {
  try {
    return carried.parse(JSON.parse(privateMetadata));
  } catch {
    return null;
  }
}

/** Slack's limit for what a form carries is 3000 characters; JSON may double what somebody wrote. */
const mostCarried = 2900;
function carry(what: { channel: string; incident?: string; n?: number; said?: SaidMessage | null }): string {
  const channel = what.channel.slice(0, 100);
  for (let room = 2000; ; room = Math.floor(room / 2)) {
    const cutSaid = what.said && { ...what.said, text: [...what.said.text].slice(0, room).join('') };
    const text = JSON.stringify({ ...what, channel, ...(what.said && { said: cutSaid }) });
    if (text.length <= mostCarried || room === 0) return text;
  }
}

function form(id: string, title: string, submit: string, metadata: string, inputs: KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: metadata,
    title: plainText(title, 24),
    submit: plainText(submit, 24),
    close: plainText('Not now', 24),
    blocks: inputs,
  };
}

type About = Pick<Incident, 'id' | 'severity' | 'title' | 'drill'>;

/** Says which incident it is about, so that nobody writes to the wrong one. */
const about = (i: About, more = ''): KnownBlock => context(`${escaped(titleOf(i))}${more}`);

const optional = { optional: true } as const;

/** Slack refuses an empty first value, and one that is longer than the input allows. */
function longText(initial: string | null, placeholder: string): InputBlock['element'] {
  const value = [...(initial ?? '').replace(/[\p{Cs}\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/gu, ' ')]
    .slice(0, 2900)
    .join('')
    .trim();
  return {
    type: 'plain_text_input',
    action_id: answer,
    multiline: true,
    max_length: textLimit,
    placeholder: plainText(placeholder),
    ...(value && { initial_value: value }),
  };
}

function menu(options: PlainTextOption[], chosen: string | null, placeholder: string): InputBlock['element'] {
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'static_select',
    action_id: answer,
    options: options.slice(0, menuLimit),
    placeholder: plainText(placeholder),
    ...(initial && { initial_option: initial }),
  };
}

const person: InputBlock['element'] = {
  type: 'users_select',
  action_id: answer,
  placeholder: plainText('Who?'),
};

const day = (initial: string | null): InputBlock['element'] => ({
  type: 'datepicker',
  action_id: answer,
  placeholder: plainText('By when?'),
  ...(initial && { initial_date: initial }),
});

function severityMenu(
  means: Readonly<Record<Severity, { means: string }>>,
  chosen: Severity | null,
): InputBlock {
  const options = severities.map((s) => option(s, `${severityMarks[s]} ${s}: ${means[s].means}`));
  return input(blocks.severity, 'Severity', menu(options, chosen, 'How bad is it?'));
}

const kindOptions = [
  option('outage', 'Outage or fault'),
  option('database-corruption', 'Database corruption: stops all deployments'),
  option('security', 'Security: private, forbids deployments'),
];

export interface DeclareChoices {
  environments: readonly string[];
  services: readonly string[];
  means: Readonly<Record<Severity, { means: string }>>;
  chosen: {
    severity: Severity | null;
    environment: string | null;
    services: readonly string[];
    title: string | null;
    impact: string | null;
    kind: 'outage' | 'database-corruption' | 'security';
  };
  channel: string;
  said: SaidMessage | null;
}

export function declareForm({
  environments,
  services,
  means,
  chosen,
  channel,
  said,
}: DeclareChoices): ModalView {
  return form(incidentForms.declare, 'Declare an incident', 'Declare', carry({ channel, said }), [
    severityMenu(means, chosen.severity),
    input(blocks.title, 'What is wrong?', textInput(chosen.title ?? undefined, 'Checkout is down', 150)),
    { ...environmentInput(environments, chosen.environment ?? undefined) },
    { ...servicesInput(services, chosen.services), ...optional },
    input(blocks.impact, 'Impact', longText(chosen.impact, 'Who is hurt, and how?'), optional),
    input(blocks.kind, 'Kind', menu(kindOptions, chosen.kind, 'What kind?')),
  ]);
}

export function readDeclareForm(values: unknown) {
  const given = answers.parse(values);
  const { environment, services } = common(given);
  return {
    severity: severityIn(given),
    title: typed(given, blocks.title),
    impact: typed(given, blocks.impact),
    environment,
    /** `all` is the same as none: the environment as a whole. */
    services,
    kind: z
      .enum(['outage', 'database-corruption', 'security'])
      .catch('outage')
      .parse(menuValue(given, blocks.kind)),
  };
}

const menuValue = (given: Answers, block: string): string | null =>
  given[block]?.[answer]?.selected_option?.value ?? null;
const userIn = (given: Answers, block: string): string | null =>
  given[block]?.[answer]?.selected_user ?? null;
const dateIn = (given: Answers, block: string): string | null =>
  given[block]?.[answer]?.selected_date ?? null;
const severityIn = (given: Answers): Severity | null =>
  severities.find((s) => s === menuValue(given, blocks.severity)) ?? null;

const openStatuses = ['investigating', 'identified', 'mitigating', 'monitoring'] as const;

/** Update `n`, filled in as the draft stands. */
export function updateForm(i: Incident, n: number, draft: UpdateDraft, channel: string): ModalView {
  const options = openStatuses.map((status) => option(status, statusWords[status]));
  return form(incidentForms.update, `Update ${n}`, 'Post', carry({ channel, incident: i.id, n }), [
    about(i),
    input(blocks.status, 'Status', menu(options, draft.status, 'How far is it?')),
    input(blocks.action, 'Action', longText(draft.action, 'What is being done?')),
    input(blocks.eta, 'ETA', textInput(draft.eta, '15 minutes, or Unknown', 500)),
  ]);
}

export function readUpdateForm(values: unknown) {
  const given = answers.parse(values);
  return {
    status: openStatuses.find((status) => status === menuValue(given, blocks.status)) ?? null,
    action: typed(given, blocks.action),
    eta: typed(given, blocks.eta),
  };
}

export function factsForm(i: Incident, services: readonly string[], channel: string): ModalView {
  return form(incidentForms.facts, 'What is known', 'Save', carry({ channel, incident: i.id }), [
    about(i),
    input(blocks.title, 'What is wrong?', textInput(i.title, 'Checkout is down', 150)),
    { ...servicesInput(services, i.services), ...optional },
    input(blocks.impact, 'Impact', longText(i.impact, 'Who is hurt, and how?'), optional),
    input(blocks.action, 'Action', longText(i.action, 'What is being done?'), optional),
    input(blocks.eta, 'ETA', textInput(i.eta ?? undefined, '15 minutes', 500), optional),
    input(blocks.cause, 'Root cause', longText(i.rootCause, 'Why did it happen?'), optional),
    input(blocks.fix, 'Permanent fix', textInput(i.fix ?? undefined, 'https://…', 2000), optional),
  ]);
}

export function readFactsForm(values: unknown) {
  const given = answers.parse(values);
  return {
    title: typed(given, blocks.title),
    services: common(given).services.filter((name) => name !== 'all'),
    impact: typed(given, blocks.impact),
    action: typed(given, blocks.action),
    eta: typed(given, blocks.eta),
    rootCause: typed(given, blocks.cause),
    fix: typed(given, blocks.fix),
  };
}

export function severityForm(
  i: Incident,
  means: Readonly<Record<Severity, { means: string }>>,
  reason: string | null,
  channel: string,
): ModalView {
  return form(incidentForms.severity, 'Change severity', 'Change', carry({ channel, incident: i.id }), [
    about(i),
    severityMenu(means, i.severity),
    input(blocks.text, 'Reason', textInput(reason ?? undefined, 'Why? Everybody sees it.', 500), optional),
  ]);
}

export function readSeverityForm(values: unknown) {
  const given = answers.parse(values);
  return { to: severityIn(given), reason: typed(given, blocks.text) };
}

export function handOverForm(
  i: Incident,
  chosen: { role: IncidentRole | null; note: string | null; named: string | null },
  channel: string,
): ModalView {
  const options = incidentRoles.map((role) => {
    const holder = i.roles[role];
    return option(role, `${roleWords[role]}${holder ? ` (now @${holder.name})` : ''}`);
  });
  const held = incidentRoles.filter((role) => i.roles[role] !== null);
  const only = held.length === 1 ? (held[0] ?? null) : null;
  const hint = chosen.named
    ? { hint: plainText(`Commands cannot look up @${chosen.named}: choose them here.`) }
    : {};
  return form(incidentForms.handOver, 'Hand over', 'Hand over', carry({ channel, incident: i.id }), [
    about(i),
    input(blocks.role, 'Role', menu(options, chosen.role ?? only, 'Which role?')),
    input(blocks.person, 'To', person, hint),
    input(blocks.note, 'Note', textInput(chosen.note ?? undefined, 'What must they know?', 500)),
  ]);
}

export function readHandOverForm(values: unknown) {
  const given = answers.parse(values);
  return {
    role: incidentRoles.find((role) => role === menuValue(given, blocks.role)) ?? null,
    to: userIn(given, blocks.person),
    note: typed(given, blocks.note),
  };
}

const publicStatuses = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
const componentStatuses = ['operational', 'degraded_performance', 'partial_outage', 'major_outage'] as const;

const componentWords = {
  operational: 'Operational',
  degraded_performance: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
} as const;

/** A form has at most 100 blocks; more components than these are rarely hurt at once. */
const mostComponents = 20;

/** `components`: Statuspage's ids by service; those of the incident come first. */
export function publishForm(
  i: Incident,
  components: Readonly<Record<string, string>>,
  filled: { status: (typeof publicStatuses)[number]; body: string },
  channel: string,
): ModalView {
  const statuses = publicStatuses.map((status) => option(status, statusWords[status]));
  const services = Object.keys(components).toSorted(
    (a, b) => Number(i.services.includes(b)) - Number(i.services.includes(a)),
  );
  const states = componentStatuses.map((status) => option(status, componentWords[status]));
  return form(incidentForms.publish, 'Status page', 'Publish', carry({ channel, incident: i.id }), [
    about(i, ' · *everybody outside can read this*'),
    input(blocks.status, 'Status', menu(statuses, filled.status, 'How far is it?')),
    input(blocks.body, 'Text', longText(filled.body, 'What do users have to know?')),
    ...services
      .slice(0, mostComponents)
      .map((service) =>
        input(`component:${service}`.slice(0, 255), service, menu(states, null, 'Leave as it is'), optional),
      ),
  ]);
}

export function readPublishForm(values: unknown) {
  const given = answers.parse(values);
  const states = Object.keys(given).flatMap((block) => {
    const state = componentStatuses.find((status) => status === menuValue(given, block));
    return block.startsWith('component:') && state
      ? [{ service: block.slice('component:'.length), state }]
      : [];
  });
  return {
    status: publicStatuses.find((status) => status === menuValue(given, blocks.status)) ?? null,
    body: typed(given, blocks.body),
    /** By service. */
    states,
  };
}

/** Follow-ups that the resolve form has room for; more are written down with /incident follow-up. */
const followUpsInForm = 5;

export function resolveForm(i: Incident, channel: string): ModalView {
  const followUps = Array.from({ length: followUpsInForm }, (_, index) => index + 1);
  return form(incidentForms.resolve, 'Resolve', 'Resolve', carry({ channel, incident: i.id }), [
    about(i),
    input(blocks.impact, 'Impact', longText(i.impact, 'Who was hurt, and how?')),
    input(blocks.resolution, 'Resolution', longText(i.resolution, 'What made it good again?')),
    input(
      blocks.cause,
      'Root cause',
      longText(i.rootCause, 'Why did it happen, if that is known?'),
      optional,
    ),
    ...followUps.flatMap((n) => [
      input(`follow-up-${n}`, `Follow-up ${n}`, textInput(undefined, 'What is left to do?', 500), optional),
      input(`owner-${n}`, `Owner of ${n}`, person, optional),
      input(`due-${n}`, `Due ${n}`, day(null), optional),
    ]),
  ]);
}

export function readResolveForm(values: unknown) {
  const given = answers.parse(values);
  const followUps = Array.from({ length: followUpsInForm }, (_, index) => ({
    n: index + 1,
    text: typed(given, `follow-up-${index + 1}`),
    owner: userIn(given, `owner-${index + 1}`),
    due: dateIn(given, `due-${index + 1}`),
  }));
  return {
    impact: typed(given, blocks.impact),
    resolution: typed(given, blocks.resolution),
    rootCause: typed(given, blocks.cause),
    followUps,
  };
}

export function reopenForm(i: Incident, channel: string): ModalView {
  return form(incidentForms.reopen, 'Reopen', 'Reopen', carry({ channel, incident: i.id }), [
    about(i),
    input(blocks.text, 'Reason', textInput(undefined, 'Why is it not over?', 500)),
  ]);
}

export function readReopenForm(values: unknown) {
  return { reason: typed(answers.parse(values), blocks.text) };
}

export function followUpForm(
  i: Incident,
  chosen: { text: string | null; due: string | null; named: string | null },
  channel: string,
): ModalView {
  const hint = chosen.named
    ? { hint: plainText(`Commands cannot look up @${chosen.named}: choose them here.`) }
    : {};
  return form(incidentForms.followUp, 'Follow-up', 'Write down', carry({ channel, incident: i.id }), [
    about(i),
    input(blocks.text, 'What is left to do?', textInput(chosen.text ?? undefined, 'Add an alarm', 500)),
    input(blocks.person, 'Owner', person, { ...hint, ...optional }),
    input(blocks.due, 'Due', day(chosen.due), optional),
  ]);
}

export function readFollowUpForm(values: unknown) {
  const given = answers.parse(values);
  return {
    text: typed(given, blocks.text),
    owner: userIn(given, blocks.person),
    due: dateIn(given, blocks.due),
  };
}

/** To which incident a message is added; newest first, at least one. */
export function chooseForm(open: readonly About[], message: SaidMessage, channel: string): ModalView {
  const options = open.slice(0, menuLimit).map((i) => option(i.id, titleOf(i)));
  return form(incidentForms.choose, 'Add to timeline', 'Add', carry({ channel, said: message }), [
    context(escaped(message.text, 300) || '(no text)'),
    input(
      blocks.incident,
      'Incident',
      menu(options, options.length === 1 ? (options[0]?.value ?? null) : null, 'Which one?'),
    ),
  ]);
}

export function readChooseForm(values: unknown) {
  return { incident: menuValue(answers.parse(values), blocks.incident) };
}
