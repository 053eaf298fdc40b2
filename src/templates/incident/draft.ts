/** Drafts the next update from what is known, so that nobody has to remember it. Nothing in it is made up. */
import type { IncidentRules } from '../../config/incidents.ts';
import type {
  Finding,
  Incident,
  IncidentStatus,
  Mitigation,
  TimelineEntry,
  Update,
} from '../../records/incident.ts';
import { recommend } from '../../records/recommend.ts';
import { cut, duration, oneLine, plural, some } from '../text.ts';
import { mitigationWords } from './words.ts';

export interface UpdateDraft {
  status: Exclude<IncidentStatus, 'resolved' | 'merged'>;
  /** Plain words, not escaped; at most 700 characters. */
  action: string;
  eta: string;
}

/** Long texts are for the timeline; an update is read on a phone. */
const longestAction = 700;

export function draftOf(i: Incident, rules: Pick<IncidentRules, 'matrix'>, now: number): UpdateDraft {
  const said = [...wanted(i), ...mitigated(i), ...since(i), ...found(i, now), ...signs(i, rules)];
  return {
    status: statusNow(i),
    action: cut((said.length > 0 ? said : [standing(i)]).map(sentence).join(' '), longestAction),
    eta: oneLine(i.eta ?? '') || 'Unknown',
  };
}

/** Whoever starts a mitigation seldom sets the status as well. */
function statusNow({ status, mitigations }: Incident): UpdateDraft['status'] {
  if (status === 'resolved' || status === 'merged') return 'monitoring';
  const isAtWork = mitigations.some(({ state }) => state === 'asked' || state === 'under-way');
  return isAtWork && status !== 'monitoring' ? 'mitigating' : status;
}

/** What people wrote comes first. */
function wanted({ action, rootCause }: Incident): string[] {
  const cause = oneLine(rootCause ?? '');
  return [cut(oneLine(action ?? ''), 400), cause ? `Cause: ${cut(cause, 200)}` : ''].filter(
    (text) => text !== '',
  );
}

/** The last two that ended, and everything under way. */
function mitigated({ mitigations }: Incident): string[] {
  const isAtWork = ({ state }: Mitigation) => state === 'asked' || state === 'under-way';
  const ended = mitigations.filter((m) => !isAtWork(m)).slice(-2);
  return [...ended, ...mitigations.filter(isAtWork).slice(-4)].map((m) =>
    mitigationWords(m, (name) => cut(oneLine(name), 63)),
  );
}

/** What was heard of deployments and alerts since the last update. */
function since({ timeline, updates, declaredAt }: Incident): string[] {
  const from = lastSent(updates)?.at ?? declaredAt;
  const heard = (kind: TimelineEntry['kind']) =>
    timeline.filter((e) => e.kind === kind && e.at > from && e.state !== 'removed').slice(-1);
  return [...heard('deployment'), ...heard('alert')].map(({ text }) => cut(withoutNames(oneLine(text)), 200));
}

/** Updates may go on to the status page, where nobody has to read who did it. */
const withoutNames = (text: string): string => text.replace(/,?\s*(asked (for )?)?by @[^\s,;:]+/g, '');

const lastSent = (updates: readonly Update[]): Update | undefined =>
  updates.findLast(({ state }) => state === 'sent');

/** What the last look at the services showed, and how old it is. */
function found({ findings }: Incident, now: number): string[] {
  if (!findings || findings.services.length === 0) return [];
  const { at, services } = findings;
  const minutes = Math.floor((now - at) / 60_000);
  const age = minutes >= 1 ? ` ${duration(minutes * 60_000)} ago` : '';
  const named = (verdict: Finding['verdict']) =>
    services.filter((s) => s.verdict === verdict).map(({ service }) => cut(oneLine(service), 63));
  const [bad, unclear] = [named('unhealthy'), named('unknown')];
  const asked = `of ${plural(services.length, 'service')}`;
  if (bad.length > 0) return [`Checks${age}: ${bad.length} ${asked} unhealthy (${some(bad, 4)})`];
  if (unclear.length > 0)
    return [`Checks${age}: ${unclear.length} ${asked} could not be asked (${some(unclear, 4)})`];
  return [`Checks${age}: ${services.length === 1 ? '1 service' : `all ${services.length} services`} healthy`];
}

/** The symptoms that the matrix knows. */
function signs(i: Incident, { matrix }: Pick<IncidentRules, 'matrix'>): string[] {
  const seen = recommend(i, matrix).rows.map(({ row }) => oneLine(row.symptom));
  return seen.length > 0 ? [`Signs: ${some(seen, 3)}`] : [];
}

/** Where nothing else is known. */
function standing({ acknowledged, updates, status }: Incident): string {
  if (status === 'monitoring') return 'Watching whether it stays good';
  if (lastSent(updates)) return 'Nothing new since the last update';
  return `${acknowledged ? 'Acknowledged; the' : 'The'} cause is not known yet`;
}

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
