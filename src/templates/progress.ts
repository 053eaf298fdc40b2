/** Reads out of a deployment's record how far every step of the runbook has come. */
import {
  type Deployment,
  type GateAnswer,
  isUnchanged,
  type Release,
  releasesInStage,
  stagesOf,
} from '../records/deployment.ts';
import type { Rollout } from '../records/rollout.ts';
import { changeTitle, manyServices } from './changes.ts';
import type { Task } from './tasks.ts';
import { duration, plural, some } from './text.ts';

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

/** The furthest step on the way forward: where it is, or where it failed. */
export function reached(d: Deployment): ForwardStep {
  if (isForward(d.step)) return d.step;
  if (d.ending === 'succeeded') return 'complete';
  if (d.hold && isForward(d.hold.from)) return d.hold.from;
  if (d.watch) return 'watch';
  if (d.startedAt === null) return d.approval ? 'approval' : 'preflight';
  if (d.releases.every((r) => r.forward.phase === 'planned')) return 'backup';
  return d.releases.every((r) => r.forward.phase === 'done') ? 'verify' : 'rollout';
}

/** True while the way leads forward, so that what has not begun yet is still to come. */
const goesForward = (d: Deployment): boolean =>
  isForward(d.step) || (d.step === 'hold' && isForward(d.hold?.from ?? ''));

export function tasksOf(d: Deployment, detail: Detail = 'full'): Task[] {
  return [
    ...preparation(d, detail),
    ...rolloutTasks(d, detail),
    ...observation(d, detail),
    ...wayBack(d, detail),
  ].map((task) => (detail === 'full' ? task : { ...task, lines: task.lines.slice(0, 1), evidence: [] }));
}

function preparation(d: Deployment, detail: Detail): Task[] {
  return present([
    step(
      d,
      'preflight',
      'Check what may stand in the way',
      d.step === 'ended' || detail !== 'full' ? [] : gateLines(d),
    ),
    d.approval && step(d, 'approval', approvalTitle(d), []),
    step(d, 'backup', 'Note what runs now', [], 'claim'),
  ]);
}

function observation(d: Deployment, detail: Detail): Task[] {
  return present([
    step(d, 'verify', 'Verify health', detail === 'full' ? verifyLines(d) : []),
    step(d, 'watch', 'Watch', detail === 'full' ? watchLines(d) : watchLines(d).slice(0, 1)),
  ]);
}

const present = (tasks: readonly (Task | null)[]): Task[] => tasks.filter((t) => t !== null);

/** `since` is the step that begins what this task shows, where two steps are one task. */
function step(
  d: Deployment,
  name: ForwardStep,
  title: string,
  lines: readonly string[],
  since = name,
): Task | null {
  const at = position(reached(d));
  if (at > position(name)) return { id: name, title, status: 'complete', lines };
  if (at < position(since)) return goesForward(d) ? { id: name, title, status: 'pending', lines: [] } : null;
  return { id: name, title, status: statusHere(d), lines };
}

function statusHere(d: Deployment): Task['status'] {
  return isForward(d.step) ? 'in_progress' : 'error';
}

const answerWords: Record<GateAnswer['answer'], string> = {
  yes: 'yes',
  no: 'no',
  unknown: 'could not tell',
  skipped: 'skipped',
};

const gateLines = (d: Deployment): string[] =>
  d.gates.slice(0, 10).map((g) => `${g.title}: ${answerWords[g.answer]}${g.because ? `, ${g.because}` : ''}`);

function approvalTitle(d: Deployment): string {
  const by = d.approval?.approvedBy ?? [];
  if (by.length === 0) return 'Approval';
  return `Approved by ${some(
    by.map((p) => `@${p.name}`),
    5,
  )}`;
}

function verifyLines(d: Deployment): string[] {
  const verified = d.story.filter((entry) => entry.event === 'stage-verified').length;
  const stages = stagesOf(d).length;
  return [
    ...(stages > 1 && verified > 0
      ? [`${Math.min(verified, stages)} of ${plural(stages, 'stage')} verified`]
      : []),
    ...(d.step === 'verify' && d.verifyFailures > 0
      ? [`${plural(d.verifyFailures, 'look')} in a row failed`]
      : []),
  ];
}

/** "38 of 40 checks good", and the services that had failures. */
export function watchLines(d: Deployment): string[] {
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

export function watchCount(watch: NonNullable<Deployment['watch']>): string {
  const counts = Object.values(watch.services);
  const sum = (of: 'succeeded' | 'failed' | 'unknown') => counts.reduce((n, w) => n + w[of], 0);
  const [good, unknown] = [sum('succeeded'), sum('unknown')];
  const all = good + sum('failed') + unknown;
  if (all === 0) return 'no look yet';
  return `${plural(watch.looks, 'look')}, ${good} of ${plural(all, 'check')} good${unknown > 0 ? `, ${unknown} could not tell` : ''}`;
}

function rolloutTasks(d: Deployment, detail: Detail): Task[] {
  const stages = stagesOf(d);
  const counted = detail === 'counts' || d.releases.length > manyServices;
  const tasks = stages.flatMap((_, index): Task[] => {
    const prefix = stages.length > 1 ? `Stage ${index + 1}: ` : '';
    const releases = releasesInStage(d, index);
    if (counted) return [stageTask(d, releases, prefix || 'Roll out ', `stage-${index}`, 'forward')];
    return releases
      .filter((r) => goesForward(d) || r.forward.phase !== 'planned')
      .map((r) => ({ ...serviceTask(d, r, 'forward'), title: `${prefix}${changeTitle(r)}` }));
  });
  return squeezed(tasks);
}

/** A deployment may have as many stages as services; what is over or still far away becomes one task. */
function squeezed(tasks: readonly Task[]): Task[] {
  if (tasks.length <= 20) return [...tasks];
  const moving = tasks.findIndex((t) => t.status !== 'complete');
  const start = Math.max(0, Math.min(moving === -1 ? tasks.length : moving, tasks.length - 10));
  const [before, after] = [tasks.slice(0, start), tasks.slice(start + 10)];
  return [
    ...(before.length > 0
      ? [
          {
            id: 'stages-before',
            title: `${plural(before.length, 'stage')} done`,
            status: 'complete' as const,
            lines: [],
          },
        ]
      : []),
    ...tasks.slice(start, start + 10),
    ...(after.length > 0
      ? [
          {
            id: 'stages-after',
            title: `${plural(after.length, 'more stage')}`,
            status: worst(after),
            lines: [],
          },
        ]
      : []),
  ];
}

const worst = (tasks: readonly Task[]): Task['status'] =>
  (['error', 'in_progress', 'pending'] as const).find((s) => tasks.some((t) => t.status === s)) ?? 'complete';

type Direction = 'forward' | 'back';

function serviceTask(d: Deployment, r: Release, direction: Direction): Task {
  const rollout = r[direction];
  const status = rollout ? statusOf(d, rollout, direction) : 'pending';
  return {
    id: `${direction}-${r.service}`,
    title: direction === 'back' ? `${r.service} back to ${r.from?.version ?? 'nothing'}` : changeTitle(r),
    status,
    lines: rollout ? rolloutLines(r, rollout, status) : [],
    evidence: rollout?.phase === 'failed' ? rollout.evidence.slice(0, 2) : [],
  };
}

function statusOf(d: Deployment, rollout: Rollout, direction: Direction): Task['status'] {
  if (rollout.phase === 'done') return 'complete';
  if (rollout.phase === 'failed') return 'error';
  const stopped = direction === 'forward' ? !goesForward(d) : d.step === 'ended';
  if (rollout.phase === 'planned') return stopped ? 'error' : 'pending';
  return stopped ? 'error' : 'in_progress';
}

function rolloutLines(r: Release, rollout: Rollout, status: Task['status']): string[] {
  if (isUnchanged(r) && rollout === r.forward) return [`already runs ${r.to.version}`];
  if (rollout.problem) return [rollout.problem];
  if (status === 'error') return ['stopped under way'];
  if (rollout.phase === 'done') {
    return rollout.startedAt !== null && rollout.finishedAt !== null
      ? [`stable after ${duration(rollout.finishedAt - rollout.startedAt)}`]
      : [];
  }
  return status === 'in_progress' && rollout.running !== null && rollout.desired !== null
    ? [`${rollout.running} of ${rollout.desired} tasks run`]
    : [];
}

/** One task for a stage of many services: how many are where, then what failed and what still moves, by name. */
function stageTask(
  d: Deployment,
  releases: readonly Release[],
  prefix: string,
  id: string,
  direction: Direction,
): Task {
  const tasks = releases.map((r) => ({ name: r.service, ...serviceTask(d, r, direction) }));
  const named = (status: Task['status']) => tasks.filter((t) => t.status === status);
  const [failed, moving] = [named('error'), named('in_progress')];
  const word = direction === 'back' ? 'restored' : 'stable';
  return {
    id,
    title: `${prefix}${named('complete').length} of ${plural(tasks.length, 'service')} ${word}`,
    status:
      failed.length === 0 &&
      moving.length === 0 &&
      named('complete').length > 0 &&
      goesForward(d) &&
      named('pending').length > 0
        ? 'in_progress'
        : worst(tasks),
    lines: [
      ...failed.slice(0, 3).map((t) => `${t.name}: ${t.lines[0] ?? 'failed'}`),
      ...(failed.length > 3
        ? [
            `also failed: ${some(
              failed.slice(3).map((t) => t.name),
              5,
            )}`,
          ]
        : []),
      ...(moving.length > 0
        ? [
            `moving: ${some(
              moving.map((t) => t.name),
              5,
            )}`,
          ]
        : []),
      ...(named('pending').length > 0 ? [`waiting: ${plural(named('pending').length, 'service')}`] : []),
    ],
    evidence: failed[0]?.evidence?.slice(0, 1) ?? [],
  };
}

function wayBack(d: Deployment, detail: Detail): Task[] {
  const releases = d.releases.filter((r) => r.back !== null);
  if (releases.length === 0) return [];
  const counted = detail === 'counts' || releases.length > manyServices;
  return [
    ...(counted
      ? [stageTask(d, releases, 'Roll back: ', 'back', 'back')]
      : releases.toReversed().map((r) => serviceTask(d, r, 'back'))),
    ...(d.step === 'ended' && d.ending !== 'rolled-back' ? [] : [backVerification(d)]),
  ];
}

function backVerification(d: Deployment): Task {
  const [id, title] = ['verify-rollback', 'Verify what was put back'];
  if (d.ending === 'rolled-back') return { id, title, status: 'complete', lines: [] };
  if (d.step === 'verify-rollback') return { id, title, status: 'in_progress', lines: verifyLines(d) };
  const held = d.step === 'hold' && d.hold?.from === 'verify-rollback';
  return { id, title, status: held ? 'error' : 'pending', lines: [] };
}
