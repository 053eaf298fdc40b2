/** `following`: looks at all changes under way together, and says which are done and which failed, and why. */
import type { Service } from '@aws-sdk/client-ecs';
import { groupBy, mapAsync } from 'es-toolkit';
import type { Aws } from '../../clients/aws.ts';
import type { Clock } from '../../clients/clock.ts';
import type { Rollout } from '../../records/rollout.ts';
import type { Advanced, Change } from '../target.ts';
import { atOnce } from './batches.ts';
import { gatherEvidence } from './evidence.ts';
import type { Detail, History } from './history.ts';
import { done, failed } from './outcome.ts';
import { primaryOf, runningRef } from './service.ts';
import type { DescribeServices, ServiceAt } from './services.ts';
import { isolated, type Numbered } from './turns.ts';
import { judge, needsDetail } from './verdict.ts';

interface Needs {
  aws: Aws;
  clock: Clock;
  services: DescribeServices;
  history: History;
}

/** ECS shows a new service deployment within seconds; after this long, in milliseconds, there is none. */
const longEnough = 60_000;

export async function follow(needs: Needs, changes: readonly Numbered[], answers: Advanced[]): Promise<void> {
  const serviceAt = await needs.services(changes.map(({ change }) => change.place));
  const regions = Object.values(groupBy(changes, ({ change }) => change.place.target.region ?? ''));
  await mapAsync(regions, async (region) => {
    const tracked = await findTracks(needs, region, serviceAt);
    const detailOf = await findDetails(needs, region, tracked, serviceAt);
    await mapAsync(
      region,
      async ({ change, index }) => {
        answers[index] = await isolated(change, async () => {
          const rollout = tracked.get(change)?.() ?? change.rollout;
          return look(needs, { ...change, rollout }, serviceAt(change.place), detailOf(rollout.tracking));
        });
      },
      { concurrency: atOnce },
    );
  });
}

async function look(needs: Needs, change: Change, service: Service | null, detail: Detail): Promise<Rollout> {
  const { rollout, place } = change;
  const revision = preparedRevision(rollout);
  const now = needs.clock.now();
  const verdict = judge({ service, revision, rollout, detail, now, timeout: place.target.timeout });
  const seen = { ...rollout, ...counts(service, revision.ref) };
  if (verdict === 'going') return seen;
  if (verdict === 'done') return done(seen, now);
  const since = rollout.askedAt ?? rollout.startedAt ?? now;
  const evidence = await gatherEvidence(needs, { place, service, ref: revision.ref, since });
  return failed(seen, now, verdict.problem, evidence);
}

function preparedRevision({ revision }: Rollout) {
  if (!revision) throw new Error('a change is followed that was never prepared');
  return revision;
}

/** Tasks of our revision, not of the old one that still serves. */
function counts(service: Service | null, ref: string): Pick<Rollout, 'running' | 'desired'> {
  const ours = service?.deployments?.filter(({ taskDefinition }) => taskDefinition === ref) ?? [];
  return {
    running: ours.reduce((sum, { runningCount }) => sum + (runningCount ?? 0), 0),
    desired: service?.desiredCount ?? null,
  };
}

/** For each change that has none yet: the rollout with the tracking that could be found, or a throw. */
async function findTracks(
  { history, clock }: Needs,
  changes: readonly Numbered[],
  serviceAt: ServiceAt,
): Promise<Map<Change, () => Rollout>> {
  const untracked = changes.flatMap(({ change }) => {
    const { rollout, place } = change;
    const [service] = rollout.tracking === null ? [settled(() => serviceAt(place))] : [];
    if (!service || !rollout.revision) return [];
    const since = rollout.askedAt ?? rollout.startedAt ?? clock.now();
    return [{ change, place, service, ref: rollout.revision.ref, since }];
  });
  if (untracked.length === 0) return new Map();
  const found = await history.find(untracked[0]?.place.target.region, untracked);
  return new Map(
    untracked.map(({ change, service, ref, since }, index) => [
      change,
      () => {
        const ours = found[index]?.() ?? 'none';
        if (typeof ours === 'object') return { ...change.rollout, tracking: ours.arn };
        const isThere = runningRef(service) === ref;
        const giveUp = ours === 'unavailable' || clock.now() - since > longEnough;
        const tracking = isThere && giveUp ? (primaryOf(service)?.id ?? null) : null;
        return { ...change.rollout, tracking };
      },
    ]),
  );
}

/** Service deployments, for those changes that cannot be judged without. */
async function findDetails(
  { history }: Needs,
  changes: readonly Numbered[],
  tracked: ReadonlyMap<Change, () => Rollout>,
  serviceAt: ServiceAt,
): Promise<(tracking: string | null) => Detail> {
  const arns = changes.flatMap(({ change }) => {
    const rollout = settled(() => tracked.get(change)?.() ?? change.rollout);
    const service = settled(() => serviceAt(change.place));
    const isNeeded = service && rollout?.revision && needsDetail(service, rollout.revision.ref);
    return isNeeded && rollout.tracking && isArn(rollout.tracking) ? [rollout.tracking] : [];
  });
  const asked = new Set(arns);
  const details = await history.details(changes[0]?.change.place.target.region, arns);
  return (tracking) => {
    if (tracking === null) return undefined;
    if (!isArn(tracking)) return 'unavailable';
    return asked.has(tracking) ? details(tracking) : undefined;
  };
}

/** A service deployment has an ARN; a deployment in DescribeServices has an id such as `ecs-svc/123`. */
const isArn = (tracking: string) => tracking.startsWith('arn:');

/** What throws here throws again where it is one change's own answer. */
function settled<T>(value: () => T): T | null {
  try {
    return value();
  } catch {
    return null;
  }
}
