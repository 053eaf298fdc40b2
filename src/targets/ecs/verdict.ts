/** Is our change done, failed or still going? Decided from what ECS shows, without I/O. */
import type { Service } from '@aws-sdk/client-ecs';
import ms from 'ms';
import type { Rollout } from '../../records/rollout.ts';
import type { Detail } from './history.ts';
import {
  crashLimit,
  hasBreaker,
  isRolledBackByEcs,
  primaryOf,
  reasonOf,
  runningRef,
  shortName,
  tasksUp,
  unsteady,
} from './service.ts';

export type Verdict = 'going' | 'done' | { problem: string };

export interface Sight {
  service: Service | null;
  /** The ARN that should run, and the version that it is. */
  revision: { version: string; ref: string };
  rollout: Rollout;
  /**
   * Our service deployment; `unavailable` where only the service itself can be judged; undefined while ours was not found
   * yet, or need not be asked for.
   */
  detail: Detail;
  now: number;
  /** How long the change may take, in milliseconds. */
  timeout: number;
}

/** What DescribeServices showed may be some seconds old (AWS: the API is eventually consistent). */
const grace = 30_000;

export function judge(sight: Sight): Verdict {
  const { service, revision } = sight;
  if (!service || service.status === 'INACTIVE') return { problem: 'The service was deleted.' };
  if (service.desiredCount === 0) {
    return { problem: `The service is scaled to zero, so nothing shows whether ${revision.version} works.` };
  }
  return (
    failedByEcs(sight, service) ??
    takenOver(sight, service) ??
    crashing(sight, service) ??
    (isDone(sight, service) ? 'done' : (tooLate(sight, service) ?? 'going'))
  );
}

/** The service deployment is worth asking for unless the service plainly shows ours under way. */
export const needsDetail = (service: Service | null, ref: string): boolean =>
  service !== null && !(isOurs(service, ref) && primaryOf(service)?.rolloutState === 'IN_PROGRESS');

const isOurs = (service: Service, ref: string) => runningRef(service) === ref;
const statusOf = (detail: Detail) => (typeof detail === 'object' ? detail.status : undefined);

/** Our own service deployment ended badly, or ECS gave up on our revision and left it in place. */
function failedByEcs({ detail, revision }: Sight, service: Service): Verdict | null {
  const status = statusOf(detail);
  const primary = primaryOf(service);
  const why = typeof detail === 'object' && detail.statusReason ? ` ${sentence(detail.statusReason)}` : '';

  if (status?.startsWith('ROLLBACK')) {
    const to = isOurs(service, revision.ref) ? 'the revision before' : shortName(runningRef(service));
    return { problem: `ECS gave up on ${revision.version} and ${goesBack(status)} ${to}.${why}` };
  }
  if (primary && isOurs(service, revision.ref) && primary.rolloutState === 'FAILED') {
    return { problem: `ECS gave up on ${revision.version}: ${reasonOf(primary)}.` };
  }
  if (status === 'STOPPED' || status === 'STOP_REQUESTED') {
    return isOurs(service, revision.ref)
      ? { problem: `The rollout of ${revision.version} was stopped in ECS.${why}` }
      : supersededBy(service, revision.version);
  }
  return null;
}

const goesBack = (status: string): string =>
  status === 'ROLLBACK_SUCCESSFUL'
    ? 'put back'
    : status === 'ROLLBACK_FAILED'
      ? 'could not put back'
      : 'is putting back';

/** Another revision is what runs, and not because the answer is a little old. */
function takenOver({ detail, revision, rollout, now }: Sight, service: Service): Verdict | null {
  if (isOurs(service, revision.ref)) return null;
  const primary = primaryOf(service);
  if (typeof detail === 'object') {
    const later = Number(primary?.createdAt) > Number(detail.createdAt) && !isRolledBackByEcs(primary);
    return later || detail.status === 'SUCCESSFUL' ? supersededBy(service, revision.version) : null;
  }
  const wasSeen = service.deployments?.some(({ taskDefinition }) => taskDefinition === revision.ref);
  if (!wasSeen && now - (rollout.askedAt ?? rollout.startedAt ?? 0) < grace) return null;
  return primary && isRolledBackByEcs(primary)
    ? { problem: `ECS gave up on ${revision.version}: ${reasonOf(primary)}.` }
    : supersededBy(service, revision.version);
}

const supersededBy = (service: Service, version: string): Verdict => ({
  problem: `Another deployment took over: ${shortName(runningRef(service))} runs instead of ${version}.`,
});

function crashing({ revision }: Sight, service: Service): Verdict | null {
  const failed = primaryOf(service)?.failedTasks ?? 0;
  if (hasBreaker(service) || failed < crashLimit(service.desiredCount ?? 0)) return null;
  return { problem: `${revision.version} does not stay up: ${failed} tasks failed, ${tasksUp(service)}.` };
}

function isDone({ detail, revision }: Sight, service: Service): boolean {
  const confirmed = detail === 'unavailable' || statusOf(detail) === 'SUCCESSFUL';
  return confirmed && isOurs(service, revision.ref) && unsteady(service) === null;
}

function tooLate({ rollout, revision, now, timeout }: Sight, service: Service): Verdict | null {
  if (rollout.deadline === null || now < rollout.deadline) return null;
  const took = ms(timeout, { long: true });
  return {
    problem: `${revision.version} was not up after ${took}: ${unsteady(service) ?? tasksUp(service)}.`,
  };
}

/** One full stop at the end. */
const sentence = (text: string) => `${text.replace(/[.\s]+$/, '')}.`;
