/** Services on Amazon ECS: a version becomes a task definition revision, and a rolling deployment brings it. */
import { mapAsync } from 'es-toolkit';
import type { Aws } from '../clients/aws.ts';
import type { Clock } from '../clients/clock.ts';
import type { Registry } from '../clients/ecr.ts';
import type { ServicePlace } from '../config/catalog.ts';
import type { Rollout, Running } from '../records/rollout.ts';
import { ask } from './ecs/ask.ts';
import { atOnce } from './ecs/batches.ts';
import { capacityOf, settlementOf } from './ecs/capacity.ts';
import { createDefinitions, type Definitions } from './ecs/definitions.ts';
import { follow } from './ecs/follow.ts';
import { createHistory } from './ecs/history.ts';
import { versionOf } from './ecs/image.ts';
import { prepare } from './ecs/prepare.ts';
import { orRefusal, serviceThere } from './ecs/refusals.ts';
import { resolveVersion } from './ecs/resolve.ts';
import { restart } from './ecs/restart.ts';
import { scale } from './ecs/scale.ts';
import { runningRef, shortName, toRunning, unsteady } from './ecs/service.ts';
import { describeServices } from './ecs/services.ts';
import { together } from './ecs/together.ts';
import { inTurn } from './ecs/turns.ts';
import type { Advanced, Change, Target } from './target.ts';

export function ecsTarget({ aws, ecr, clock }: { aws: Aws; ecr: Registry; clock: Clock }): Target {
  const services = describeServices({ aws });
  const definitions = createDefinitions({ aws });
  const history = createHistory({ aws });
  const needs = { aws, clock, services, definitions, history };
  const there = serviceThere(together(services));

  return {
    async look(places) {
      const serviceAt = await services(places);
      const found = new Map<string, Running>();
      await mapAsync(
        places,
        async (place) => {
          const service = serviceAt(place);
          if (!service || service.status === 'INACTIVE') return;
          const version = await versionAt(definitions, place, runningRef(service));
          found.set(place.service, toRunning(service, version));
        },
        { concurrency: atOnce },
      );
      return found;
    },

    resolve: (place, wanted) => resolveVersion(ecr, place, wanted),

    page: ({ target: { cluster, service, region } }) => {
      const path = `/ecs/v2/clusters/${encodeURIComponent(shortName(cluster))}/services/${encodeURIComponent(service)}/health`;
      return `https://console.aws.amazon.com${path}${region ? `?region=${region}` : ''}`;
    },

    async advance(changes) {
      const answers: Advanced[] = changes.map(({ rollout }) => ({ rollout }));
      const inPhase = (phase: Rollout['phase']) =>
        changes.map((change, index) => ({ change, index })).filter((c) => c.change.rollout.phase === phase);

      for (const { change, index } of inPhase('prepared'))
        answers[index] = { rollout: aboutToAsk(change, clock) };
      await Promise.all([
        inTurn(inPhase('planned'), answers, prepare(needs)),
        inTurn(inPhase('changing'), answers, ask(needs)),
        follow(needs, inPhase('following'), answers),
      ]);
      return answers;
    },

    async check(expected) {
      const serviceAt = await services(expected.map(({ place }) => place));
      const wrong = new Map<string, string>();
      for (const { place, revision } of expected) {
        const service = serviceAt(place);
        const problem = !service
          ? `there is no service ${place.target.service} in ${place.target.cluster}`
          : runningRef(service) === revision.ref
            ? unsteady(service)
            : `${shortName(runningRef(service))} runs instead of ${revision.version} (${shortName(revision.ref)})`;
        if (problem) wrong.set(place.service, problem);
      }
      return wrong;
    },

    restart: (place, since) => orRefusal(restart({ aws, there })(place, since)),
    scale: (place, desired) => orRefusal(scale({ aws, there })(place, desired)),
    capacity: (place) => orRefusal(there(place).then(capacityOf)),
    isSettled: (place) => orRefusal(there(place).then(settlementOf)),
  };
}

/** Written, and saved by the caller, before ECS is asked: only so can a crash not ask twice. */
function aboutToAsk({ rollout, place }: Change, clock: Clock): Rollout {
  const now = clock.now();
  return { ...rollout, phase: 'changing', askedAt: now, deadline: now + place.target.timeout };
}

async function versionAt(definitions: Definitions, { target }: ServicePlace, ref: string) {
  const { definition } = await definitions.known(target.region, ref);
  const container = definition.containerDefinitions?.find(({ name }) => name === target.container);
  return versionOf(target.image, container?.image);
}
