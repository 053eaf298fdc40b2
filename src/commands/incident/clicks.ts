/** Buttons and menus of incidents: every one has an answer for stale, denied, double and already done. */
import { answerAlert } from '../../jobs/alerts/answer.ts';
import { notYours } from '../../jobs/incident/answer-act.ts';
import { rulesFor } from '../../jobs/incident/take.ts';
import type { Incident } from '../../records/incident.ts';
import { incidentRoles, mitigationActions, symptoms } from '../../records/incident-terms.ts';
import { Refusal } from '../../records/refusal.ts';
import { alertAnswer, freezeOffer, workingOn } from '../../templates/incident/replies.ts';
import { type IncidentTarget, incidentActions, readIncidentValue } from '../../templates/incident-actions.ts';
import { type Asker, type Desk, fromStore, type Reply } from '../desk.ts';
import { rollbackFormFor } from '../rollback.ts';
import { carryOut, editUpdate, seen } from './carry-out.ts';
import { blankForm, nothingSaid } from './declare.ts';
import { later, nameOf } from './give.ts';
import type { FormWish, Wish } from './wish.ts';
import { referenceOf } from './words.ts';

/** What was pressed or chosen, as Slack tells it. */
export interface Pressed {
  /** The whole id, with what stands behind the slash. */
  action: string;
  value: string | undefined;
  block: string;
  /** Of a menu. */
  chosen: readonly string[];
}

const names: ReadonlyMap<string, keyof typeof incidentActions> = new Map(
  Object.entries(incidentActions).flatMap(([key, id]) => (isKey(key) ? [[id, key] as const] : [])),
);
function isKey(key: string): key is keyof typeof incidentActions {
  return Object.hasOwn(incidentActions, key);
}

/** Null where it is no button of an incident. */
export const incidentAction = (action: string): keyof typeof incidentActions | null =>
  names.get(action.split('/', 1)[0] ?? '') ?? null;

export async function pressIncident(
  does: keyof typeof incidentActions,
  pressed: Pressed,
  asker: Asker,
  desk: Desk,
): Promise<Reply> {
  if (does === 'declare') return { form: blankForm(nothingSaid, null, asker, desk) };
  if (does === 'symptoms') return chooseSymptoms(pressed, asker, desk);
  const target = readIncidentValue(pressed.value);
  if (!target) throw leadsNowhere();
  if (does === 'alertOpen' || does === 'alertDismiss') {
    return answerTo(target.incident, does === 'alertOpen' ? 'open' : 'dismiss', asker, desk);
  }
  const id = referenceOf({ value: target.incident }, 'clear');
  if (id === null) throw leadsNowhere();
  const meant = { id, implied: null };
  if (does === 'mitigate') return mitigate(target, id, asker, desk);
  if (does === 'editUpdate') return editUpdate(numberIn(target), meant, asker, desk);
  return carryOut(wishOf(does, target), meant, asker, desk);
}

const leadsNowhere = (): Refusal =>
  new Refusal('no-such-incident', 'This button leads nowhere any more.', 'Look at /incident list.');

function numberIn({ arg }: IncidentTarget): number {
  const n = Number(arg);
  if (arg === null || !Number.isInteger(n) || n < 0) throw leadsNowhere();
  return n;
}

function textIn({ arg }: IncidentTarget): string {
  if (!arg) throw leadsNowhere();
  return arg;
}

type Simple = Exclude<
  keyof typeof incidentActions,
  'declare' | 'symptoms' | 'alertOpen' | 'alertDismiss' | 'mitigate' | 'editUpdate'
>;

function wishOf(does: Simple, target: IncidentTarget): Wish {
  switch (does) {
    case 'acknowledge':
      return { kind: 'act', what: { kind: 'acknowledge', via: 'slack' } };
    case 'join':
      return { kind: 'act', what: { kind: 'join' } };
    case 'claim': {
      const role = incidentRoles.find((name) => name === target.arg);
      if (!role) throw leadsNowhere();
      return { kind: 'act', what: { kind: 'claim', role } };
    }
    case 'check':
    case 'uncheck': {
      const row = textIn(target).slice(0, 60);
      return { kind: 'act', what: { kind: 'check', row, done: does === 'check' } };
    }
    case 'assess':
      return { kind: 'act', what: { kind: 'assess' } };
    case 'undo':
      return { kind: 'act', what: { kind: 'undo', n: numberIn(target) } };
    case 'postUpdate':
      return { kind: 'post-draft', n: numberIn(target), draft: target.draft ?? null };
    case 'skipUpdate':
      return { kind: 'act', what: { kind: 'skip-update', n: numberIn(target) } };
    case 'retry':
      return { kind: 'act', what: { kind: 'retry', effect: textIn(target) } };
    case 'clearHalt':
      return { kind: 'act', what: { kind: 'clear-halt' } };
    case 'followUpDone':
      return { kind: 'act', what: { kind: 'follow-up-done', n: numberIn(target) } };
    case 'timeline':
      return { kind: 'timeline', from: target.arg === null ? null : numberIn(target) };
    case 'evidence':
      return { kind: 'evidence' };
    default:
      return { kind: 'form', form: forms[does] };
  }
}

const forms: Readonly<Record<Extract<Simple, `open${string}`>, FormWish>> = {
  openUpdate: { form: 'update', action: null },
  openFacts: { form: 'facts' },
  openSeverity: { form: 'severity', reason: null },
  openHandOver: { form: 'hand-over', role: null, note: null, named: null },
  openPublish: { form: 'publish' },
  openResolve: { form: 'resolve' },
  openReopen: { form: 'reopen' },
};

/** The menu's block names the incident: a menu carries no value of its own. */
async function chooseSymptoms({ block, chosen }: Pressed, asker: Asker, desk: Desk): Promise<Reply> {
  const id = referenceOf({ value: block.split(':', 1)[0] ?? '' }, 'clear');
  if (id === null) throw leadsNowhere();
  const what = { kind: 'symptoms' as const, chosen: symptoms.filter((symptom) => chosen.includes(symptom)) };
  return carryOut({ kind: 'act', what }, { id, implied: null }, asker, desk);
}

/** Rolling back opens its form, and freezing is a command, each with its own rights; in a drill they are only played. */
async function mitigate(target: IncidentTarget, id: string, asker: Asker, desk: Desk): Promise<Reply> {
  const [name, service, version] = textIn(target).split(' ');
  const action = mitigationActions.find((known) => known === name);
  if (!action) throw leadsNowhere();
  const i = await seen(id, asker, desk);
  if (!i.drill && action === 'freeze') return { say: freezeOffer(i) };
  if (!i.drill && (action === 'roll-back' || action === 'roll-back-all')) {
    return rollbackFormFor(
      id,
      {
        environment: i.environment,
        services: action === 'roll-back' && service ? [service] : ['all'],
        reason: reasonOf(i),
        ...(version && { version }),
      },
      asker,
      desk,
    );
  }
  const what = { kind: 'mitigate' as const, action, services: service ? [service] : [], desired: {} };
  return carryOut({ kind: 'act', what }, { id, implied: null }, asker, desk);
}

/** Everybody reads what a rollback is for, and the title of a private incident is for its war room alone. */
const reasonOf = ({ id, title, isPrivate }: Incident): string => (isPrivate ? id : `${id}: ${title}`);

async function answerTo(group: string, choice: 'open' | 'dismiss', asker: Asker, desk: Desk): Promise<Reply> {
  const { rights } = rulesFor(desk.catalog);
  const { person, channel } = asker;
  const may = desk.people.mayCached(person, rights.manage);
  if (may === 'no') throw notYours(rights.manage);
  return fromStore(async () => {
    if (may === 'yes') return { say: alertAnswer(await answerAlert(group, choice, person, desk)) };
    const work = { kind: 'alert-answer' as const, group, choice, person, channel };
    await later(nameOf('alert', asker), work, asker, desk);
    return { say: workingOn({ id: 'These alerts' }) };
  });
}
