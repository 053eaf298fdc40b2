/** A message in Slack that is, was or shall be a line of a timeline, and what happened to it. */
import { z } from 'zod';
import { person } from '../../records/deployment.ts';

export const followed = z.strictObject({
  kind: z.literal('message'),
  /** `reacted`: somebody pinned it or took the pin away; `added`: by the message shortcut. */
  event: z.enum(['reacted', 'edited', 'deleted', 'added']),
  channel: z.string(),
  ts: z.string(),
  /** Null: the place tells. */
  incident: z.string().nullable(),
  /** Who did that; the name may be the id. Null: Slack does not say who deleted a message. */
  person: person.nullable(),
  /** The message as the event showed it: the bot may not be able to read it. */
  given: z
    .strictObject({ text: z.string(), user: z.string().nullable(), link: z.string().nullable() })
    .nullable(),
  at: z.number(),
});
export type Followed = z.infer<typeof followed>;

/** Slack's names of 📌 and 📍. */
const pins: readonly string[] = ['pushpin', 'round_pushpin'];
export const isPin = (reaction: string): boolean => pins.includes(reaction);
