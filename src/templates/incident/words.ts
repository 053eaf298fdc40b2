/** What the parts of an incident are called where people read of them. */
import type { Person } from '../../records/deployment.ts';
import type { Incident, IncidentStatus, Mitigation } from '../../records/incident.ts';
import type { IncidentRole, MitigationAction, Severity, Symptom } from '../../records/incident-terms.ts';
import { escaped, literal, mention, some } from '../text.ts';

export const severityMarks: Readonly<Record<Severity, string>> = { P1: '🔴', P2: '🟠', P3: '🟡', P4: '⚪' };

/** As runbook 001's templates spell them. */
export const statusWords: Readonly<Record<IncidentStatus, string>> = {
  investigating: 'Investigating',
  identified: 'Identified',
  mitigating: 'Mitigating',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
  merged: 'Merged',
};

export const roleWords: Readonly<Record<IncidentRole, string>> = {
  commander: 'Commander',
  communications: 'Communications',
  scribe: 'Scribe',
};

export const symptomWords: Readonly<Record<Symptom, string>> = {
  'error-rate': 'Errors (5xx)',
  slow: 'Slow responses',
  'single-service': 'A single service fails',
  'database-errors': 'Database errors',
  saturation: 'Memory or CPU spike',
  other: 'Something else',
};

/** Stands before whatever is said of a drill. */
const drillMark = '🧪 DRILL · ';
export const marked = ({ drill }: Pick<Incident, 'drill'>, text: string): string =>
  drill ? `${drillMark}${text}` : text;

/** "INC-12 · 🔴 P1 · Checkout is down", with what `show` makes of foreign text. */
function named(i: Pick<Incident, 'id' | 'severity' | 'title' | 'drill'>, show: typeof escaped, max: number) {
  return marked(i, `${severityMarks[i.severity]} ${i.severity} · ${show(i.id, 40)} · ${show(i.title, max)}`);
}
/** For mrkdwn. */
export const nameOf = (i: Parameters<typeof named>[0], max = 150): string => named(i, escaped, max);
/** For headers. */
export const titleOf = (i: Parameters<typeof named>[0]): string => named(i, literal, 90);

/** The services, or the environment; the first few are named. `show` makes foreign text fit its place. */
export const subject = (
  { services, environment }: Pick<Incident, 'services' | 'environment'>,
  show: (text: string) => string = (text) => escaped(text, 63),
  most = 4,
): string => (services.length === 0 ? show(environment) : some(services.map(show), most));

/** Who answers for what is said: the communications lead, or the commander; they are rung. */
export function speaker({ roles }: Pick<Incident, 'roles'>): Person | null {
  return roles.communications ?? roles.commander;
}

/** As the beginning of a sentence that asks for something. */
export function calledOn(i: Pick<Incident, 'roles'>): string {
  const person = speaker(i);
  return person ? mention(person) : 'Anybody';
}

interface ActionWords {
  button: string;
  doing: string;
  done: string;
  /** It is about the environment, so no services are named. */
  isWide: boolean;
}

export const actionWords: Readonly<Record<MitigationAction, ActionWords>> = {
  'roll-back-all': {
    button: 'Roll back all',
    doing: 'Rolling back all services',
    done: 'All services were rolled back',
    isWide: true,
  },
  'roll-back': { button: 'Roll back', doing: 'Rolling back', done: 'Rolled back', isWide: false },
  restart: { button: 'Restart', doing: 'Restarting', done: 'Restarted', isWide: false },
  'scale-up': { button: 'Scale up', doing: 'Scaling up', done: 'Scaled up', isWide: false },
  'rate-limiting': {
    button: 'Rate limiting',
    doing: 'Switching on rate limiting',
    done: 'Rate limiting is on',
    isWide: true,
  },
  'maintenance-page': {
    button: 'Maintenance page',
    doing: 'Switching on the maintenance page',
    done: 'The maintenance page is on',
    isWide: true,
  },
  freeze: { button: 'Freeze deploys', doing: 'Freezing deploys', done: 'Deploys are frozen', isWide: true },
};

/** "Restarting api-gateway", "Rate limiting is on"; `show` makes foreign text fit its place. */
export function mitigationWords(
  { action, services, state }: Pick<Mitigation, 'action' | 'services' | 'state'>,
  show: (text: string) => string,
): string {
  const { doing, done, button, isWide } = actionWords[action];
  const on = isWide || services.length === 0 ? '' : ` ${some(services.map(show), 4)}`;
  switch (state) {
    case 'asked':
    case 'under-way':
      return `${doing}${on}`;
    case 'done':
      return `${done}${on}`;
    case 'failed':
      return `${doing}${on} failed`;
    case 'undone':
      return `${button}${on} was undone`;
  }
}
