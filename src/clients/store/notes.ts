/** What the Slack writer remembers of each message, and where a person waits for an answer. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { SaveConflict } from './errors.ts';
import type { Key } from './index.ts';
import { keptAfterEnd } from './retention.ts';

/** What is known of a deployment's message in Slack. `posting` is written before a post whose answer may be lost. */
const screen = z.strictObject({
  /** Raised by one on every save; a save that read an older one is refused. */
  revision: z.number().default(0),
  channel: z.string().nullable(),
  ts: z.string().nullable(),
  /** A digest of what the message shows now. */
  shown: z.string().nullable(),
  /** How many story entries were told in the thread. */
  told: z.number(),
  posting: z.strictObject({ key: z.string(), upTo: z.number(), at: z.number() }).nullable(),
  /** The person who asked was answered (a refusal, a plan). */
  answered: z.boolean(),
  /** The person who asked was told that the channel cannot show it. */
  unseen: z.boolean().default(false),
});
export type Screen = z.infer<typeof screen>;
const blank: Screen = {
  revision: 0,
  channel: null,
  ts: null,
  shown: null,
  told: 0,
  posting: null,
  answered: false,
  unseen: false,
};

/** Slack takes answers to a command for 30 minutes. */
export const responseUrlLives = 30 * 60_000;

export function notes(redis: Redis, key: Key) {
  return {
    async screen(id: string): Promise<Screen> {
      const json = await redis.get(key('screen', id));
      return json === null ? blank : screen.parse(JSON.parse(json));
    },
    /** Saves over the revision that was read and gives the screen with its new one; throws SaveConflict. */
    async saveScreen(id: string, state: Screen): Promise<Screen> {
      const saved = { ...state, revision: state.revision + 1 };
      const done = await redis.pilothouseSaveScreen(
        key('screen', id),
        key('deployment', id),
        state.revision,
        JSON.stringify(saved),
        keptAfterEnd,
      );
      if (done !== 1) throw new SaveConflict(`Somebody else draws ${id} as well.`);
      return saved;
    },
    /** Response URLs let anybody answer, so they are kept out of records and jobs. */
    async keepResponseUrl(id: string, url: string): Promise<void> {
      await redis.set(key('answer-to', id), url, 'PX', responseUrlLives);
    },
    async responseUrl(id: string): Promise<string | null> {
      return redis.get(key('answer-to', id));
    },
  };
}
