/** Judges what handlers make of 10,000 inputs: an answer that Slack takes and that rings nobody, or a refusal of that kind. */
import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Reply } from '../../src/commands/desk.ts';
import { Refusal } from '../../src/records/refusal.ts';
import { help } from '../../src/templates/help.ts';
import type { Message } from '../../src/templates/message.ts';
import { refused } from '../../src/templates/replies.ts';
import { viewViolations, violations } from '../templates/limits.ts';

/** What became of one input. */
export interface Verdict {
  /** `said`, `form`, `help`, or the code of the refusal. */
  branch: string;
  /** All that is wrong with it. */
  wrong: string[];
}

/** How many inputs came to each branch. */
export type Tally = ReadonlyMap<string, number>;

const inputsWanted = 10_000;
/** Batches are shorter than their most, and begin short. */
const batches = 270;

/** Fails with the inputs for which something is wrong; `after` runs between the batches. */
export async function judgeAll<T>(
  inputs: fc.Arbitrary<T>,
  judge: (input: T) => Promise<Verdict>,
  after: () => Promise<void> = async () => {},
): Promise<Tally> {
  const tally = new Map<string, number>();
  // A batch may shrink to the one input that matters.
  const batch = fc.array(inputs, { minLength: 1, maxLength: 100, size: 'max' });
  await fc.assert(
    fc.asyncProperty(batch, async (all) => {
      const verdicts = await Promise.all(all.map(judge));
      await after();
      for (const { branch } of verdicts) tally.set(branch, (tally.get(branch) ?? 0) + 1);
      expect(
        verdicts.flatMap(({ wrong }, i) => (wrong.length > 0 ? [{ input: brief(all[i]), wrong }] : [])),
      ).toEqual([]);
    }),
    { numRuns: batches },
  );
  expect(total(tally)).toBeGreaterThanOrEqual(inputsWanted);
  return tally;
}

/** Fails unless each branch got at least this share of the inputs: else the inputs would prove little. */
export function expectShares(tally: Tally, shares: Readonly<Record<string, number>>): void {
  const found = Object.fromEntries([...tally].map(([branch, n]) => [branch, n / total(tally)]));
  const rare = Object.entries(shares).filter(([branch, share]) => (found[branch] ?? 0) < share);
  expect({ rare, found }).toEqual({ rare: [], found });
}

/** What a handler answered. */
export async function verdictOn(work: () => Promise<Reply>): Promise<Verdict> {
  try {
    return verdictOnReply(await work());
  } catch (error) {
    return error instanceof Refusal ? verdictOnRefusal(error) : crashed(error);
  }
}

function verdictOnReply(reply: Reply): Verdict {
  if ('form' in reply) return { branch: 'form', wrong: viewViolations(reply.form) };
  return { branch: isHelp(reply.say) ? 'help' : 'said', wrong: violations(reply.say) };
}

function verdictOnRefusal(refusal: Refusal): Verdict {
  return {
    branch: refusal.code,
    wrong: [
      ...violations(refused(refusal)),
      ...(refusal.message && refusal.hint ? [] : ['a refusal without words']),
      // Redis was there all the time, so something else went wrong on the way to it.
      ...(refusal.code === 'store-unavailable' ? ['Redis was blamed'] : []),
    ],
  };
}

const crashed = (error: unknown): Verdict => ({ branch: 'crashed', wrong: [inspect(error)] });

const topics = ['deploy', 'rollback', 'health', 'ops'] as const;
const helps = new Set(topics.map((topic) => JSON.stringify(help(topic))));
export const isHelp = (message: Message): boolean => helps.has(JSON.stringify(message));

const total = (tally: Tally): number => [...tally.values()].reduce((sum, n) => sum + n, 0);
const brief = (input: unknown): string => inspect(input, { depth: 8, maxStringLength: 300 });
