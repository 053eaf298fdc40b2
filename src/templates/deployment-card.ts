/** The parent message of a deployment: a drawing of its record, edited in place until it has ended. */
import type { KnownBlock } from '@slack/types';
import type { Deployment, Problem } from '../records/deployment.ts';
import { context, fitting, header, section, sections } from './blocks.ts';
import { cardButtons } from './card-buttons.ts';
import { changeLines, manyServices, versionsOf } from './changes.ts';
import { gateLine } from './gates.ts';
import type { Message } from './message.ts';
import { type Detail, tasksOf } from './progress.ts';
import { standing } from './standing.ts';
import { plainTasks, planBlock } from './tasks.ts';
import { clockTime, code, cut, duration, escaped, handle, literal, mention, plural, when } from './text.ts';

/** What the card shows besides the record. */
export interface CardView {
  /** Milliseconds since 1970. */
  now: number;
  /** Who may approve, as mrkdwn mentions. */
  approvers: readonly string[];
  /** What people look at by hand after a deployment. */
  checklist: readonly string[];
  /** Where a person sees each service in its target's console, by service name. */
  pages?: ReadonlyMap<string, string>;
}

export function deploymentCard(d: Deployment, view: CardView): Message {
  return fitting((['full', 'brief', 'counts'] as const).map((detail) => () => drawing(d, view, detail)));
}

function drawing(d: Deployment, view: CardView, detail: Detail): Message {
  const title = `${d.kind === 'deploy' ? 'Deploy to' : 'Roll back'} ${literal(d.environment, 63)} · ${literal(d.id, 40)}`;
  const { emoji, head, tail } = standing(d, view.approvers);
  const top = [
    header(title),
    section(`${emoji} *${head}*${tail}${minutesWords(d, view.now)}`),
    context(asked(d)),
    ...warnings(d),
    ...problemBlocks(d),
    ...gateBlocks(d),
  ];
  const bottom = [...notes(d, view), ...cardButtons(d)];
  const tasks = tasksOf(d, detail);
  const text = cut(`${escaped(title)}: ${head}${tail}`, 1000);
  if (showsOnlyChanges(d)) return { text, blocks: [...top, ...sections(changeLines(d)), ...bottom] };
  return {
    text,
    blocks: [...top, planBlock(planTitle(d), tasks), ...bottom],
    plain: [...top, ...plainTasks(tasks), ...bottom],
  };
}

/** How long the step has been at work, in whole minutes: so that a redraw is seldom a change. */
function minutesWords({ step, stepSince }: Deployment, now: number): string {
  const minutes = Math.floor((now - stepSince) / 60_000);
  return working.has(step) && minutes >= 1 ? ` (for ${duration(minutes * 60_000)})` : '';
}

/** The steps whose end is not known beforehand. */
const working: ReadonlySet<string> = new Set(['claim', 'rollout', 'verify', 'rollback', 'verify-rollback']);

/** What ended before anything was changed needs no steps, only what was meant; before preflight there is nothing yet. */
const showsOnlyChanges = (d: Deployment): boolean =>
  d.releases.length === 0 ||
  ['planned', 'refused', 'rejected', 'cancelled', 'expired'].includes(d.ending ?? '');

const planTitle = ({ releases }: Deployment): string =>
  `${plural(releases.length, 'service')} to ${versionsOf(releases, literal)}`;

function asked(d: Deployment): string {
  const reason = d.reason ? `\nReason: ${escaped(d.reason, 500)}` : '';
  return `Asked for by ${mention(d.requestedBy)} · ${when(d.requestedAt)}${reason}`;
}

function warnings(d: Deployment): KnownBlock[] {
  return [
    ...(d.skipStaging ? [section('⚠️ *Staging is skipped*: this version was not verified there first.')] : []),
    ...(d.unknowns.count > 0 && d.step !== 'ended' ? [context(unknownLine(d))] : []),
  ];
}

function unknownLine({ unknowns: { count, last } }: Deployment): string {
  const often = count > 1 ? ` ${count} times in a row` : '';
  return `Could not tell${often}, looking again${last ? `: ${escaped(last, 300)}` : ''}`;
}

function problemBlocks(d: Deployment): KnownBlock[] {
  if (d.refusal) {
    return [section(`${escaped(d.refusal.message, 600)}\n${escaped(d.refusal.hint, 400)}`)];
  }
  // Who cancelled it, and why, stands in the first line already.
  if (d.ending === 'cancelled') return [];
  const problem = d.hold && d.step === 'hold' ? d.hold.why : d.problem;
  return [...(problem ? [section(problemText(problem))] : []), ...holdBlocks(d)];
}

function problemText({ service, summary, evidence }: Problem): string {
  const first = evidence[0] ? `\n${code(evidence[0], 300)}` : '';
  const where = service && !summary.includes(service) ? `${code(service, 63)}: ` : '';
  return `*Why:* ${where}${escaped(summary, 600)}${first}`;
}

function holdBlocks(d: Deployment): KnownBlock[] {
  return d.hold && d.step === 'hold'
    ? [context(`Without an answer by ${clockTime(d.hold.deadline)} everything is left as it is.`)]
    : [];
}

/** Before the approval, and where a gate stood in the way; later they are a part of the tasks. */
function gateBlocks(d: Deployment): KnownBlock[] {
  const open =
    d.step === 'preflight' || d.step === 'approval' || d.ending === 'refused' || d.ending === 'planned';
  return open && d.gates.length > 0 ? sections(d.gates.slice(0, 15).map(gateLine)) : [];
}

function notes(d: Deployment, { checklist, pages }: CardView): KnownBlock[] {
  const durations = spent(d);
  return [
    ...(checklist.length > 0 && (d.step === 'watch' || d.ending === 'succeeded')
      ? [
          section(
            [
              '*Please look at by hand:*',
              ...checklist.slice(0, 20).map((item) => `☐ ${escaped(item, 100)}`),
            ].join('\n'),
          ),
        ]
      : []),
    ...(d.step === 'ended' && durations.length > 0 ? [context(durations.join(' · '))] : []),
    ...(d.step === 'ended' && pages ? pageLinks(d, pages) : []),
  ];
}

/** Only where something was changed, and only as many as are worth a look. */
function pageLinks({ startedAt, releases }: Deployment, pages: ReadonlyMap<string, string>): KnownBlock[] {
  if (startedAt === null || releases.length > manyServices) return [];
  const links = releases.flatMap(({ service }) => {
    const page = pages.get(service);
    return page ? [`<${page}|${literal(service, 63)}>`] : [];
  });
  return links.length > 0 ? [context(`In the console: ${links.join(' · ')}`)] : [];
}

/** How long the parts took, as far as the record tells. */
function spent(d: Deployment): string[] {
  const span = (label: string, from: number | null | undefined, to: number | null | undefined): string[] =>
    from != null && to != null && to > from ? [`${label} ${duration(to - from)}`] : [];
  const back = d.story.find((e) => e.event === 'rollback-started')?.at;
  return [
    ...span('approval', d.approval?.askedAt, d.approval?.approvedAt),
    ...span('rollout', d.startedAt, d.watch?.startedAt ?? back ?? d.endedAt),
    ...span('watch', d.watch?.startedAt, back ?? d.endedAt),
    ...span('rollback', back, d.endedAt),
    ...span('in all', d.requestedAt, d.endedAt),
    ...(d.approval?.approvedBy.length
      ? [`approved by ${d.approval.approvedBy.slice(0, 5).map(handle).join(', ')}`]
      : []),
  ];
}
