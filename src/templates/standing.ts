/** Where a deployment stands, in one sentence. */
import {
  type Deployment,
  isUnchanged,
  type Release,
  releasesInStage,
  stagesOf,
} from '../records/deployment.ts';
import { failedLooks, watchCount } from './progress.ts';
import { clockTime, cut, duration, escaped, handle, plural, some } from './text.ts';

/** `head` is plain words; `tail` goes right behind it and is mrkdwn; an emoji for the line they make. */
export interface Standing {
  emoji: string;
  head: string;
  tail: string;
}

/** `approvers` are mrkdwn. */
export function standing(d: Deployment, approvers: readonly string[]): Standing {
  switch (d.step) {
    case 'preflight':
      return { emoji: '🔎', head: 'Checking', tail: ' what runs and whether it may start' };
    case 'approval':
      return { emoji: '⏳', head: 'Waiting for approval', tail: approvalTail(d, approvers) };
    case 'claim':
      return { emoji: '🔒', head: 'Waiting for its turn', tail: lockTail(d) };
    case 'backup':
      return { emoji: '🔒', head: 'Starting', tail: ': noting what runs now, so that it can be put back' };
    case 'rollout':
      return {
        emoji: '🚀',
        head: `Rolling out${stageOf(d)}`,
        tail: countOf(releasesInStage(d, d.stage), 'forward'),
      };
    case 'verify':
      return { emoji: '🔎', head: `Verifying${stageOf(d)}`, tail: failuresTail(d) };
    case 'watch':
      return d.watch
        ? {
            emoji: '👀',
            head: 'Watching',
            tail: ` until ${clockTime(d.watch.deadline)}: ${watchCount(d.watch)}`,
          }
        : { emoji: '👀', head: 'Watching', tail: '' };
    case 'complete':
      return { emoji: '🏁', head: 'Finishing', tail: '' };
    case 'rollback':
      return {
        emoji: '↩️',
        head: 'Rolling back',
        tail: countOf(
          d.releases.filter((r) => r.back !== null),
          'back',
        ),
      };
    case 'verify-rollback':
      return { emoji: '🔎', head: 'Verifying the rollback', tail: failuresTail(d) };
    case 'hold':
      return {
        emoji: '✋',
        head: 'Held: somebody has to decide',
        tail: d.hold ? ` until ${clockTime(d.hold.deadline)}` : '',
      };
    case 'ended':
      return ended(d);
  }
}

function approvalTail(d: Deployment, approvers: readonly string[]): string {
  const until = d.approval ? ` until ${clockTime(d.approval.deadline)}` : '';
  const by =
    approvers.length > 0
      ? ` by ${some(
          approvers.map((a) => cut(a, 120)),
          8,
          'or',
        )}`
      : '';
  const already = d.approval?.approvedBy ?? [];
  return `${until}${by}${already.length > 0 ? ` (${some(already.map(handle), 5)} approved already, more are needed)` : ''}`;
}

/** " stage 2 of 3"; nothing where there is only one. */
function stageOf(d: Deployment): string {
  const count = stagesOf(d).length;
  return count > 1 ? ` stage ${Math.min(d.stage + 1, count)} of ${count}` : '';
}

function countOf(releases: readonly Release[], direction: 'forward' | 'back'): string {
  const done = releases.filter((r) => r[direction]?.phase === 'done').length;
  const word = direction === 'forward' ? 'stable' : 'restored';
  return releases.length === 0 ? '' : `: ${done} of ${plural(releases.length, 'service')} ${word}`;
}

const failuresTail = (d: Deployment): string =>
  d.verifyFailures > 0 ? `: ${failedLooks(d)}, looking again` : '';

/** The engine tells which deployment holds the lock. */
function lockTail(d: Deployment): string {
  const entry = d.story.findLast((e) => e.event === 'waiting-for-lock');
  return entry?.detail ? ` behind ${escaped(entry.detail, 60)}` : '';
}

function ended(d: Deployment): Standing {
  const took = d.startedAt !== null && d.endedAt !== null ? ` in ${duration(d.endedAt - d.startedAt)}` : '';
  switch (d.ending) {
    case 'succeeded':
      return d.releases.length > 0 && d.releases.every(isUnchanged)
        ? { emoji: '✅', head: 'Nothing to do', tail: ': everything ran the wanted version already' }
        : { emoji: '✅', head: d.kind === 'deploy' ? 'Deployed' : 'Rolled back', tail: took };
    case 'planned':
      return { emoji: '📋', head: 'Planned', tail: ': nothing was changed' };
    case 'refused':
      return { emoji: '⛔', head: 'Refused', tail: ': nothing was changed' };
    case 'rejected':
      return { emoji: '🚫', head: 'Rejected', tail: byTail(d, 'rejected') };
    case 'cancelled':
      return { emoji: '🚫', head: 'Cancelled', tail: byTail(d, 'stop-asked') };
    case 'expired':
      return { emoji: '⌛', head: 'Expired', tail: `: ${expiredWhy(d)}; nothing was changed` };
    case 'rolled-back':
      return {
        emoji: '↩️',
        head: 'Rolled back',
        tail: `${took}; every changed service runs what it ran before`,
      };
    case 'left':
      return { emoji: '⚠️', head: 'Left as it is', tail: leftTail(d) };
    case 'failed':
    case null:
      return {
        emoji: '❌',
        head: 'Failed',
        tail: d.releases.some((r) => r.forward.askedAt !== null) ? '' : ': nothing was changed',
      };
  }
}

function expiredWhy(d: Deployment): string {
  const why = d.story.findLast((e) => e.event === 'expired')?.detail;
  return why ? escaped(why, 200) : 'nobody approved it in time';
}

function byTail(d: Deployment, event: Deployment['story'][number]['event']): string {
  const entry = d.story.findLast((e) => e.event === event);
  const by = entry?.by ?? d.stoppedBy;
  const why = entry?.detail ? `: ${escaped(entry.detail, 300)}` : '';
  return `${by ? ` by ${handle(by)}` : ''}${why}; nothing was changed`;
}

function leftTail(d: Deployment): string {
  const answer = d.story.findLast((e) => e.event === 'answered');
  return answer?.by ? `, as ${handle(answer.by)} decided` : ', because nobody answered in time';
}
