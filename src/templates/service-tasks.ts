/** Reads out of a deployment's record how far its services have come, forward and back. */
import {
  type Deployment,
  isUnchanged,
  type Release,
  releasesInStage,
  stagesOf,
} from '../records/deployment.ts';
import type { Rollout } from '../records/rollout.ts';
import { changeTitle, manyServices } from './changes.ts';
import type { Task } from './tasks.ts';
import { duration, plural, some } from './text.ts';

type Status = Task['status'];

/** A task a service, or a task a stage where that is wanted or the services are many. `moving`: it still goes forward. */
export function forwardTasks(d: Deployment, moving: boolean, counted: boolean): Task[] {
  const stages = stagesOf(d);
  const tasks = stages.flatMap((_, index): Task[] => {
    const stage = stages.length > 1 ? `Stage ${index + 1} · ` : '';
    const releases = releasesInStage(d, index);
    const drawn = releases.map((r) => forwardTask(r, moving));
    if (counted || d.releases.length > manyServices) {
      return [stageTask(`stage-${index + 1}`, stage, 'stable', releases, drawn)];
    }
    return drawn
      .filter((t) => moving || t.status !== 'pending')
      .map((t) => ({ ...t, title: `${stage}${t.title}` }));
  });
  return squeezed(tasks);
}

/** In the order in which they go back: the last stage first. */
export function backTasks(d: Deployment, counted: boolean): Task[] {
  const releases = d.releases.filter((r) => r.back !== null).sort((a, b) => b.stage - a.stage);
  const drawn = releases.map((r) => backTask(r, d.step !== 'ended'));
  if (drawn.length === 0 || (!counted && drawn.length <= manyServices)) return drawn;
  return [stageTask('back', 'Roll back · ', 'restored', releases, drawn)];
}

function forwardTask(r: Release, moving: boolean): Task {
  const status = statusOf(r.forward, moving);
  return {
    id: `forward-${r.service}`,
    title: changeTitle(r),
    status,
    lines: isUnchanged(r) ? ['runs it already'] : linesOf(r.forward, status),
    evidence: evidenceOf(r.forward),
  };
}

function backTask(r: Release, moving: boolean): Task {
  const status = r.back ? statusOf(r.back, moving) : 'pending';
  return {
    id: `back-${r.service}`,
    title: `${r.service} back to ${r.from?.version ?? 'nothing'}`,
    status,
    lines: r.back ? linesOf(r.back, status) : [],
    evidence: r.back ? evidenceOf(r.back) : [],
  };
}

function statusOf({ phase }: Rollout, moving: boolean): Status {
  if (phase === 'done') return 'complete';
  if (phase === 'failed') return 'error';
  if (phase === 'planned') return 'pending';
  return moving ? 'in_progress' : 'error';
}

function linesOf(
  { phase, problem, startedAt, finishedAt, running, desired }: Rollout,
  status: Status,
): string[] {
  if (problem) return [problem];
  if (phase === 'done') {
    return startedAt !== null && finishedAt !== null ? [`after ${duration(finishedAt - startedAt)}`] : [];
  }
  if (status === 'error') return ['was stopped under way'];
  return status === 'in_progress' && running !== null && desired !== null
    ? [`${running} of ${plural(desired, 'task')} up`]
    : [];
}

const evidenceOf = ({ phase, evidence }: Rollout): string[] =>
  phase === 'failed' ? evidence.slice(0, 2) : [];

/** How many of a stage are where, then by name what failed and what still moves. */
function stageTask(
  id: string,
  prefix: string,
  word: string,
  releases: readonly Release[],
  tasks: readonly Task[],
): Task {
  const named = (status: Status) =>
    tasks.flatMap((t, i) =>
      t.status === status ? [{ ...t, service: releases[i]?.service ?? t.title }] : [],
    );
  const [failed, moving] = [named('error'), named('in_progress')];
  const [finished, waiting] = [named('complete').length, named('pending').length];
  return {
    id,
    title: `${prefix}${finished} of ${plural(tasks.length, 'service')} ${word}`,
    status: failed.length === 0 && finished > 0 && waiting > 0 ? 'in_progress' : worst(tasks),
    lines: [
      ...failed.slice(0, 3).map((t) => `${t.service}: ${t.lines[0] ?? 'failed'}`),
      ...names('also failed', failed.slice(3)),
      ...names('moving', moving),
      ...(waiting > 0 && waiting < tasks.length ? [`waiting: ${plural(waiting, 'service')}`] : []),
    ],
    evidence: failed[0]?.evidence?.slice(0, 1) ?? [],
  };
}

const names = (label: string, tasks: readonly { service: string }[]): string[] =>
  tasks.length > 0
    ? [
        `${label}: ${some(
          tasks.map((t) => t.service),
          5,
        )}`,
      ]
    : [];

const worst = (tasks: readonly Task[]): Status =>
  (['error', 'in_progress', 'pending'] as const).find((s) => tasks.some((t) => t.status === s)) ?? 'complete';

const mostStages = 20;
const stagesAround = 10;

/** A deployment may have as many stages as services; what is over or still far away becomes one task. */
function squeezed(tasks: readonly Task[]): Task[] {
  if (tasks.length <= mostStages) return [...tasks];
  const open = tasks.findIndex((t) => t.status !== 'complete');
  const start = Math.min(open === -1 ? tasks.length : open, tasks.length - stagesAround);
  const [before, after] = [tasks.slice(0, start), tasks.slice(start + stagesAround)];
  const rest = (id: string, title: string, of: readonly Task[]): Task[] =>
    of.length > 0 ? [{ id, title, status: worst(of), lines: [] }] : [];
  return [
    ...rest('stages-before', `${plural(before.length, 'stage')} done`, before),
    ...tasks.slice(start, start + stagesAround),
    ...rest('stages-after', plural(after.length, 'more stage'), after),
  ];
}
