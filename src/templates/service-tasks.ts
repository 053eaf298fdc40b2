/** Reads out of a deployment's record how far its services have come, forward and back. */
import { type Deployment, type Release, releasesInStage, stagesOf } from '../records/deployment.ts';
import { freshRollout, type Rollout } from '../records/rollout.ts';
import { changeTitle, manyServices, versionsOf } from './changes.ts';
import type { Task } from './tasks.ts';
import { duration, literal, plural, some } from './text.ts';

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
  return serviceTask(`forward-${r.service}`, changeTitle(r), r.forward, moving);
}

function backTask(r: Release, moving: boolean): Task {
  const title = `${r.service} back to ${r.from?.version ?? 'nothing'}`;
  return serviceTask(`back-${r.service}`, title, r.back ?? freshRollout, moving);
}

function serviceTask(id: string, title: string, rollout: Rollout, moving: boolean): Task {
  const status = statusOf(rollout, moving);
  return {
    id,
    title: `${title}${tookWords(rollout)}`,
    status,
    lines: linesOf(rollout, status),
    evidence: rollout.phase === 'failed' ? rollout.evidence.slice(0, 2) : [],
  };
}

function statusOf({ phase }: Rollout, moving: boolean): Status {
  if (phase === 'done') return 'complete';
  if (phase === 'failed') return 'error';
  if (phase === 'planned') return 'pending';
  return moving ? 'in_progress' : 'error';
}

function tookWords({ phase, startedAt, finishedAt }: Rollout): string {
  return phase === 'done' && startedAt !== null && finishedAt !== null && finishedAt > startedAt
    ? ` · ${duration(finishedAt - startedAt)}`
    : '';
}

/** The counts of tasks are the new revision's only once its rollout is followed. */
function linesOf({ phase, problem, running, desired }: Rollout, status: Status): string[] {
  if (problem) return [problem];
  if (status === 'error') return ['was stopped under way'];
  return phase === 'following' && status === 'in_progress' && running !== null && desired !== null
    ? [`${running} of ${plural(desired, 'task')} up`]
    : [];
}

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
  if (waiting === tasks.length) return waitingStage(id, prefix, releases);
  return {
    id,
    title: `${prefix}${finished} of ${plural(tasks.length, 'service')} ${word}`,
    status: failed.length === 0 && finished > 0 && waiting > 0 ? 'in_progress' : worst(tasks),
    lines: [
      ...failed.slice(0, 3).map((t) => `${t.service}: ${t.lines[0] ?? 'failed'}`),
      ...names('also failed', failed.slice(3)),
      ...names('moving', moving),
      ...(waiting > 0 ? [`waiting: ${plural(waiting, 'service')}`] : []),
    ],
    evidence: failed[0]?.evidence?.slice(0, 1) ?? [],
  };
}

const waitingStage = (id: string, prefix: string, releases: readonly Release[]): Task => ({
  id,
  title: `${prefix}${plural(releases.length, 'service')} to ${versionsOf(releases, literal)}`,
  status: 'pending',
  lines: [
    some(
      releases.map((r) => r.service),
      5,
    ),
  ],
});

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
