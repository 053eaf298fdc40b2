/** `changing`: asks ECS for the change, unless it shows that it was asked already. */
import { type Deployment, type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import ms from 'ms';
import type { Aws } from '../../clients/aws.ts';
import { saidNo } from '../../clients/aws-errors.ts';
import type { Clock } from '../../clients/clock.ts';
import type { Rollout } from '../../records/rollout.ts';
import type { Change } from '../target.ts';
import { type Found, type History, skew } from './history.ts';
import { failed } from './outcome.ts';
import { primaryOf, runningRef } from './service.ts';
import type { DescribeServices } from './services.ts';
import type { Step } from './turns.ts';

interface Needs {
  aws: Aws;
  clock: Clock;
  services: DescribeServices;
  history: History;
}

export const ask =
  (needs: Needs) =>
  async (changes: readonly Change[]): Promise<Step> => {
    const serviceAt = await needs.services(changes.map(({ place }) => place));
    const asked = changes.flatMap((change) => {
      const service = serviceAt(change.place);
      return service ? [{ change, place: change.place, service, ...wanted(change) }] : [];
    });
    const found = await needs.history.find(changes[0]?.place.target.region, asked);
    return async (change) => {
      const index = asked.findIndex((one) => one.change === change);
      const one = asked[index];
      if (!one) {
        const { service, cluster } = change.place.target;
        return failed(change.rollout, needs.clock.now(), `The service ${service} is gone from ${cluster}.`);
      }
      const before = found[index]?.() ?? 'none';
      return already(one, before) ?? askNow(needs, one);
    };
  };

interface One {
  change: Change;
  service: Service;
  ref: string;
  since: number;
}

/** `prepared` and `changing` were saved before anything is asked, so both fields are there. */
function wanted({ rollout: { revision, askedAt } }: Change): { ref: string; since: number } {
  if (!revision || askedAt === null) throw new Error('a change was asked for that was never prepared');
  return { ref: revision.ref, since: askedAt };
}

/** The rollout to follow, if this very change was asked for before or is on its way without us. */
function already({ change: { rollout }, service, ref, since }: One, found: Found): Rollout | null {
  const tracking = typeof found === 'object' ? found.arn : null;
  const primary = primaryOf(service);
  if (tracking) return { ...rollout, phase: 'following', tracking };
  if (runningRef(service) === ref && !failedBefore(primary, since)) {
    return { ...rollout, phase: 'following', tracking: primary?.id ?? null };
  }
  // Without the right to read service deployments, the service still lists ours while it is being taken back.
  const left = service.deployments?.find(
    (d) => d.taskDefinition === ref && Number(d.createdAt) >= since - skew,
  );
  return left ? { ...rollout, phase: 'following', tracking: left.id ?? null } : null;
}

async function askNow({ aws, clock }: Needs, one: One): Promise<Rollout | 'no-room'> {
  const { change, service, ref, since } = one;
  const { rollout, place } = change;
  const now = clock.now();
  if (rollout.deadline !== null && now >= rollout.deadline) {
    const took = ms(place.target.timeout, { long: true });
    return failed(rollout, now, `ECS could not be asked to change ${place.target.service} for ${took}.`);
  }
  // The same revision again has no effect, unless it is forced: wanted after a rollout that ECS gave up on.
  const again = runningRef(service) === ref && failedBefore(primaryOf(service), since);
  const command = new UpdateServiceCommand({
    cluster: place.target.cluster,
    service: place.target.service,
    taskDefinition: ref,
    ...(again ? { forceNewDeployment: true } : {}),
  });
  try {
    const answer = await aws.ecs(place.target.region).sendIfRoom('UpdateService', command);
    if (!answer) return 'no-room';
    return { ...rollout, phase: 'following', running: 0, desired: answer.service?.desiredCount ?? null };
  } catch (error) {
    if (saidNo(error)) return failed(rollout, now, `${error.message}.`);
    throw error;
  }
}

const failedBefore = (primary: Deployment | undefined, since: number): boolean =>
  primary?.rolloutState === 'FAILED' && Number(primary.createdAt) < since - skew;
