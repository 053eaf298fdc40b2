/** How the services were found: what runs, and what their probes say. */
import type { KnownBlock, RichTextBlock, RichTextText, TableBlock } from '@slack/types';
import type { Finding, Findings } from '../../records/incident.ts';
import { sections } from '../blocks.ts';
import { code, escaped, literal, plural, when } from '../text.ts';

const marks: Readonly<Record<Finding['verdict'], string>> = { healthy: '✅', unhealthy: '❌', unknown: '❔' };
const order: readonly Finding['verdict'][] = ['unhealthy', 'unknown', 'healthy'];
const worstFirst = (services: readonly Finding[]): Finding[] =>
  services.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));

/** "2 of 4 services unhealthy, 1 could not be asked"; mrkdwn without foreign text. */
export function findingsSummary({ services }: Findings): string {
  const count = (verdict: Finding['verdict']) => services.filter((s) => s.verdict === verdict).length;
  const [bad, unclear] = [count('unhealthy'), count('unknown')];
  if (services.length === 0) return '*No service was asked*';
  if (bad + unclear === 0) return `*All ${plural(services.length, 'service')} healthy*`;
  const parts = [
    ...(bad > 0 ? [`${bad} unhealthy`] : []),
    ...(unclear > 0 ? [`${unclear} could not be asked`] : []),
  ];
  return `*${parts.join(', ')}* of ${plural(services.length, 'service')}`;
}

/** A line or two for each service that is not healthy. */
export function findingLines({ services }: Findings, most: number, width: number): string[] {
  const notable = worstFirst(services).filter(({ verdict }) => verdict !== 'healthy');
  const rest = notable.length - most;
  return [...notable.slice(0, most).map((f) => line(f, width)), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}

function line({ verdict, service, running, version, problems }: Finding, width: number): string {
  const runs = running ?? (version === null ? null : `runs ${version}`);
  const words = [
    ...(runs ? [escaped(runs, width)] : []),
    ...problems.slice(0, 2).map((p) => escaped(p, width)),
  ];
  return `${marks[verdict]} ${code(service, 63)}${words.length > 0 ? ` ${words.join(' · ')}` : ''}`;
}

export const findingsFoot = ({ at }: Findings): string => `Looked at ${when(at)}`;

/** Everything that was found: as a table, and as lines for workspaces without tables. */
export function findingsTable(findings: Findings, most: number): { rich: KnownBlock[]; plain: KnownBlock[] } {
  const shown = worstFirst(findings.services).slice(0, most);
  const rest = findings.services.length - shown.length;
  const more = rest > 0 ? [`… and ${plural(rest, 'more service')}`] : [];
  if (shown.length === 0) return { rich: sections(more), plain: sections(more) };
  return {
    rich: [table(shown), ...sections(more)],
    plain: sections([...shown.flatMap(plainLines), ...more]),
  };
}

const table = (services: readonly Finding[]): TableBlock => ({
  type: 'table',
  column_settings: [{ is_wrapped: true }, { is_wrapped: true }],
  rows: [
    [cell(bold('Service')), cell(bold('Found'))],
    ...services.map((f) => [
      cell(
        bold(`${marks[f.verdict]} ${literal(f.service, 63)}`),
        text(`\n${literal(f.running ?? 'not known what runs', 120)}`),
      ),
      cell(
        text([probesWords(f), ...f.problems.slice(0, mostProblems).map((p) => literal(p, 200))].join('\n')),
      ),
    ]),
  ],
});

/** Of one service; worst first. */
const mostProblems = 3;

/** "3 of 4 probes good". */
function probesWords({ probes: { ok, failed, unknown } }: Finding): string {
  const all = ok + failed + unknown;
  if (all === 0) return 'no probes';
  const silent = unknown > 0 ? `, ${unknown} could not tell` : '';
  return `${ok} of ${plural(all, 'probe')} good${silent}`;
}

function plainLines(f: Finding): string[] {
  const { verdict, service, running, problems } = f;
  return [
    `${marks[verdict]} *${escaped(service, 63)}* ${escaped(running ?? 'not known what runs', 120)} · ${probesWords(f)}`,
    ...problems.slice(0, mostProblems).map((p) => `↳ ${escaped(p, 200)}`),
  ];
}

const cell = (...elements: RichTextText[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});
const text = (words: string): RichTextText => ({ type: 'text', text: words || '–' });
const bold = (words: string): RichTextText => ({ ...text(words), style: { bold: true } });
