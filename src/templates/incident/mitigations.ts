/** What may help: what the decision matrix recommends and forbids, the buttons for it, and what was done. */
import type { KnownBlock, SectionBlock } from '@slack/types';
import type { Incident, Mitigation } from '../../records/incident.ts';
import { type MitigationAction, mitigationActions, symptoms } from '../../records/incident-terms.ts';
import type { Reason, Recommendation } from '../../records/recommend.ts';
import { plainText, section, sections } from '../blocks.ts';
import { incidentActions } from '../incident-actions.ts';
import { clockTime, code, escaped, handle, literal, plural, some } from '../text.ts';
import { type Choice, choicesBlock } from './buttons.ts';
import type { IncidentView } from './view.ts';
import { actionWords, mitigationWords, subject, symptomWords } from './words.ts';

/** What must not be done, and the rows of the matrix that hold with what they were recognised by. */
export function recommendationLines(
  { rows, forbidden }: Recommendation,
  most: number,
  width: number,
): string[] {
  const rest = rows.length - most;
  return [
    ...forbiddenLines(forbidden, width),
    ...rows.slice(0, most).map((row) => rowLine(row, forbidden)),
    ...(rest > 0 ? [`… and ${plural(rest, 'more row')}`] : []),
  ];
}

/** A row whose advice is forbidden shows that it was overruled. */
function rowLine(
  { row, why }: Recommendation['rows'][number],
  forbidden: Recommendation['forbidden'],
): string {
  const isOverruled =
    row.do.length > 0 && row.do.every((action) => forbidden.some((f) => f.action === action));
  const advice = escaped(row.advice, 200);
  const shown = isOverruled ? `~${advice.replaceAll('~', '∼')}~ overruled` : advice;
  return `• *${escaped(row.symptom, 80)}* → ${shown} (${whyWords(why)})`;
}

/** "Do NOT roll back: …"; one line for each reason. */
function forbiddenLines(forbidden: Recommendation['forbidden'], width: number): string[] {
  const reasons = new Set(forbidden.map(({ because }) => because));
  return [...reasons].map((reason) => {
    const names = forbidden.filter(({ because }) => because === reason).map(({ action }) => verbs[action]);
    return `⛔ *Do NOT ${some([...new Set(names)], 7, 'or')}*: ${escaped(reason, width)}`;
  });
}

/** "Do NOT …". */
const verbs: Readonly<Record<MitigationAction, string>> = {
  'roll-back-all': 'roll back',
  'roll-back': 'roll back',
  restart: 'restart',
  'scale-up': 'scale up',
  'rate-limiting': 'limit rates',
  'maintenance-page': 'show the maintenance page',
  freeze: 'freeze deploys',
};

const whyWords = (why: readonly Reason[]): string => some(why.map(reasonWords), 3);

function reasonWords(reason: Reason): string {
  switch (reason.by) {
    case 'findings':
      return `checks of ${escaped(reason.service, 63)}`;
    case 'alert':
      return `alert “${escaped(reason.title, 100)}”`;
    case 'people':
      return 'chosen by people';
  }
}

/** What is not configured, forbidden or at work already has no button. Recommended ones come first. */
export function mitigationButtons(i: Incident, view: IncidentView, most = 10): Choice[] {
  const { recommended, forbidden } = view.recommendation;
  const ordered = [...recommended, ...mitigationActions.filter((action) => !recommended.includes(action))];
  const offered = ordered.filter(
    (action) =>
      isConfigured(action, view) && !forbidden.some((f) => f.action === action) && !isInForce(i, action),
  );
  const buttons = offered.flatMap((action) => buttonsFor(action, i, view));
  return buttons.slice(0, most).map((button, index) => {
    const isFirst = index === 0 && offered[0] !== undefined && recommended.includes(offered[0]);
    return isFirst ? { ...button, style: 'primary' } : button;
  });
}

export const mitigationsBlock = (i: Incident, view: IncidentView, name: string): KnownBlock[] =>
  choicesBlock(i, name, mitigationButtons(i, view));

function isConfigured(action: MitigationAction, { rules: { mitigations } }: IncidentView): boolean {
  switch (action) {
    case 'scale-up':
      return mitigations.scale_up !== undefined;
    case 'rate-limiting':
      return mitigations.rate_limiting !== undefined;
    case 'maintenance-page':
      return mitigations.maintenance_page !== undefined;
    default:
      return true;
  }
}

/** What is switched on stays so until it is undone; the rest may be asked for again once it has ended. */
function isInForce({ mitigations }: Incident, action: MitigationAction): boolean {
  const last = mitigations.findLast((m) => m.action === action);
  if (!last) return false;
  const lasts = isSwitch(action) || action === 'freeze';
  return last.state === 'asked' || last.state === 'under-way' || (lasts && last.state === 'done');
}

const isSwitch = (action: MitigationAction): boolean =>
  action === 'rate-limiting' || action === 'maintenance-page';

/** One for each service while they are few. Rolling back opens a form; everything else that hurts asks first. */
function buttonsFor(action: MitigationAction, i: Incident, view: IncidentView): Choice[] {
  const { button, isWide } = actionWords[action];
  const services = isWide ? [] : suspects(i, view);
  // Which service is meant is known only from a form for a rollback of one.
  if (services.length === 0) return action === 'roll-back' ? [] : [choice(action, button, null, i)];
  return services.map((service, index) => ({
    ...choice(action, `${button} ${literal(service, 50)}`, service, i),
    among: `${action}/${index}`,
  }));
}

const mostSuspects = 2;

/** The unhealthy one, the few that the incident names, or none: then it is about all of them. */
function suspects({ services, findings }: Incident, { recommendation }: IncidentView): readonly string[] {
  if (recommendation.singleService !== null) return [recommendation.singleService];
  if (services.length > 0) return services.length <= mostSuspects ? [...new Set(services)] : [];
  const bad = findings?.services.filter(({ verdict }) => verdict === 'unhealthy') ?? [];
  return bad.length <= mostSuspects ? [...new Set(bad.map(({ service }) => service))] : [];
}

function choice(action: MitigationAction, label: string, service: string | null, i: Incident): Choice {
  const on = service === null ? subject(i, (name) => literal(name, 50)) : literal(service, 50);
  const ask = questions[action];
  return {
    label,
    does: 'mitigate',
    arg: service === null ? action : `${action} ${service}`,
    among: action,
    ...(ask && {
      confirm: { title: `${actionWords[action].button}?`, text: `${ask} (${on})`, yes: 'Yes', no: 'Go back' },
    }),
  };
}

/** What is asked before it is done; rolling back asks in its own form. */
const questions: Readonly<Partial<Record<MitigationAction, string>>> = {
  restart: 'New tasks replace the ones that run, a few at a time.',
  'scale-up': 'More tasks are started, up to the limit of the catalog.',
  'rate-limiting': 'Some requests of users are turned away until it is undone.',
  'maintenance-page': 'Users see the maintenance page until it is undone.',
  freeze: 'Nothing is deployed there until it is thawed. Rollbacks go on.',
};

/** What is under way or done, newest last. */
export function mitigationLines({ mitigations }: Incident, most: number, width: number): string[] {
  const rest = mitigations.length - most;
  return [
    ...(rest > 0 ? [`… ${rest} earlier`] : []),
    ...mitigations.slice(-most).map((m) => mitigationLine(m, width)),
  ];
}

function mitigationLine(m: Mitigation, width: number): string {
  const detail = m.detail ? `: ${escaped(m.detail, width)}` : '';
  return `${marks[m.state]} ${mitigationWords(m, (name) => code(name, 63))} · ${handle(m.by)} ${clockTime(m.at)}${detail}`;
}

const marks: Readonly<Record<Mitigation['state'], string>> = {
  asked: '⏳',
  'under-way': '⏳',
  done: '☑',
  failed: '❌',
  undone: '↩',
};

/** For what is switched on, a button that switches it off. */
export const undoButtons = ({ mitigations }: Incident): Choice[] =>
  mitigations
    .filter(({ action, state }) => isSwitch(action) && (state === 'done' || state === 'under-way'))
    .slice(-4)
    .map(({ action, n }) => ({
      label: `Undo: ${actionWords[action].button}`,
      does: 'undo',
      arg: String(n),
      among: String(n),
    }));

/** What people see of it, for the matrix. The menu's block names the incident. */
export function symptomsMenu(i: Incident): SectionBlock {
  const options = symptoms.map((value) => ({ text: plainText(symptomWords[value], 75), value }));
  const chosen = options.filter(({ value }) => i.symptoms.includes(value));
  return {
    ...section('*Symptoms* that you see'),
    block_id: `${i.id}:symptoms`.slice(0, 255),
    accessory: {
      type: 'multi_static_select',
      action_id: incidentActions.symptoms,
      placeholder: plainText('Choose symptoms'),
      options,
      ...(chosen.length > 0 && { initial_options: chosen }),
    },
  };
}

/** The recommendation as a part of a message. */
export function recommendationBlocks(view: IncidentView, most: number, width: number): KnownBlock[] {
  const lines = recommendationLines(view.recommendation, most, width);
  return lines.length > 0 ? sections(['*What the decision matrix says*', ...lines]) : [];
}
