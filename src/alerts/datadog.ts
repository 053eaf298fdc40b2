/** Datadog's webhook with the payload that docs/alerts.md gives (Datadog documentation, "Webhooks", for the variables). */
import { z } from 'zod';
import type { Alert } from '../records/alert.ts';
import { optionalText, parsed } from './body.ts';
import { nothing, type Reading, Rejected, type Source } from './request.ts';
import { knowsSecret } from './secrets.ts';
import { subjectOf } from './subject.ts';
import { alertOf, hash, instant, severityOf, topicOf } from './words.ts';

const webhook = z.object({
  /** `$ALERT_ID`: the monitor. */
  monitor: z.string().min(1).max(100),
  /** `$ALERT_TRANSITION` */
  transition: z.string().min(1).max(100),
  title: z.string().min(1),
  /** `$DATE`: milliseconds since 1970. */
  at: instant,
  /** `$ALERT_SCOPE`: the tags of the group that triggered, separated by commas. */
  scope: optionalText,
  tags: optionalText,
  metric: optionalText,
  priority: optionalText,
  text: optionalText,
  link: optionalText,
});
type Webhook = z.infer<typeof webhook>;

/** Warnings and missing data are neither trouble nor its end. */
const states: ReadonlyMap<string, Alert['state']> = new Map([
  ['triggered', 'firing'],
  ['re-triggered', 'firing'],
  ['recovered', 'resolved'],
]);

export const datadog: Source = {
  isConfigured: ({ secrets }) => secrets.datadog !== null,

  read: ({ headers, body }, reading) => {
    const secret = reading.settings.secrets.datadog;
    if (secret === null || !knowsSecret(headers.authorization, secret)) {
      throw new Rejected('unsigned', 'expected Authorization: Bearer with the shared secret');
    }
    const message = parsed(body, webhook);
    const state = states.get(message.transition.trim().toLowerCase());
    if (!state) return nothing;
    const alert = readMonitor(message, state, reading);
    return { ...nothing, alerts: [{ delivery: hash(alert.key, state, alert.at), alert }] };
  },
};

function readMonitor(
  message: Webhook,
  state: Alert['state'],
  { catalog, clock }: Pick<Reading, 'catalog' | 'clock'>,
): Alert {
  const tags = tagsIn(`${message.scope ?? ''},${message.tags ?? ''}`);
  const of = (...names: string[]) => names.map((name) => tags.get(name));
  return alertOf(
    {
      source: 'datadog',
      key: `${message.monitor} ${message.scope ?? ''}`.trim(),
      state,
      title: message.title,
      detail: message.text,
      ...subjectOf(
        {
          services: of('service', 'servicename', 'ecs_service'),
          environments: of('environment', 'env'),
          clusters: of('clustername', 'cluster_name', 'ecs_cluster'),
          within: [...of('loadbalancer', 'targetgroup'), message.title],
        },
        catalog,
      ),
      severity: severityOf([message.priority, ...of('severity', 'priority')]),
      topic: topicOf([message.metric, message.title]),
      at: message.at,
      link: message.link,
    },
    clock.now(),
  );
}

/** `env:production,service:api`; of a tag that stands there twice the first one counts. */
function tagsIn(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const tag of text.slice(0, 20_000).split(',')) {
    const at = tag.indexOf(':');
    const name = tag.slice(0, at).trim().toLowerCase();
    if (at > 0 && !tags.has(name)) tags.set(name, tag.slice(at + 1).trim());
  }
  return tags;
}
