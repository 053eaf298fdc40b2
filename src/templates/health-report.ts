/** What `/health` answers. */
import type { KnownBlock, RichTextBlock, RichTextText, TableBlock } from '@slack/types';
import {
  type HealthReport,
  type ProbeResult,
  type ServiceHealth,
  type Verdict,
  verdictOf,
} from '../records/health.ts';
import { context, fitting, header, plainMessage, section, sections } from './blocks.ts';
import type { Message } from './message.ts';
import { cut, duration, escaped, literal, plural, when } from './text.ts';

/** At once, while the services are being asked. */
export function healthWorking(environment: string, count: number): Message {
  return plainMessage(`🔎 Asking ${plural(count, 'service')} in ${escaped(environment, 63)}…`);
}

const marks: Record<Verdict, string> = { healthy: '✅', unknown: '❔', unhealthy: '❌' };
const order: readonly Verdict[] = ['unhealthy', 'unknown', 'healthy'];

interface Row {
  service: string;
  verdict: Verdict;
  /** "v1.2.3, 2 of 3 tasks up". */
  runs: string;
  /** What was found, worst first; not yet escaped. */
  findings: string[];
}

export function healthReport(report: HealthReport): Message {
  const rows = report.services.map(rowOf).sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return fitting([60, 30, 12, 5].map((most) => () => drawing(report, rows, most)));
}

function drawing(report: HealthReport, rows: readonly Row[], most: number): Message {
  const shown = rows.slice(0, most);
  const head = header(`Health of ${literal(report.environment, 63)}`);
  const summary = section(summaryLine(rows));
  const foot = context(footLine(report, rows.slice(most)));
  const drawn = (middle: KnownBlock[]): KnownBlock[] => [head, summary, ...middle, foot];
  return {
    text: cut(`Health of ${escaped(report.environment, 63)}: ${summaryLine(rows)}`, 1000),
    blocks: drawn(shown.length > 0 ? [table(shown)] : []),
    plain: drawn(sections(shown.flatMap(plainLines))),
  };
}

function rowOf(health: ServiceHealth): Row {
  const { service, running, probes } = health;
  return {
    service,
    verdict: verdictOf(health),
    runs: running
      ? `${running.version ?? 'unknown version'}, ${running.running} of ${plural(running.desired, 'task')} up`
      : 'not known what runs',
    findings: [
      ...probes.filter((p) => p.verdict === 'failed').map(finding),
      ...(running ? runningFindings(running) : [health.unknown ?? 'the target does not know it']),
      ...probes.filter((p) => p.verdict === 'unknown').map(finding),
      ...goodLine(probes),
    ],
  };
}

function runningFindings({ concern, running, desired }: NonNullable<ServiceHealth['running']>): string[] {
  if (desired === 0) return ['scaled to zero'];
  if (concern) return [concern];
  return running < desired ? [`${desired - running} of ${plural(desired, 'task')} missing`] : [];
}

/** "ready: 503, expected 200 (https://…)". */
const finding = ({ name, url, verdict, because }: ProbeResult): string =>
  `${name}: ${because ?? (verdict === 'failed' ? 'failed' : 'could not tell')} (${url})`;

function goodLine(probes: readonly ProbeResult[]): string[] {
  const good = probes.filter((p) => p.verdict === 'ok');
  if (good.length === 0) return [];
  const slowest = Math.max(...good.map((p) => p.took ?? 0));
  const words =
    good.length === probes.length
      ? `${plural(good.length, 'probe')} good`
      : `${good.length} of ${plural(probes.length, 'probe')} good`;
  return [slowest > 0 ? `${words}, slowest ${duration(slowest)}` : words];
}

function summaryLine(rows: readonly Row[]): string {
  const count = (verdict: Verdict) => rows.filter((r) => r.verdict === verdict).length;
  const [bad, unknown, good] = [count('unhealthy'), count('unknown'), count('healthy')];
  if (rows.length === 0) return '❔ There is no service to ask.';
  if (bad === 0 && unknown === 0) return `✅ *All ${plural(good, 'service')} healthy*`;
  const words = [
    ...(bad > 0 ? [`${bad} unhealthy`] : []),
    ...(unknown > 0 ? [`${unknown} could not tell`] : []),
    ...(good > 0 ? [`${good} healthy`] : []),
  ];
  return `${marks[bad > 0 ? 'unhealthy' : 'unknown']} *${words.join(', ')}*`;
}

function footLine(report: HealthReport, hidden: readonly Row[]): string {
  const more =
    hidden.length > 0
      ? `${plural(hidden.length, 'more service')} not shown (${hiddenVerdicts(hidden)}) · `
      : '';
  const how = report.full ? 'all probes' : '`--full` asks more';
  return `${more}${when(report.at)} · took ${duration(report.took)} · ${how}`;
}

const hiddenVerdicts = (rows: readonly Row[]): string =>
  order
    .map((verdict) => ({ verdict, n: rows.filter((r) => r.verdict === verdict).length }))
    .filter(({ n }) => n > 0)
    .map(({ verdict, n }) => `${n} ${verdict}`)
    .join(', ');

function table(rows: readonly Row[]): TableBlock {
  return {
    type: 'table',
    column_settings: [{ is_wrapped: true }, { is_wrapped: true }],
    rows: [
      [cell(bold('Service')), cell(bold('Found'))],
      ...rows.map(({ verdict, service, runs, findings }) => [
        cell(bold(`${marks[verdict]} ${literal(service, 63)}`), plain(`\n${literal(runs, 80)}`)),
        cell(
          plain(
            findings
              .slice(0, mostFindings)
              .map((f) => literal(f, 300))
              .join('\n'),
          ),
        ),
      ]),
    ],
  };
}

/** Of one service; the worst are first. */
const mostFindings = 4;

const cell = (...elements: RichTextText[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});
const plain = (text: string): RichTextText => ({ type: 'text', text: text || '–' });
const bold = (text: string): RichTextText => ({ ...plain(text), style: { bold: true } });

function plainLines({ verdict, service, runs, findings }: Row): string[] {
  return [
    `${marks[verdict]} *${escaped(service, 63)}* ${escaped(runs, 80)}`,
    ...findings.slice(0, mostFindings).map((f) => `↳ ${escaped(f, 300)}`),
  ];
}
