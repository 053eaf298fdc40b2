/**
 * What an incident makes happen outside. The record says what has to happen, a worker makes it so and tells the
 * incident's inbox how it went: trouble outside never holds up the incident, and shows on its card.
 */
import { z } from 'zod';
import { incidentRoles } from './incident-terms.ts';

/** A message that is written when it is sent, from the record as it is then. */
const post = z.discriminatedUnion('kind', [
  /** Lines of the timeline: the numbers of the entries. */
  z.strictObject({ kind: z.literal('timeline'), entry: z.number() }),
  z.strictObject({ kind: z.literal('update'), n: z.number() }),
  /** The next update, offered with Edit, Post and Skip; `n` is the number that it will have. */
  z.strictObject({ kind: z.literal('draft'), n: z.number(), dueAt: z.number() }),
  z.strictObject({ kind: z.literal('overdue-update'), n: z.number() }),
  z.strictObject({ kind: z.literal('findings'), at: z.number() }),
  z.strictObject({ kind: z.literal('mitigate') }),
  z.strictObject({ kind: z.literal('recent-deployments') }),
  z.strictObject({ kind: z.literal('emergency') }),
  z.strictObject({ kind: z.literal('customers') }),
  z.strictObject({ kind: z.literal('roles'), missing: z.array(z.enum(incidentRoles)) }),
  z.strictObject({ kind: z.literal('resolved') }),
  z.strictObject({ kind: z.literal('reopened') }),
  z.strictObject({ kind: z.literal('chase'), followUp: z.number() }),
  z.strictObject({ kind: z.literal('told'), why: z.string() }),
]);
export type Post = z.infer<typeof post>;

const effectWhat = z.discriminatedUnion('kind', [
  /** The parent message in the incidents channel. Result: channel, ts. */
  z.strictObject({ kind: z.literal('card') }),
  /** The war room with topic, purpose and bookmarks. Result: channel (id), name. */
  z.strictObject({ kind: z.literal('room') }),
  /** The pinned summary in it. Result: channel, ts. */
  z.strictObject({ kind: z.literal('room-card') }),
  /** Those on call, stakeholders and whoever declared it. Result: text. */
  z.strictObject({
    kind: z.literal('invite'),
    /** Only these, by Slack's ids: somebody who came later. */
    people: z.array(z.string()).exactOptional(),
  }),
  /** `home`: the war room, or the card's thread; `channel`: that thread, shown in the incidents channel as well. */
  z.strictObject({ kind: z.literal('post'), place: z.enum(['home', 'channel']), post }),
  /** A direct message. */
  z.strictObject({ kind: z.literal('direct'), to: z.string(), post }),
  /** Calls whoever is on call at this level (0 first); `leadership` calls those. Result: text (whom, how), link. */
  z.strictObject({ kind: z.literal('page'), level: z.number(), why: z.string() }),
  z.strictObject({ kind: z.literal('page-leadership'), why: z.string() }),
  /** Tells whoever is on call without ringing. */
  z.strictObject({ kind: z.literal('tell-on-call'), why: z.string() }),
  z.strictObject({ kind: z.literal('page-acknowledge') }),
  z.strictObject({ kind: z.literal('page-resolve') }),
  /** Looks at probes and at what runs; tells `findings` to the inbox. */
  z.strictObject({ kind: z.literal('assess'), n: z.number() }),
  z.strictObject({ kind: z.literal('mitigate'), n: z.number() }),
  z.strictObject({ kind: z.literal('undo'), n: z.number() }),
  /** Result: statusPage id, link. */
  z.strictObject({
    kind: z.literal('publish'),
    n: z.number(),
    status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
    body: z.string(),
    components: z.record(
      z.string(),
      z.enum(['operational', 'degraded_performance', 'partial_outage', 'major_outage']),
    ),
  }),
  /** The draft as a canvas, or as a file where the workspace has none. Result: link. */
  z.strictObject({ kind: z.literal('post-mortem') }),
  /** A follow-up as a GitHub issue. Result: link. */
  z.strictObject({ kind: z.literal('issue'), followUp: z.number() }),
  /** Tells the incident that stays what this one knew. */
  z.strictObject({ kind: z.literal('merge'), into: z.string() }),
  z.strictObject({ kind: z.literal('archive') }),
  z.strictObject({ kind: z.literal('unarchive') }),
]);
export type EffectWhat = z.infer<typeof effectWhat>;

export const effect = z.strictObject({
  /** Once in an incident: the same key never happens twice. */
  key: z.string(),
  what: effectWhat,
  /** The key of the effect that has to come first; it counts as come when it is done or was given up. */
  after: z.string().nullable(),
  /** `failed`: refused; a person may have it tried again. What is only delayed stays `due`. */
  state: z.enum(['due', 'done', 'failed']),
  /** Attempts that came to nothing. */
  tries: z.number(),
  /** Not to be tried before. */
  notBefore: z.number(),
  since: z.number(),
  trouble: z.string().nullable(),
  link: z.string().nullable(),
});
export type Effect = z.infer<typeof effect>;

/** What carrying out an effect gave; each kind of effect fills in what it says above. */
export const effectResult = z.strictObject({
  channel: z.string().exactOptional(),
  ts: z.string().exactOptional(),
  name: z.string().exactOptional(),
  id: z.string().exactOptional(),
  link: z.string().nullable().exactOptional(),
  text: z.string().exactOptional(),
});
export type EffectResult = z.infer<typeof effectResult>;
