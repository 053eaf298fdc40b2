/** People's answers: stored before anything acts on them, and the first one wins. */
import type { Redis } from 'ioredis';
import { type Decision, decision } from '../../records/entries.ts';
import { TooLate } from './errors.ts';
import type { Key, StoreOptions } from './index.ts';
import type { RedisClock } from './redis-clock.ts';
import { keptAfterEnd } from './retention.ts';

export function decisions(
  redis: Redis,
  key: Key,
  { clock, patience, warn }: { clock: RedisClock } & StoreOptions,
) {
  return {
    /**
     * Records an answer to `question` (`approval-1`, `stop`, `hold-1`) unless the question is settled or this
     * person has answered it, or the deployment has ended. `needed` equal approvals settle a question; any other choice settles it alone.
     * Throws TooLate, and the answer does not count, if Redis gets to it later than the store's patience allows.
     */
    async decide(id: string, question: string, answer: Decision, needed = 1) {
      const [recorded, ...answers] = await redis.pilothouseDecide(
        key('decision', id, question),
        key('deployment', id),
        JSON.stringify(answer),
        answer.by.id,
        answer.choice,
        needed,
        keptAfterEnd,
        patience === null ? '' : await clock.notAfter(patience),
      );
      if (recorded === 'late') {
        warn(
          `an answer about ${id} reached Redis more than ${patience} ms after it came in, and was refused`,
        );
        void clock.compare();
        throw new TooLate('The store took too long.');
      }
      return { recorded: recorded === '1', answers: answers.map(parse) };
    },

    async answersTo(id: string, question: string): Promise<Decision[]> {
      return (await redis.lrange(key('decision', id, question), 0, -1)).map(parse);
    },
  };
}

const parse = (json: string): Decision => decision.parse(JSON.parse(json));
