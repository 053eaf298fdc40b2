/** People's answers: stored before anything acts on them, and the first one wins. */
import type { Redis } from 'ioredis';
import { type Decision, decision } from '../../records/entries.ts';
import type { Key } from './index.ts';

const kept = 30 * 24 * 60 * 60_000;

export function decisions(redis: Redis, key: Key) {
  return {
    /**
     * Records an answer to `question` (`approval-1`, `stop`, `hold-1`) unless the question is settled or this
     * person has answered it. `needed` equal approvals settle a question; any other choice settles it alone.
     */
    async decide(id: string, question: string, answer: Decision, needed = 1) {
      const [recorded, ...answers] = await redis.pilothouseDecide(
        key('decision', id, question),
        JSON.stringify(answer),
        answer.by.id,
        answer.choice,
        needed,
        kept,
      );
      return { recorded: recorded === '1', answers: answers.map(parse) };
    },

    async answersTo(id: string, question: string): Promise<Decision[]> {
      return (await redis.lrange(key('decision', id, question), 0, -1)).map(parse);
    },
  };
}

const parse = (json: string): Decision => decision.parse(JSON.parse(json));
