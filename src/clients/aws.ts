/** The way to AWS: one client a region, every call through the shared quotas, with an end in sight. */
import {
  ECRClient,
  type ECRClientResolvedConfig,
  type $Command as EcrCommandBase,
  type ServiceInputTypes as EcrInput,
  type ServiceOutputTypes as EcrOutput,
} from '@aws-sdk/client-ecr';
import {
  ECSClient,
  type ECSClientResolvedConfig,
  type $Command as EcsCommandBase,
  type ServiceInputTypes as EcsInput,
  type ServiceOutputTypes as EcsOutput,
} from '@aws-sdk/client-ecs';
import {
  ElasticLoadBalancingV2Client,
  type ElasticLoadBalancingV2ClientResolvedConfig,
  type $Command as ElbCommandBase,
  type ServiceInputTypes as ElbInput,
  type ServiceOutputTypes as ElbOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { memoize } from 'es-toolkit';
import { createCaller } from './aws-call.ts';
import { type EcsOperation, type ElbOperation, ecsQuota, elbQuota } from './aws-quotas.ts';
import type { Bucket, Limiter } from './limiter.ts';

type EcsCommand<I extends EcsInput, O extends EcsOutput> = EcsCommandBase<
  I,
  O,
  ECSClientResolvedConfig,
  EcsInput,
  EcsOutput
>;
type EcrCommand<I extends EcrInput, O extends EcrOutput> = EcrCommandBase<
  I,
  O,
  ECRClientResolvedConfig,
  EcrInput,
  EcrOutput
>;
type ElbCommand<I extends ElbInput, O extends ElbOutput> = ElbCommandBase<
  I,
  O,
  ElasticLoadBalancingV2ClientResolvedConfig,
  ElbInput,
  ElbOutput
>;

/** ECS in one region. Everything that goes wrong is an `AwsError`. */
interface Ecs {
  /** Waits for room in the operation's quota. */
  send<I extends EcsInput, O extends EcsOutput>(
    operation: EcsOperation,
    command: EcsCommand<I, O>,
  ): Promise<O>;
  /** Sends only if the quota has room right now; undefined where it has none. */
  sendIfRoom<I extends EcsInput, O extends EcsOutput>(
    operation: EcsOperation,
    command: EcsCommand<I, O>,
  ): Promise<O | undefined>;
}

interface Ecr {
  send<I extends EcrInput, O extends EcrOutput>(operation: string, command: EcrCommand<I, O>): Promise<O>;
}

/** Application Load Balancers in one region. Waits for room in the operation's quota; all that goes wrong is an `AwsError`. */
interface Elb {
  send<I extends ElbInput, O extends ElbOutput>(
    operation: ElbOperation,
    command: ElbCommand<I, O>,
  ): Promise<O>;
}

export interface Aws {
  /** `region` undefined means the one that the SDK finds by itself (AWS_REGION, profile). */
  ecs(region: string | undefined): Ecs;
  ecr(region: string | undefined): Ecr;
  elb(region: string): Elb;
}

/** `timeout` is the real time, in milliseconds, after which a call counts as not answered. */
export function createAws({ limiter, timeout = 10_000 }: { limiter: Limiter; timeout?: number }): Aws {
  // The SDK reads this when its first client is made; Node 20 is supported here for as long as it works.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { call, callIfRoom } = createCaller({ limiter, timeout });
  const settings = (region: string | undefined) => ({
    ...(region ? { region } : {}),
    // A write whose answer is lost must be looked for, not sent again: the caller decides what is tried again.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(3_000, timeout),
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
    },
  });

  return {
    ecs: memoize((region): Ecs => {
      const client = new ECSClient(settings(region));
      const about = (operation: EcsOperation) => ({
        name: `ecs:${operation}`,
        bucket: async () => ecsQuota(operation, await client.config.region()),
      });
      return {
        send: (operation, command) => call(about(operation), (abort) => client.send(command, abort)),
        sendIfRoom: (operation, command) =>
          callIfRoom(about(operation), (abort) => client.send(command, abort)),
      };
    }),

    ecr: memoize((region): Ecr => {
      const client = new ECRClient(settings(region));
      const about = (operation: string) => ({
        name: `ecr:${operation}`,
        bucket: async () => ecrBucket(await client.config.region()),
      });
      return {
        send: (operation, command) => call(about(operation), (abort) => client.send(command, abort)),
      };
    }),

    elb: memoize((region): Elb => {
      const client = new ElasticLoadBalancingV2Client(settings(region));
      const about = (operation: ElbOperation) => ({
        name: `elasticloadbalancing:${operation}`,
        bucket: async () => elbQuota(operation, region),
      });
      return {
        send: (operation, command) => call(about(operation), (abort) => client.send(command, abort)),
      };
    }),
  };
}

/** AWS gives no figure for ECR's reads; this is our own, well below what it takes. */
const ecrBucket = (where: string): Bucket => ({ name: `ecr:${where}:read`, burst: 50, perSecond: 20 });
