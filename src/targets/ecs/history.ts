/** Service deployments, ECS's own record of each rollout: looked up in batches, and ours found among them. */
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type Service,
  type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import { mapAsync, uniq } from 'es-toolkit';
import type { Aws } from '../../clients/aws.ts';
import { isDenied } from '../../clients/aws-errors.ts';
import type { ServicePlace } from '../../config/catalog.ts';
import { type AnswerTo, atOnce, inBatches } from './batches.ts';
import { remembered } from './remembered.ts';

/** AWS API reference: ARNs in a DescribeServiceDeployments or a DescribeServiceRevisions. */
const arnsPerCall = 20;
/** How far AWS's clock may be behind ours, in milliseconds. */
export const skew = 5_000;

/** A change that was asked for at `since`, perhaps: the service as it is now, and the task definition it should get. */
interface Asked {
  place: ServicePlace;
  service: Service;
  ref: string;
  since: number;
}

/** The ARN of the service deployment that brought the task definition, if there is one. */
export type Found = { arn: string } | 'none' | 'unavailable';

export type Detail = ServiceDeployment | 'unavailable' | undefined;

export interface History {
  /** Service deployments of one region, by ARN. */
  details(region: string | undefined, arns: readonly string[]): Promise<AnswerTo<Detail>>;
  /** For each change of one region, in order: a function that says what was found or throws why it is unknown. */
  find(region: string | undefined, asked: readonly Asked[]): Promise<(() => Found)[]>;
}

export function createHistory({ aws }: { aws: Aws }): History {
  const taskDefinitions = remembered<string>(5_000);

  return {
    details,

    async find(region, asked) {
      const current = await details(
        region,
        asked.flatMap(({ service }) => service.currentServiceDeployment ?? []),
      );
      await learnTargets(region, asked, current);
      const results = await mapAsync(
        asked,
        async (change) => (await Promise.allSettled([findOne(region, change, current)]))[0],
        { concurrency: atOnce },
      );
      return results.map((result) => () => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
    },
  };

  async function details(region: string | undefined, arns: readonly string[]): Promise<AnswerTo<Detail>> {
    return inBatches<Detail>(arns, arnsPerCall, async (batch) => {
      const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: batch });
      try {
        const { serviceDeployments = [] } = await aws.ecs(region).send('DescribeServiceDeployments', command);
        return (arn) => serviceDeployments.find(({ serviceDeploymentArn }) => serviceDeploymentArn === arn);
      } catch (error) {
        if (isDenied(error)) return () => 'unavailable';
        throw error;
      }
    });
  }

  /** The current service deployment is enough, unless another one followed ours: only then is there a list to read. */
  async function findOne(
    region: string | undefined,
    asked: Asked,
    current: AnswerTo<Detail>,
  ): Promise<Found> {
    const arn = asked.service.currentServiceDeployment;
    const latest = arn ? current(arn) : undefined;
    try {
      if (latest === 'unavailable') return 'unavailable';
      if (latest?.createdAt && latest.createdAt.getTime() < asked.since - skew) return 'none';
      const target = latest?.targetServiceRevision?.arn;
      if (arn && target && (await bringsOurs(region, [target], asked.ref))) return { arn };
      return await findInList(region, asked);
    } catch (error) {
      if (isDenied(error)) return 'unavailable';
      throw error;
    }
  }

  async function findInList(region: string | undefined, { place, ref, since }: Asked): Promise<Found> {
    const command = new ListServiceDeploymentsCommand({
      cluster: place.target.cluster,
      service: place.target.service,
      createdAt: { after: new Date(since - skew) },
      maxResults: 100,
    });
    const { serviceDeployments = [] } = await aws.ecs(region).send('ListServiceDeployments', command);
    const targets = serviceDeployments.flatMap((d) => d.targetServiceRevisionArn ?? []);
    const ours = await bringsOurs(region, targets, ref);
    const arn = serviceDeployments.find((d) => d.targetServiceRevisionArn === ours)?.serviceDeploymentArn;
    return ours && arn ? { arn } : 'none';
  }

  /** The first of these service revisions that has the task definition. */
  async function bringsOurs(region: string | undefined, revisions: readonly string[], ref: string) {
    await learn(region, revisions);
    return revisions.find((arn) => taskDefinitions.peek(arn) === ref);
  }

  /** Asks for the target revisions of many changes in few calls, so that `findOne` finds them remembered. */
  async function learnTargets(
    region: string | undefined,
    asked: readonly Asked[],
    current: AnswerTo<Detail>,
  ): Promise<void> {
    const targets = asked.flatMap(({ service: { currentServiceDeployment: arn }, since }) => {
      try {
        const latest = arn ? current(arn) : undefined;
        if (!latest || latest === 'unavailable' || (latest.createdAt?.getTime() ?? since) < since - skew)
          return [];
        return latest.targetServiceRevision?.arn ?? [];
      } catch {
        return [];
      }
    });
    await Promise.allSettled([learn(region, targets)]);
  }

  /** Service revisions never change, so what one brings is asked once. */
  async function learn(region: string | undefined, revisions: readonly string[]): Promise<void> {
    const unknown = uniq(revisions).filter((arn) => taskDefinitions.peek(arn) === undefined);
    const answer = await inBatches(unknown, arnsPerCall, async (batch) => {
      const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: batch });
      const { serviceRevisions = [] } = await aws.ecs(region).send('DescribeServiceRevisions', command);
      return (arn) => serviceRevisions.find((r) => r.serviceRevisionArn === arn)?.taskDefinition;
    });
    for (const arn of unknown) {
      const taskDefinition = answer(arn);
      if (taskDefinition) taskDefinitions.keep(arn, taskDefinition);
    }
  }
}
