/** Asks an API that takes many names a call; a call that fails fails only the names that were in it. */
import { chunk, mapAsync, uniq } from 'es-toolkit';

/** Calls under way at once. The limiter keeps the quotas, this only bounds sockets and memory. */
export const atOnce = 8;

/** The answer to one name, or a throw of what its batch threw. */
export type AnswerTo<T> = (name: string) => T;

export async function inBatches<T>(
  names: readonly string[],
  most: number,
  ask: (batch: string[]) => Promise<AnswerTo<T>>,
): Promise<AnswerTo<T>> {
  const answers = new Map<string, PromiseSettledResult<AnswerTo<T>>>();
  await mapAsync(
    chunk(uniq(names), most),
    async (batch) => {
      const [answer] = await Promise.allSettled([ask(batch)]);
      for (const name of batch) answers.set(name, answer);
    },
    { concurrency: atOnce },
  );
  return (name) => {
    const answer = answers.get(name);
    if (!answer) throw new Error(`${name} was not asked for`);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value(name);
  };
}
