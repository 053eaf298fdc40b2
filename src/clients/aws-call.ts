/** One call to AWS: its turn in the shared quota, an end in sight, and the one more try that does no harm. */
import { AwsError, awsError } from './aws-errors.ts';
import type { Bucket, Limiter } from './limiter.ts';

interface About {
  /** As IAM calls it: `ecs:UpdateService`. */
  name: string;
  /** Rejects where the region is not known. */
  bucket: () => Promise<Bucket>;
}

type Send<O> = (options: { abortSignal: AbortSignal }) => Promise<O>;

/** How long everybody keeps off a quota after AWS said that it is used up, in milliseconds of the clock. */
const penalty = 1_000;
/** A turn that comes later than this, in milliseconds of the clock, is not waited for. */
const longestWait = 30_000;
/** A read that broke off this soon (a dropped connection) is sent again at once; in real milliseconds. */
const soon = 2_000;

/** `timeout` is real time, in milliseconds. All that is thrown is an `AwsError`. */
export function createCaller({ limiter, timeout }: { limiter: Limiter; timeout: number }) {
  return { call, callIfRoom };

  /** Waits for its turn. */
  function call<O>(about: About, send: Send<O>): Promise<O> {
    const inTurn = (bucket: Bucket) => waited(about, bucket, send);
    return tried(about, inTurn, inTurn);
  }

  /** Undefined, and nothing sent, where the quota has no room now. */
  function callIfRoom<O>(about: About, send: Send<O>): Promise<O | undefined> {
    const ifRoom = async (bucket: Bucket) =>
      (await turn(about, limiter.tryTake(bucket))) === 0 ? answeredWithin(timeout, send) : undefined;
    // The second try waits: what is throttled again and again must not look like a quota without room for ever.
    return tried<O | undefined>(about, ifRoom, (bucket) => waited(about, bucket, send));
  }

  async function waited<O>(about: About, bucket: Bucket, send: Send<O>): Promise<O> {
    await turn(about, limiter.take(bucket, { maxWaitMs: longestWait }));
    return answeredWithin(timeout, send);
  }

  /** Once more after throttling, when nothing was done, and for reads after a quick failure. */
  async function tried<R>(
    { name, bucket }: About,
    first: (bucket: Bucket) => Promise<R>,
    again: (bucket: Bucket) => Promise<R>,
  ): Promise<R> {
    const began = performance.now();
    try {
      const quota = await bucket();
      try {
        return await first(quota);
      } catch (error) {
        const { failure } = awsError(name, error);
        const isQuickRead = /:(Describe|List)/.test(name) && performance.now() - began < soon;
        if (failure === 'throttled') await limiter.penalise(quota, penalty);
        else if (failure !== 'unsure' || !isQuickRead) throw error;
        return await again(quota);
      }
    } catch (error) {
      throw awsError(name, error);
    }
  }
}

/** What goes wrong with the quota is not AWS's doing, and should not read as if it were. */
async function turn<T>({ name }: About, taken: Promise<T>): Promise<T> {
  try {
    return await taken;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AwsError('unsure', 'NoTurn', `${name}: no turn in the shared quota (${why})`, error);
  }
}

/** The SDK's own timeouts end with the headers; a body that never ends needs this one. */
async function answeredWithin<O>(timeout: number, send: Send<O>): Promise<O> {
  const abortSignal = AbortSignal.timeout(timeout);
  const late = new Promise<never>((_, reject) => {
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true });
  });
  return Promise.race([send({ abortSignal }), late]);
}
