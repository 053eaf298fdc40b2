/** Runbook 001's communication templates, filled in: for the status page and customers, and for Slack. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { Incident, Update } from '../../records/incident.ts';
import { cut, escaped, oneLine } from '../text.ts';
import { draftOf } from './draft.ts';
import { marked, statusWords, subject } from './words.ts';

export { draftOf } from './draft.ts';

export type TemplateName = keyof IncidentRules['messages'];
/** Of an update that was sent, or will be. */
export type UpdateText = Pick<Update, 'status' | 'action' | 'eta'>;

/** Values that people wrote are cut at this length, so that the text as a whole can be posted anywhere. */
const longest = 1000;

/**
 * The template as plain text, with no markup and nothing escaped. Without an update its action is drafted. Of a
 * template in the catalog whatever is no placeholder stays as it is.
 */
export function filled(
  template: TemplateName,
  i: Incident,
  rules: Pick<IncidentRules, 'messages' | 'matrix'>,
  now: number,
  update?: UpdateText,
): string {
  const values = valuesOf(i, update ?? (template === 'update' ? draftOf(i, rules, now) : i), now);
  const text = rules.messages[template].replace(/\{([a-z_]+)\}/g, (whole, name) => values.get(name) ?? whole);
  return marked(i, text);
}

/** The same for mrkdwn: escaped line by line, each at most `width` characters. */
export function filledMarkup(width: number, ...what: Parameters<typeof filled>): string {
  return markup(filled(...what), width);
}

/** Plain text of several lines as mrkdwn. */
export const markup = (text: string, width: number): string =>
  text
    .split('\n')
    .slice(0, 40)
    .map((line) => escaped(line, width))
    .join('\n');

/** The same with its first line in bold, as the head of a message. */
export function headed(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  return [first.trim() === '' ? '' : `*${first.replaceAll('*', '∗')}*`, ...rest].join('\n');
}

function valuesOf(
  i: Incident,
  { status, action, eta }: { status: Incident['status']; action: string | null; eta: string | null },
  now: number,
): ReadonlyMap<string, string> {
  const said = (text: string | null, otherwise: string) => cut(oneLine(text ?? ''), longest) || otherwise;
  return new Map([
    ['service', subject(i, (name) => cut(oneLine(name), 63) || '–')],
    ['impact', said(i.impact, 'Not known yet')],
    ['status', statusWords[status]],
    ['action', said(action, 'Not known yet')],
    ['eta', said(eta, 'Unknown')],
    ['duration', minutes((i.resolvedAt ?? now) - i.detectedAt)],
    ['resolution', said(i.resolution, 'Not written down yet')],
    ['follow_up', said(i.followUps.map(({ text }) => cut(oneLine(text), 200)).join('; '), 'None')],
    ['environment', said(i.environment, '–')],
    ['severity', i.severity],
    ['id', i.id],
  ]);
}

/** Runbook 001: "Duration: [X minutes]". */
function minutes(ms: number): string {
  const n = Number.isFinite(ms) ? Math.max(1, Math.round(ms / 60_000)) : 1;
  return `${n} minute${n === 1 ? '' : 's'}`;
}
