/** Prometheus Alertmanager's webhook, version 4 (Prometheus documentation, "webhook_config"). */
import { z } from 'zod';
import type { Alert } from '../records/alert.ts';
import { labels, optionalText, parsed } from './body.ts';
import { nothing, type Reading, Rejected, type Source } from './request.ts';
import { knowsSecret } from './secrets.ts';
import { subjectOf } from './subject.ts';
import { alertOf, hash, instant, severityOf, topicOf } from './words.ts';

/** A resolved alert says when it ended; Alertmanager writes the year 1 where it does not know yet. */
const one = z.object({
  status: z.enum(['firing', 'resolved']),
  labels,
  annotations: labels,
  startsAt: instant,
  endsAt: instant.optional().catch(undefined),
  generatorURL: optionalText,
  fingerprint: z.string().min(1).max(100).optional().catch(undefined),
});
type One = z.infer<typeof one>;

const webhook = z.object({ version: z.literal('4'), alerts: z.array(one).max(1000) });

export const alertmanager: Source = {
  isConfigured: ({ secrets }) => secrets.alertmanager !== null,

  read: ({ headers, body }, reading) => {
    const secret = reading.settings.secrets.alertmanager;
    if (secret === null || !knowsSecret(headers.authorization, secret)) {
      throw new Rejected('unsigned', 'expected Authorization: Bearer with the shared secret');
    }
    const alerts = parsed(body, webhook).alerts.map((found) => readOne(found, reading));
    // A group is sent again as a whole when one of its alerts changes: what is news is the alert, not the message.
    return {
      ...nothing,
      alerts: alerts.map((alert) => ({ delivery: hash(alert.key, alert.state, alert.at), alert })),
    };
  },
};

function readOne(a: One, { catalog, clock }: Pick<Reading, 'catalog' | 'clock'>): Alert {
  const name = a.labels.get('alertname') ?? 'Alert without a name';
  const of = (...names: string[]) => names.map((n) => a.labels.get(n));
  const ended = a.status === 'resolved' ? Math.max(a.endsAt ?? 0, a.startsAt) : a.startsAt;
  return alertOf(
    {
      source: 'alertmanager',
      key: a.fingerprint ?? hash(...[...a.labels].sort().flat()),
      state: a.status,
      title: a.annotations.get('summary') || name,
      detail: a.annotations.get('description') ?? a.annotations.get('message'),
      ...subjectOf(
        {
          services: of('service', 'app', 'job', 'container', 'deployment'),
          environments: of('environment', 'env', 'stage', 'namespace'),
          clusters: of('cluster', 'ecs_cluster'),
          within: [name],
        },
        catalog,
      ),
      severity: severityOf(of('severity', 'priority')),
      topic: topicOf([...of('topic', 'metric'), name, a.annotations.get('summary')]),
      at: ended,
      link: a.annotations.get('runbook_url') ?? a.generatorURL,
    },
    clock.now(),
  );
}
