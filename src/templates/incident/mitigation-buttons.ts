/** The buttons for what may help, those that the decision matrix recommends first. */
import type { Incident } from '../../records/incident.ts';
import { type MitigationAction, mitigationActions } from '../../records/incident-terms.ts';
import { literal } from '../text.ts';
import type { Choice } from './buttons.ts';
import type { IncidentView } from './view.ts';
import { actionWords, subject } from './words.ts';

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
