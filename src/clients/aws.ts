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
import { memoize } from 'es-toolkit';
import { awsError } from './aws-errors.ts';
import { type EcsOperation, ecsQuota } from './aws-quotas.ts';
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

/** ECS in one region. Everything that goes wrong is an `AwsError`. */
export interface Ecs {
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

export interface Ecr {
  send<I extends EcrInput, O extends EcrOutput>(operation: string, command: EcrCommand<I, O>): Promise<O>;
}

export interface Aws {
  /** `region` undefined means the one that the SDK finds by itself (AWS_REGION, profile). */
  ecs(region: string | undefined): Ecs;
  ecr(region: string | undefined): Ecr;
}

/** How long everybody keeps off a quota after AWS said that it is used up, in milliseconds of the clock. */
const penalty = 1_000;
/** A turn that comes later than this, in milliseconds of the clock, is not waited for. */
const longestWait = 30_000;

/** `timeout` is the real time, in milliseconds, after which a call counts as not answered. */
export function createAws({ limiter, timeout = 10_000 }: { limiter: Limiter; timeout?: number }): Aws {
  // The SDK reads this when its first client is made; Node 20 is supported here for as long as it works.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const settings = (region: string | undefined) => ({
    ...(region ? { region } : {}),
    // A write whose answer is lost must be looked for, not sent again: `call` decides what is tried again.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(3_000, timeout),
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
    },
  });
  const waiting: Entry = async (bucket, then) => {
    await limiter.take(bucket, { maxWaitMs: longestWait });
    return then();
  };
  const ifRoom = async <O>(bucket: Bucket, then: () => Promise<O>) =>
    (await limiter.tryTake(bucket)) === 0 ? then() : undefined;
  const penalise = (bucket: Bucket) => limiter.penalise(bucket, penalty);

  return {
    ecs: memoize((region): Ecs => {
      const client = new ECSClient(settings(region));
      const about = (operation: EcsOperation) => ({
        name: `ecs:${operation}`,
        bucket: async () => ecsQuota(operation, await client.config.region()),
        penalise,
      });
      return {
        send: (operation, command) =>
          call(about(operation), (bucket) =>
            waiting(bucket, () => answeredWithin(timeout, (abort) => client.send(command, abort))),
          ),
        sendIfRoom: (operation, command) =>
          call(
            about(operation),
            (bucket) => ifRoom(bucket, () => answeredWithin(timeout, (abort) => client.send(command, abort))),
            (bucket) =>
              waiting(bucket, () => answeredWithin(timeout, (abort) => client.send(command, abort))),
          ),
      };
    }),

    ecr: memoize((region): Ecr => {
      const client = new ECRClient(settings(region));
      const about = (operation: string) => ({
        name: `ecr:${operation}`,
        bucket: async () => ecrBucket(await client.config.region()),
        penalise,
      });
      return {
        send: (operation, command) =>
          call(about(operation), (bucket) =>
            waiting(bucket, () => answeredWithin(timeout, (abort) => client.send(command, abort))),
          ),
      };
    }),
  };
}

/** Goes through a bucket's door, then on. */
type Entry = <O>(bucket: Bucket, then: () => Promise<O>) => Promise<O>;

interface Call {
  /** As IAM calls it: `ecs:UpdateService`. */
  name: string;
  bucket: () => Promise<Bucket>;
  penalise: (bucket: Bucket) => Promise<void>;
}

/** AWS gives no figure for ECR's reads; this is our own, well below what it takes. */
const ecrBucket = (where: string): Bucket => ({ name: `ecr:${where}:read`, burst: 50, perSecond: 20 });

/** A read that broke off this soon (a dropped connection) is sent again at once; in real milliseconds. */
const soon = 2_000;

/**
 * One more try after throttling, when nothing was done, and for reads after a quick failure, which do no harm. It waits for
 * its turn: what is throttled again and again has to be told, and not to look like a quota without room for ever.
 */
async function call<R>(
  { name, bucket, penalise }: Call,
  send: (bucket: Bucket) => Promise<R>,
  again = send,
): Promise<R> {
  const began = performance.now();
  try {
    const quota = await bucket();
    try {
      return await send(quota);
    } catch (error) {
      const { failure } = awsError(name, error);
      const isRead = /:(Describe|List)/.test(name);
      if (failure === 'throttled') await penalise(quota);
      else if (failure !== 'unsure' || !isRead || performance.now() - began > soon) throw error;
      return await again(quota);
    }
  } catch (error) {
    throw awsError(name, error);
  }
}

/** The SDK's own timeouts end with the headers; a body that never ends needs this one. */
async function answeredWithin<O>(
  timeout: number,
  send: (options: { abortSignal: AbortSignal }) => Promise<O>,
): Promise<O> {
  const abortSignal = AbortSignal.timeout(timeout);
  const late = new Promise<never>((_, reject) => {
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true });
  });
  return Promise.race([send({ abortSignal }), late]);
}
