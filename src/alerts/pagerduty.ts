/** PagerDuty's webhooks, version 3: what people did there to our pages, and its own incidents as alerts. */
import { z } from 'zod';
import { isFromPagerDuty } from '../clients/pagerduty-signature.ts';
import type { What } from '../records/act.ts';
import type { Alert } from '../records/alert.ts';
import type { Person } from '../records/deployment.ts';
import { optionalText, parsed } from './body.ts';
import { nothing, type Reading, type Received, Rejected, type Source } from './request.ts';
import { subjectOf } from './subject.ts';
import { alertOf, hash, instant, severityOf, topicOf } from './words.ts';

const reference = z
  .object({ id: optionalText, type: optionalText, summary: optionalText })
  .nullish()
  .catch(null);

/** PagerDuty documentation, "V3 Webhooks": every event has these; what it is about is in `data`. */
const webhook = z.object({
  event: z.object({
    id: z.string().min(1).max(100),
    event_type: z.string().max(100),
    occurred_at: instant,
    agent: reference,
    data: z.unknown(),
  }),
});
const incident = z.object({
  id: z.string().min(1).max(100),
  incident_key: optionalText,
  title: optionalText,
  html_url: optionalText,
  urgency: optionalText,
  service: reference,
  priority: reference,
});
type Event = z.infer<typeof webhook>['event'];
type Incident = z.infer<typeof incident>;

const states: ReadonlyMap<string, Alert['state']> = new Map([
  ['incident.triggered', 'firing'],
  ['incident.reopened', 'firing'],
  ['incident.resolved', 'resolved'],
]);
/** The key that our own pages have in PagerDuty. */
const ours = /^pilothouse:(INC-\d{1,15})$/;

export const pagerduty: Source = {
  isConfigured: ({ secrets }) => secrets.pagerduty !== null,

  read: ({ headers, body }, reading) => {
    const secret = reading.settings.secrets.pagerduty;
    const signature = headers['x-pagerduty-signature'];
    const said = Array.isArray(signature) ? signature.join(',') : signature;
    if (secret === null || !isFromPagerDuty(body, said, [secret])) {
      throw new Rejected('unsigned', 'the signature is missing or wrong');
    }
    const { event } = parsed(body, webhook);
    const isOfInterest = states.has(event.event_type) || event.event_type === 'incident.acknowledged';
    if (!isOfInterest) return nothing;
    const found = parsed(body, z.object({ event: z.object({ data: incident }) })).event.data;
    const id = ours.exec(found.incident_key ?? '')?.[1];
    return id ? fromOurPage(id, event, found, reading) : fromElsewhere(event, found, reading);
  },
};

/**
 * What a person did. What was done without one (our own acknowledgement over the API comes back like this, and so does our
 * resolving) is known here already.
 */
function fromOurPage(id: string, event: Event, found: Incident, { clock }: Pick<Reading, 'clock'>): Received {
  const by = personIn(event.agent);
  const what = by && whatHappened(event, by, found.html_url);
  if (!what) return nothing;
  const act = { at: clock.now(), by, from: 'pagerduty' as const, channel: null, what };
  return { ...nothing, acts: [{ incident: id, name: `pagerduty:${event.id}`, act }] };
}

function personIn(agent: Event['agent']): Person | null {
  if (agent?.type !== 'user_reference' || !agent.id) return null;
  return {
    id: `pagerduty:${agent.id.slice(0, 60)}`,
    name: agent.summary?.trim().slice(0, 80) || 'PagerDuty',
  };
}

function whatHappened(event: Event, by: Person, link: string | null | undefined): What | null {
  if (event.event_type === 'incident.acknowledged') return { kind: 'acknowledge', via: 'pagerduty' };
  if (event.event_type !== 'incident.resolved') return null;
  return {
    kind: 'note',
    text: `${by.name} resolved the page in PagerDuty. If it is over, resolve the incident here too.`,
    links: link && /^https:\/\/\S{1,1900}$/.test(link) && URL.canParse(link) ? [link] : [],
    message: null,
    said: event.occurred_at,
  };
}

function fromElsewhere(event: Event, found: Incident, { catalog, clock }: Reading): Received {
  const state = states.get(event.event_type);
  if (!state) return nothing;
  const alert = alertOf(
    {
      source: 'pagerduty',
      key: found.id,
      state,
      title: found.title?.trim() || 'PagerDuty incident without a title',
      detail: null,
      ...subjectOf(
        { services: [found.service?.summary], within: [found.service?.summary, found.title] },
        catalog,
      ),
      severity: severityOf([found.priority?.summary, found.urgency]),
      topic: topicOf([found.title]),
      at: event.occurred_at,
      link: found.html_url,
    },
    clock.now(),
  );
  return { ...nothing, alerts: [{ delivery: hash(event.id), alert }] };
}
