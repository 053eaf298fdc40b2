/** What the store keeps besides deployment records: decisions, proofs of health, the audit. */
import { z } from 'zod';
import { person } from './deployment.ts';
import { revision } from './rollout.ts';

/** A person's recorded answer to one question about a deployment; the first one wins. */
export const decision = z.strictObject({
  by: person,
  at: z.number(),
  /** `approve`/`reject` (an approval round), `cancel`/`roll-back` (a stop), `retry`/`roll-back`/`leave` (a hold). */
  choice: z.enum(['approve', 'reject', 'cancel', 'roll-back', 'retry', 'leave']),
  reason: z.string().nullable(),
});
export type Decision = z.infer<typeof decision>;

/** A revision that passed its probes for a whole watch in one environment: what rollbacks return to. */
export const proof = z.strictObject({
  service: z.string(),
  environment: z.string(),
  revision,
  provenAt: z.number(),
  deployment: z.string(),
  /** How many looks were good, and how long it was watched, in milliseconds. */
  looks: z.number(),
  watched: z.number(),
});
export type Proof = z.infer<typeof proof>;

/** One line of the append-only audit. */
export const auditEntry = z.strictObject({
  at: z.number(),
  /** Null where the bot itself acted. */
  who: person.nullable(),
  /** `deploy.asked`, `approval.approved`, `service.updated`, `button.refused`, … */
  what: z.string(),
  /** The deployment's id, or null. */
  deployment: z.string().nullable(),
  /** The incident's id. */
  incident: z.string().exactOptional(),
  environment: z.string().nullable(),
  detail: z.string().nullable(),
  /** How it came in. */
  from: z.enum(['command', 'form', 'button', 'shortcut', 'reaction', 'pagerduty', 'worker', 'clock']),
  /** Slack's id of the channel, group or direct message in which somebody asked. */
  channel: z.string().exactOptional(),
});
export type AuditEntry = z.infer<typeof auditEntry>;
