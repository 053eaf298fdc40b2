/** Reads out of a deployment's record how far every step of the runbook has come. */
import { type Deployment, type GateAnswer, stagesOf } from '../records/deployment.ts';
import { backTasks, forwardTasks } from './service-tasks.ts';
import type { Task } from './tasks.ts';
import { plural, some } from './text.ts';

/** How much is told: `full` a task a service, `brief` without details, `counts` a task a stage. */
export type Detail = 'full' | 'brief' | 'counts';

const forwardSteps = [
  'preflight',
  'approval',
  'claim',
  'backup',
  'rollout',
  'verify',
  'watch',
  'complete',
] as const;
type ForwardStep = (typeof forwardSteps)[number];
const isForward = (step: string): step is ForwardStep => forwardSteps.some((s) => s === step);
const position = (step: ForwardStep): number => forwardSteps.indexOf(step);

export function tasksOf(d: Deployment, detail: Detail = 'full'): Task[] {
  const counted = detail === 'counts';
  const tasks = [
    ...preparation(d),
    ...forwardTasks(d, goesForward(d), counted),
    ...observation(d),
    ...backTasks(d, counted),
    ...backVerification(d),
  ];
  return detail === 'full' ? tasks : tasks.map((t) => ({ ...t, lines: t.lines.slice(0, 1), evidence: [] }));
}

/** True while the way leads forward, so that what has not begun yet is still to come. */
const goesForward = (d: Deployment): boolean =>
  isForward(d.step) || (d.step === 'hold' && isForward(d.hold?.from ?? ''));

/** The furthest step on the way forward: where it is, or where it failed. */
function reached(d: Deployment): ForwardStep {
  if (isForward(d.step)) return d.step;
  if (d.ending === 'succeeded') return 'complete';
  if (d.step === 'hold' && d.hold && isForward(d.hold.from)) return d.hold.from;
  if (d.watch) return 'watch';
  if (d.startedAt === null) return d.approval && !d.approval.approvedAt ? 'approval' : 'claim';
  if (d.releases.every((r) => r.forward.phase === 'planned')) return 'backup';
  return d.releases.every((r) => r.forward.phase === 'done') ? 'verify' : 'rollout';
}

function preparation(d: Deployment): Task[] {
  return [
    ...task(d, 'preflight', 'Check what may stand in the way', gateLines(d)),
    ...(d.approval ? task(d, 'approval', approvalTitle(d)) : []),
    ...task(d, 'claim', `Take the lock of ${d.environment}`).filter(isNews),
    ...task(d, 'backup', 'Note what runs now').filter(isNews),
  ];
}

/** These two take a moment: they are shown only while they are at work, or where they failed. */
const isNews = ({ status }: Task): boolean => status === 'in_progress' || status === 'error';

function observation(d: Deployment): Task[] {
  return [...task(d, 'verify', 'Verify health', verifyLines(d)), ...task(d, 'watch', 'Watch', watchLines(d))];
}

/** What was not reached is still to come, or will not come any more. */
function task(d: Deployment, step: ForwardStep, title: string, lines: readonly string[] = []): Task[] {
  const ahead = position(step) - position(reached(d));
  if (ahead > 0) return goesForward(d) ? [{ id: step, title, status: 'pending', lines }] : [];
  const here = isForward(d.step) ? 'in_progress' : 'error';
  return [{ id: step, title, status: ahead === 0 ? here : 'complete', lines }];
}

/** Only while the card shows the answers nowhere else. */
function gateLines({ step, gates }: Deployment): string[] {
  if (step === 'preflight' || step === 'approval' || step === 'ended') return [];
  const good = gates.filter((g) => g.answer === 'yes').map((g) => g.title);
  const others = gates.filter((g) => g.answer !== 'yes');
  return [
    ...(good.length > 0 ? [good.slice(0, 8).join(' · ')] : []),
    ...others
      .slice(0, 5)
      .map((g) => `${g.title}: ${answerWords[g.answer]}${g.because ? `, ${g.because}` : ''}`),
  ];
}

const answerWords: Record<GateAnswer['answer'], string> = {
  yes: 'yes',
  no: 'no',
  unknown: 'could not tell',
  skipped: 'skipped',
};

function approvalTitle(d: Deployment): string {
  const names = (d.approval?.approvedBy ?? []).map((person) => `@${person.name}`);
  return names.length > 0 ? `Approved by ${some(names, 5)}` : 'Approval';
}

function verifyLines(d: Deployment): string[] {
  const stages = stagesOf(d).length;
  const verified = Math.min(d.story.filter((entry) => entry.event === 'stage-verified').length, stages);
  return [
    ...(verified > 0 && verified < stages ? [`${verified} of ${plural(stages, 'stage')} verified`] : []),
    ...(d.step === 'verify' && d.verifyFailures > 0 ? [failedLooks(d)] : []),
  ];
}

export const failedLooks = (d: Deployment): string => `${plural(d.verifyFailures, 'look')} in a row failed`;

/** The counts, and the services that had failures. */
function watchLines(d: Deployment): string[] {
  if (!d.watch) return [];
  const failing = Object.entries(d.watch.services)
    .filter(([, w]) => w.failed > 0)
    .sort(([, a], [, b]) => b.inARow - a.inARow || b.failed - a.failed);
  return [
    watchCount(d.watch),
    ...failing
      .slice(0, 3)
      .map(
        ([service, w]) => `${service}: ${w.failed} failed${w.lastFailure ? `, last: ${w.lastFailure}` : ''}`,
      ),
    ...(failing.length > 3 ? [`${failing.length - 3} more with failures`] : []),
  ];
}

/** "4 looks, 46 of 48 checks good". */
export function watchCount({ looks, services }: NonNullable<Deployment['watch']>): string {
  const sum = (of: 'succeeded' | 'failed' | 'unknown') =>
    Object.values(services).reduce((n, counts) => n + counts[of], 0);
  const [good, unknown] = [sum('succeeded'), sum('unknown')];
  const all = good + sum('failed') + unknown;
  if (all === 0) return 'no look yet';
  const blind = unknown > 0 ? `, ${unknown} could not tell` : '';
  return `${plural(looks, 'look')}, ${good} of ${plural(all, 'check')} good${blind}`;
}

function backVerification(d: Deployment): Task[] {
  const task = { id: 'verify-rollback', title: 'Verify what was put back', lines: [] };
  if (d.step === 'rollback') return [{ ...task, status: 'pending' }];
  if (d.step === 'verify-rollback') {
    return [{ ...task, status: 'in_progress', lines: d.verifyFailures > 0 ? [failedLooks(d)] : [] }];
  }
  if (d.ending === 'rolled-back') return [{ ...task, status: 'complete' }];
  return d.step === 'hold' && d.hold?.from === 'verify-rollback' ? [{ ...task, status: 'error' }] : [];
}
