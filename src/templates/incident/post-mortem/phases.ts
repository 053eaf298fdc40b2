/** When an incident reached which phase, in figures and to scale. */
import type { Act } from '../../../records/act.ts';
import type { Finding, Incident } from '../../../records/incident.ts';
import { punctuality, timesOf } from '../../../records/incident-times.ts';
import { duration, plural } from '../../text.ts';
import { looks } from '../evidence.ts';
import { block, inline, table, utc } from './markdown.ts';

interface Phase {
  name: string;
  at: number | null;
  /** What the bar up to it is called. */
  until: string;
}

const phasesOf = (i: Incident): Phase[] => [
  { name: 'Detected', at: i.detectedAt, until: '' },
  { name: 'Declared', at: i.declaredAt, until: 'to declared' },
  { name: 'Acknowledged', at: i.acknowledged?.at ?? null, until: 'to acknowledged' },
  { name: 'Mitigated', at: i.mitigatedAt, until: 'to mitigated' },
  i.status === 'merged'
    ? { name: 'Merged', at: i.resolvedAt, until: 'to merged' }
    : { name: 'Resolved', at: i.resolvedAt, until: 'to resolved' },
];

/** Phases that were reached, in the order of time: an acknowledgement may come after the mitigation. */
function reached(i: Incident): (Phase & { at: number })[] {
  return phasesOf(i)
    .flatMap((phase) => (phase.at === null ? [] : [{ ...phase, at: phase.at }]))
    .sort((a, b) => a.at - b.at);
}

export function phaseTable(i: Incident): string {
  const known = reached(i);
  const rows = known.map(({ name, at }, index) => [
    name,
    utc(at),
    index === 0 ? '–' : duration(at - i.detectedAt),
    index === 0 ? '–' : duration(at - (known[index - 1]?.at ?? at)),
  ]);
  const missing = phasesOf(i).filter(({ at }) => at === null);
  return table(
    ['Phase', 'Time (UTC)', 'Since detected', 'Since the one before'],
    [...rows, ...missing.map(({ name }) => [name, 'not yet', '–', '–'])],
  );
}

export function phaseFigures(i: Incident): string {
  const { toAcknowledge, toMitigate, toResolve } = timesOf(i);
  const figure = (ms: number | null) => (ms === null ? 'not yet' : duration(ms));
  const reopened = i.timeline.filter(({ kind }) => kind === 'reopened');
  const shown = reopened.slice(0, 10).map(({ at, text }) => `${utc(at)} (${inline(text, 200)})`);
  return [
    `- **Time to acknowledge**, from the declaration: ${figure(toAcknowledge)}`,
    `- **Time to mitigate**, from the first sign: ${figure(toMitigate)}`,
    `- **Time to resolve**, from the first sign: ${figure(toResolve)}`,
    `- **Reopened:** ${reopened.length === 0 ? 'never' : `${plural(reopened.length, 'time')}: ${shown.join('; ')}`}`,
  ].join('\n');
}

const width = 60;
const label = 18;

/** Bars to scale, then what was found and done on the same scale. One column stands for the same time everywhere. */
export function chart(i: Incident, acts: readonly Act[], now: number): string {
  const known = reached(i);
  const from = Math.min(...known.map(({ at }) => at));
  const to = Math.max(from + 1, i.resolvedAt ?? now, ...known.map(({ at }) => at));
  if (!Number.isFinite(to - from)) return block(['No chart: a time is not known.']);
  const column = (at: number) =>
    Math.min(width - 1, Math.max(0, Math.floor(((at - from) / (to - from)) * width)));
  const bars = known.slice(1).map(({ until, at }, index) => {
    const since = known[index]?.at ?? from;
    const [start, end] = [
      column(since),
      Math.max(column(since) + 1, Math.round(((at - from) / (to - from)) * width)),
    ];
    return `${until.padEnd(label)}${' '.repeat(start)}${'█'.repeat(Math.min(end, width) - start)} ${duration(at - since)}`;
  });
  const row = (name: string, marks: readonly Mark[]) => {
    const cells = Array.from({ length: width }, () => '·');
    for (const { at, sign } of marks) {
      if (!Number.isFinite(at)) continue;
      const place = column(at);
      if (weight(sign) > weight(cells[place] ?? '·')) cells[place] = sign;
    }
    return `${name.padEnd(label)}${cells.join('')}`;
  };
  const found = looks(i, acts);
  return block([
    `${''.padEnd(label)}${utc(from)} to ${utc(to)}, one column is ${duration((to - from) / width)}`,
    ...bars,
    '',
    row(
      'health',
      found.map(({ at, services }) => ({ at, sign: signOf(services) })),
    ),
    row(
      'mitigations',
      i.mitigations.map(({ at, state }) => ({ at, sign: state === 'failed' ? 'f' : 'm' })),
    ),
    row(
      'updates',
      i.updates.map((update) => ({ at: update.at, sign: updateSigns[punctuality(update)] })),
    ),
    ...(i.timeline.some(({ kind }) => kind === 'reopened') ? [row('ends', endMarks(i))] : []),
    '',
    'health: o all healthy, X something unhealthy, ? could not tell · mitigations: m asked for, f failed',
    'updates: u on time, L late, s skipped · ends: R resolved, B back again',
  ]);
}

interface Mark {
  at: number;
  sign: string;
}

/** The phases tell of the last end only. */
const endMarks = ({ timeline }: Incident): Mark[] =>
  timeline.flatMap(({ at, kind }) =>
    kind === 'resolved' || kind === 'reopened' ? [{ at, sign: kind === 'resolved' ? 'R' : 'B' }] : [],
  );

const updateSigns = { 'on-time': 'u', late: 'L', skipped: 's' } as const;
/** Where two fall into one column the worse one shows. */
const weight = (sign: string): number => '·osu?mfLXRB'.indexOf(sign);

function signOf(services: readonly Finding[]): string {
  if (services.some(({ verdict }) => verdict === 'unhealthy')) return 'X';
  return services.length === 0 || services.some(({ verdict }) => verdict === 'unknown') ? '?' : 'o';
}

/** Each look in words: when, and what was not healthy. */
export function findingLines(i: Incident, acts: readonly Act[]): string[] {
  return looks(i, acts).map(({ at, services }) => {
    const count = (verdict: Finding['verdict']) => services.filter((s) => s.verdict === verdict).length;
    const unwell = services.filter(({ verdict }) => verdict === 'unhealthy').slice(0, 5);
    const named = unwell.map(
      ({ service, problems }) =>
        `${inline(service, 63)}${problems[0] ? ` (${inline(problems[0], 200)})` : ''}`,
    );
    const figures = `${count('healthy')} healthy, ${count('unhealthy')} unhealthy, ${count('unknown')} unknown`;
    return `- ${utc(at)}: ${figures}${named.length > 0 ? `: ${named.join(', ')}` : ''}`;
  });
}
