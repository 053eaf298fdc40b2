/** Monitoring systems: requests as each of them sends them, correctly signed. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { signatureOf } from '../src/alerts/secrets.ts';

/** A request for `POST <url of the bot><path>`. */
export interface AlertPost {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export const sendAlert = (url: string, { path, headers, body }: AlertPost): Promise<Response> =>
  fetch(url + path, { method: 'POST', headers, body });

/** What a scenario says of an alert; each source says it in its own way. Times in milliseconds since 1970. */
export interface Trouble {
  name: string;
  service: string;
  environment: string;
  state: 'firing' | 'resolved';
  /** When it began. */
  began: number;
  /** When it ended. */
  ended?: number;
  metric?: string;
  severity?: string;
}

const json = { 'content-type': 'application/json' };
const bearer = (secret: string) => ({ ...json, authorization: `Bearer ${secret}` });
const iso = (at: number) => new Date(at).toISOString();
const changedAt = ({ state, began, ended }: Trouble) => (state === 'resolved' ? (ended ?? began + 1) : began);

export function fromAlertmanager(secret: string, troubles: readonly Trouble[]): AlertPost {
  const alerts = troubles.map((t) => ({
    status: t.state,
    labels: {
      alertname: t.name,
      service: t.service,
      environment: t.environment,
      severity: t.severity ?? 'warning',
      ...(t.metric && { metric: t.metric }),
    },
    annotations: { summary: t.name, description: `${t.name} on ${t.service}` },
    startsAt: iso(t.began),
    endsAt: t.state === 'resolved' ? iso(changedAt(t)) : '0001-01-01T00:00:00Z',
    generatorURL: 'https://prometheus.example.com/graph?g0.expr=up',
    fingerprint: createHash('sha256')
      .update(`${t.name}/${t.service}/${t.environment}`)
      .digest('hex')
      .slice(0, 16),
  }));
  const body = {
    version: '4',
    groupKey: '{}:{alertname="x"}',
    truncatedAlerts: 0,
    status: troubles.some((t) => t.state === 'firing') ? 'firing' : 'resolved',
    receiver: 'pilothouse',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'https://alertmanager.example.com',
    alerts,
  };
  return { path: '/alerts/alertmanager', headers: bearer(secret), body: JSON.stringify(body) };
}

export function fromDatadog(secret: string, t: Trouble): AlertPost {
  const body = {
    monitor: String(Number.parseInt(createHash('sha256').update(t.name).digest('hex').slice(0, 8), 16)),
    transition: t.state === 'firing' ? 'Triggered' : 'Recovered',
    title: `[${t.state === 'firing' ? 'Triggered' : 'Recovered'}] ${t.name}`,
    at: String(changedAt(t)),
    scope: `env:${t.environment},service:${t.service}`,
    tags: `env:${t.environment},monitor,service:${t.service}`,
    metric: t.metric ?? '',
    priority: t.severity ?? '',
    text: `${t.name} on ${t.service}`,
    link: 'https://app.datadoghq.com/event/event?id=1',
  };
  return { path: '/alerts/datadog', headers: bearer(secret), body: JSON.stringify(body) };
}

export interface PageEvent {
  type: 'incident.triggered' | 'incident.acknowledged' | 'incident.resolved';
  at: number;
  title: string;
  /** `pilothouse:INC-12` for a page of ours. */
  key?: string;
  /** PagerDuty's id of the incident. */
  incident?: string;
  service?: string;
  /** Null: an integration did it, such as our own. */
  by?: string | null;
  id?: string;
}

export function fromPagerDuty(secret: string, event: PageEvent): AlertPost {
  const { by = 'Ana Ops' } = event;
  const incident = event.incident ?? 'PGR0VU2';
  const agent = by
    ? { id: 'PLH1HKV', type: 'user_reference', summary: by }
    : { id: 'PINTEG1', type: 'events_api_v2_inbound_integration_reference', summary: 'Pilothouse' };
  const body = JSON.stringify({
    event: {
      id: event.id ?? randomUUID(),
      event_type: event.type,
      resource_type: 'incident',
      occurred_at: iso(event.at),
      agent,
      client: null,
      data: {
        id: incident,
        type: 'incident',
        self: `https://api.pagerduty.com/incidents/${incident}`,
        html_url: `https://acme.pagerduty.com/incidents/${incident}`,
        number: 2,
        status: event.type.slice('incident.'.length),
        incident_key: event.key ?? randomUUID(),
        created_at: iso(event.at),
        title: event.title,
        service: { id: 'PF9KMXH', type: 'service_reference', summary: event.service ?? 'api-gateway' },
        assignees: [],
        priority: { id: 'PSO75BM', type: 'priority_reference', summary: 'P2' },
        urgency: 'high',
      },
    },
  });
  const signature = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return { path: '/alerts/pagerduty', headers: { ...json, 'x-pagerduty-signature': signature }, body };
}

export function fromAnything(secret: string, t: Trouble, now: number): AlertPost {
  const body = JSON.stringify({
    key: `${t.environment}/${t.service}/${t.name}`,
    state: t.state,
    title: t.name,
    at: changedAt(t),
    service: t.service,
    environment: t.environment,
    severity: t.severity,
    link: 'https://grafana.example.com/d/1',
  });
  return signed(secret, body, now);
}

/** Any text with a right signature. */
export function signed(secret: string, body: string, now: number): AlertPost {
  const timestamp = String(Math.floor(now / 1000));
  const signature = signatureOf(body, timestamp, secret);
  return {
    path: '/alerts/generic',
    headers: { ...json, 'x-pilothouse-signature': signature, 'x-pilothouse-timestamp': timestamp },
    body,
  };
}
