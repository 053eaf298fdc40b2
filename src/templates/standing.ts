/** Where a deployment stands, in one sentence. */
import {
  type ActiveStep,
  type Deployment,
  type Halted,
  isUnchanged,
  type Release,
  releasesInStage,
  type StoryEntry,
  stagesOf,
  wasTouched,
} from '../records/deployment.ts';
import { failedLooks, watchCount } from './progress.ts';
import { clockTime, cut, duration, escaped, handle, plural, some } from './text.ts';

/** `head` is plain words; `tail` goes right behind it and is mrkdwn; an emoji for the line they make. */
export interface Standing {
  emoji: string;
  head: string;
  tail: string;
}

const says = (emoji: string, head: string, tail = ''): Standing => ({ emoji, head, tail });

/** `approvers` are mrkdwn. */
export function standing(d: Deployment, approvers: readonly string[]): Standing {
  if (d.step === 'ended') return ended(d);
  return d.halted ? says('⏸️', 'Halted', haltTail(d.halted)) : steps[d.step](d, approvers);
}

const steps: Record<ActiveStep, (d: Deployment, approvers: readonly string[]) => Standing> = {
  preflight: () => says('🔎', 'Checking', ' what runs and whether it may start'),
  approval: (d, approvers) => says('⏳', 'Waiting for approval', approvalTail(d, approvers)),
  claim: (d) => says('🔒', 'Waiting for its turn', lockTail(d)),
  backup: () => says('🔒', 'Starting', ': noting what runs now, so that it can be put back'),
  rollout: (d) => says('🚀', `Rolling out${stageOf(d)}`, countOf(releasesInStage(d, d.stage), 'forward')),
  verify: (d) => says('🔎', `Verifying${stageOf(d)}`, failuresTail(d)),
  watch: ({ watch }) => says('👀', 'Watching', watch ? `${until(watch)}: ${watchCount(watch)}` : ''),
  complete: () => says('🏁', 'Finishing'),
  rollback: (d) =>
    says(
      '↩️',
      'Rolling back',
      countOf(
        d.releases.filter((r) => r.back !== null),
        'back',
      ),
    ),
  'verify-rollback': (d) => says('🔎', 'Verifying the rollback', failuresTail(d)),
  hold: ({ hold }) => says('✋', 'Held: somebody has to decide', hold ? until(hold) : ''),
};

/** Held steps change nothing: what a halted deployment waits for is the end of the emergency. */
const haltTail = ({ since, why }: Halted): string => ` since ${clockTime(since)}: ${escaped(why, 300)}`;

const until = ({ deadline }: { deadline: number }): string => ` until ${clockTime(deadline)}`;

function approvalTail(d: Deployment, approvers: readonly string[]): string {
  const time = d.approval ? until(d.approval) : '';
  const by =
    approvers.length > 0
      ? ` by ${some(
          approvers.map((a) => cut(a, 120)),
          8,
          'or',
        )}`
      : '';
  const already = d.approval?.approvedBy ?? [];
  return `${time}${by}${already.length > 0 ? ` (${some(already.map(handle), 5)} approved already, more are needed)` : ''}`;
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
        ? says('✅', 'Nothing to do', ': everything ran the wanted version already')
        : says('✅', d.kind === 'deploy' ? 'Deployed' : 'Rolled back', took);
    case 'planned':
      return says('📋', 'Planned', ': nothing was changed');
    case 'refused':
      return says('⛔', 'Refused', ': nothing was changed');
    case 'rejected':
      return says('🚫', 'Rejected', byTail(d, 'rejected'));
    case 'cancelled':
      return says('🚫', 'Cancelled', byTail(d, 'stop-asked'));
    case 'expired':
      return says('⌛', 'Expired', `: ${expiredWhy(d)}; nothing was changed`);
    case 'rolled-back':
      return says('↩️', 'Rolled back', `${took}; every changed service runs what it ran before`);
    case 'left':
      return says('⚠️', 'Left as it is', leftTail(d));
    case 'failed':
    case null:
      return says('❌', 'Failed', d.releases.some(wasTouched) ? '' : ': nothing was changed');
  }
}

function expiredWhy(d: Deployment): string {
  const why = d.story.findLast((e) => e.event === 'expired')?.detail;
  return why ? escaped(why, 200) : 'nobody approved it in time';
}

function byTail(d: Deployment, event: StoryEntry['event']): string {
  const entry = d.story.findLast((e) => e.event === event);
  const by = entry?.by ?? d.stoppedBy;
  const why = entry?.detail ? `: ${escaped(entry.detail, 300)}` : '';
  return `${by ? ` by ${handle(by)}` : ''}${why}; nothing was changed`;
}

function leftTail(d: Deployment): string {
  const answer = d.story.findLast((e) => e.event === 'answered');
  return answer?.by ? `, as ${handle(answer.by)} decided` : ', because nobody answered in time';
}
