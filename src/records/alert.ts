/** An alert as every monitoring system's message is read into. No I/O here. */
import { z } from 'zod';

export const alertSources = ['cloudwatch', 'alertmanager', 'datadog', 'pagerduty', 'generic'] as const;
export type AlertSource = (typeof alertSources)[number];

/** What it is about, where that can be told: runbook 004's table tells errors and latency with "consider rollback". */
export const alertTopics = ['error-rate', 'slow', 'database-errors', 'saturation', 'other'] as const;

export const alert = z.strictObject({
  source: z.enum(alertSources),
  /** The same for everything that this alarm says: its ARN, fingerprint, monitor id … At most 255 characters. */
  key: z.string().min(1).max(255),
  state: z.enum(['firing', 'resolved']),
  /** In the words of the source, at most 200 characters. */
  title: z.string(),
  /** At most 2000 characters. */
  detail: z.string().nullable(),
  /** Names of the catalog, or null where it names none. */
  service: z.string().nullable(),
  environment: z.string().nullable(),
  /** What the source thinks. */
  severity: z.enum(['P1', 'P2', 'P3', 'P4']).nullable(),
  topic: z.enum(alertTopics),
  /** When it began (firing) or ended (resolved) by the source's clock; ms since 1970. */
  at: z.number(),
  /** Where a person looks it up; http(s) only. */
  link: z.string().nullable(),
});
export type Alert = z.infer<typeof alert>;
