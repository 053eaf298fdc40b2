/**
 * What happens to an incident: everything people do, and everything the bot hears, comes in through its inbox as an
 * act. The inbox keeps all of them, in order; the record is what `apply` makes of them.
 */
import { z } from 'zod';
import { alert } from './alert.ts';
import { person } from './deployment.ts';
import { effectResult } from './effect.ts';
import { findings } from './incident.ts';
import { incidentRoles, mitigationActions, severities, symptoms } from './incident-terms.ts';

const text = z.string().min(1).max(3000);
const shortText = z.string().min(1).max(500);
const link = z.url({ protocol: /^https?$/ }).max(2000);

const what = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('acknowledge'), via: z.enum(['slack', 'pagerduty']) }),
  z.strictObject({ kind: z.literal('claim'), role: z.enum(incidentRoles) }),
  /** Becomes one of the responders. */
  z.strictObject({ kind: z.literal('join') }),
  z.strictObject({ kind: z.literal('hand-over'), role: z.enum(incidentRoles), to: person, note: shortText }),
  z.strictObject({
    kind: z.literal('status'),
    to: z.enum(['investigating', 'identified', 'mitigating', 'monitoring']),
  }),
  z.strictObject({ kind: z.literal('severity'), to: z.enum(severities), reason: shortText.nullable() }),
  /** What is not there stays as it is. */
  z.strictObject({
    kind: z.literal('facts'),
    title: z.string().min(1).max(150).exactOptional(),
    impact: text.exactOptional(),
    action: text.exactOptional(),
    eta: shortText.exactOptional(),
    rootCause: text.exactOptional(),
    fix: link.exactOptional(),
    services: z.array(z.string()).exactOptional(),
  }),
  /** `message` is `channel:ts` for what was taken from Slack; noting the same message twice changes nothing. */
  z.strictObject({
    kind: z.literal('note'),
    text,
    links: z.array(link).max(20),
    message: z.string().nullable(),
    /** When it was said. */
    said: z.number(),
  }),
  z.strictObject({ kind: z.literal('note-edited'), message: z.string(), text, links: z.array(link).max(20) }),
  z.strictObject({ kind: z.literal('note-removed'), message: z.string() }),
  /** Ticks or unticks a row of the procedure. */
  z.strictObject({ kind: z.literal('check'), row: z.string().max(60), done: z.boolean() }),
  z.strictObject({ kind: z.literal('symptoms'), chosen: z.array(z.enum(symptoms)) }),
  z.strictObject({
    kind: z.literal('mitigate'),
    action: z.enum(mitigationActions),
    services: z.array(z.string()),
    /** What scaling wants, by service. */
    desired: z.record(z.string(), z.number()),
  }),
  /** Switches rate limiting or the maintenance page off again; `n` is the mitigation. */
  z.strictObject({ kind: z.literal('undo'), n: z.number() }),
  /** Look again at probes and at what runs. */
  z.strictObject({ kind: z.literal('assess') }),
  /** Update `n` was edited, posted or skipped by a person. */
  z.strictObject({
    kind: z.literal('update'),
    n: z.number(),
    status: z.enum(['investigating', 'identified', 'mitigating', 'monitoring']),
    action: text,
    eta: shortText,
    /** Whoever wrote it may publish: the words go to the status page too, where there is something public. */
    public: z.boolean().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('skip-update'), n: z.number() }),
  /** To the status page. */
  z.strictObject({
    kind: z.literal('publish'),
    status: z.enum(['investigating', 'identified', 'monitoring', 'resolved']),
    body: text,
    components: z.record(
      z.string(),
      z.enum(['operational', 'degraded_performance', 'partial_outage', 'major_outage']),
    ),
  }),
  z.strictObject({ kind: z.literal('link'), title: z.string().min(1).max(150), link }),
  /** This incident is a duplicate of another one, which takes over its timeline. */
  z.strictObject({ kind: z.literal('merge'), into: z.string() }),
  /** Told to the one that stays. */
  z.strictObject({
    kind: z.literal('merged-from'),
    id: z.string(),
    title: z.string(),
    lines: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal('clear-halt') }),
  z.strictObject({
    kind: z.literal('resolve'),
    impact: text,
    resolution: text,
    rootCause: text.nullable(),
    /** As for updates. */
    public: z.boolean().exactOptional(),
    followUps: z
      .array(z.strictObject({ text: shortText, owner: person.nullable(), due: z.number().nullable() }))
      .max(20),
  }),
  z.strictObject({ kind: z.literal('reopen'), reason: shortText }),
  z.strictObject({
    kind: z.literal('follow-up'),
    text: shortText,
    owner: person.nullable(),
    due: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal('follow-up-done'), n: z.number() }),
  /** A side effect that failed is to be tried again. */
  z.strictObject({ kind: z.literal('retry'), effect: z.string() }),
  z.strictObject({ kind: z.literal('alert'), alert }),
  /** What a deployment of the same environment did: one line, and its card. */
  z.strictObject({
    kind: z.literal('deployment'),
    id: z.string(),
    event: z.enum(['started', 'succeeded', 'rolled-back', 'failed', 'left', 'stopped']),
    text,
    link: link.nullable(),
    /** Set for rollbacks: the services that go back. */
    back: z.array(z.string()).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('findings'), findings, effect: z.string() }),
  z.strictObject({
    kind: z.literal('mitigation'),
    n: z.number(),
    state: z.enum(['under-way', 'done', 'failed', 'undone']),
    detail: shortText,
    /** What scaling wants from now on. */
    desired: z.record(z.string(), z.number()).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('effect-done'), key: z.string(), result: effectResult }),
  /** `retryIn`: milliseconds after which it is tried again by itself; null: it was refused. */
  z.strictObject({
    kind: z.literal('effect-failed'),
    key: z.string(),
    why: shortText,
    retryIn: z.number().nullable(),
  }),
]);
export type What = z.infer<typeof what>;
export type ActKind = What['kind'];
/** One kind of them. */
export type WhatOf<K extends ActKind> = Extract<What, { kind: K }>;

export const act = z.strictObject({
  at: z.number(),
  /** Null where the bot itself noticed it. */
  by: person.nullable(),
  from: z.enum(['command', 'form', 'button', 'shortcut', 'reaction', 'pagerduty', 'worker']),
  /** Slack's id of the channel in which somebody asked. */
  channel: z.string().nullable(),
  what,
});
export type Act = z.infer<typeof act>;
