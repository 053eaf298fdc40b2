/** `planned`: makes sure that the revision exists, and sees at once when there is nothing to change. */
import type { Service } from '@aws-sdk/client-ecs';
import { saidNo } from '../../clients/aws-errors.ts';
import type { Clock } from '../../clients/clock.ts';
import type { Rollout } from '../../records/rollout.ts';
import type { Change } from '../target.ts';
import type { Definitions } from './definitions.ts';
import { done, failed } from './outcome.ts';
import { findOrMakeRevision } from './revision.ts';
import { primaryOf, runningRef, unsteady } from './service.ts';
import type { DescribeServices } from './services.ts';
import type { Step } from './turns.ts';

export const prepare =
  (needs: { clock: Clock; definitions: Definitions; services: DescribeServices }) =>
  async (changes: readonly Change[]): Promise<Step> => {
    const serviceAt = await needs.services(changes.map(({ place }) => place));
    return async (change) => {
      const { place, rollout } = change;
      const service = serviceAt(place);
      const now = needs.clock.now();
      if (!service || service.status === 'INACTIVE') {
        const { service: name, cluster } = place.target;
        return failed(rollout, now, `There is no service ${name} in the cluster ${cluster}.`);
      }
      const obstacle = obstacleTo(change, service);
      return obstacle ? failed(rollout, now, obstacle) : prepareOne(needs, change, service);
    };
  };

function obstacleTo({ place: { target }, to }: Change, service: Service): string | null {
  const controller = service.deploymentController?.type ?? 'ECS';
  if (controller !== 'ECS') return `${target.service} is deployed by ${controller}, not by ECS itself.`;
  // A rollback may go on: what is started later should be the old revision.
  if (to.ref === null && service.desiredCount === 0) {
    return `${target.service} is scaled to zero, so nothing would show whether ${to.version} works.`;
  }
  return null;
}

async function prepareOne(
  { clock, definitions }: { clock: Clock; definitions: Definitions },
  change: Change,
  service: Service,
): Promise<Rollout | 'no-room'> {
  const running = runningRef(service);
  const found = await findOrMakeRevision(definitions, change, running).catch((error: unknown) => {
    if (saidNo(error)) return { problem: `${error.message}.` };
    throw error;
  });
  if (found === 'no-room') return found;

  const now = clock.now();
  const begun = { ...change.rollout, startedAt: change.rollout.startedAt ?? now };
  if ('problem' in found) return failed(begun, now, found.problem);

  const prepared: Rollout = {
    ...begun,
    phase: 'prepared',
    revision: { version: change.to.version, ref: found.ref },
    running: service.runningCount ?? null,
    desired: service.desiredCount ?? null,
  };
  const primary = primaryOf(service);
  if (found.ref !== running || primary?.rolloutState === 'FAILED') return prepared;
  if (unsteady(service) === null) return done(prepared, now);
  // Somebody, or ECS itself in a rollback, is bringing it already: asking again would change nothing.
  return {
    ...prepared,
    phase: 'following',
    deadline: now + change.place.target.timeout,
    tracking: primary?.id ?? null,
  };
}
