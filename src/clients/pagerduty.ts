/** PagerDuty: who is on call, pages through the Events API, and what became of them through the REST API. */
import { sortBy, uniqBy } from 'es-toolkit';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { addressOf, createOutside, OutsideAway, OutsideRefused, shortened } from './outside.ts';

/** What is null is not configured; asking for what needs it is refused. */
export interface PagerDutySettings {
  /** Of the REST API. */
  readonly token: string | null;
  readonly apiUrl: string;
  /** The e-mail address of the user in whose name incidents are changed. */
  readonly from: string | null;
  /** Of an Events API v2 integration. */
  readonly routingKey: string | null;
  readonly eventsUrl: string;
}

interface OnCall {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  /** Of the escalation policy, 1 first. */
  readonly level: number;
  /** Milliseconds since 1970; null: for good. */
  readonly until: number | null;
}

export interface Page {
  /** One page for each key; at most 255 characters. */
  readonly dedupKey: string;
  readonly summary: string;
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
  /** What is affected. */
  readonly source: string;
  readonly component?: string;
  readonly group?: string;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What became of a page. */
interface PagerDutyIncident {
  readonly id: string;
  readonly number: number;
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  readonly title: string;
  /** Its page for people. */
  readonly link: string | null;
  /** Names of those whom it calls now. */
  readonly assignees: readonly string[];
  /** Names of those who acknowledged it. */
  readonly acknowledgedBy: readonly string[];
}

/** Every method throws an `OutsideAway` or an `OutsideRefused`; every one may be repeated. */
export interface PagerDuty {
  /** What the settings are enough for: `page` for all events, `look` for questions, `escalate` for that. */
  readonly can: Readonly<Record<'page' | 'look' | 'escalate', boolean>>;
  /** Who is on call in a schedule now, each once, lowest level first. */
  onCall(schedule: string): Promise<OnCall[]>;
  /** Pages; while an incident of this key is open, it is the same one. After it was resolved, a new one. */
  trigger(page: Page): Promise<void>;
  acknowledge(dedupKey: string): Promise<void>;
  resolve(dedupKey: string): Promise<void>;
  /** The newest incident of a key; null while PagerDuty has none, which it may not have yet right after `trigger`. */
  find(dedupKey: string): Promise<PagerDutyIncident | null>;
  /**
   * Calls whoever is on call at this level, 1 first, and answers the incident as it is then. A resolved one is left alone.
   * Repeating it may ring the same level again.
   */
  escalate(dedupKey: string, level: number): Promise<PagerDutyIncident>;
}

const service = 'PagerDuty';
/** PagerDuty documentation, "Send an Alert Event". */
const longestSummary = 1024;
/** PagerDuty documentation, "Pagination": the most that one answer holds. */
const pageSize = 100;
/** Events are taken now and carried out later (Events API v2, "Description"): milliseconds until it is worth another look. */
const eventsTake = 5_000;

export function createPagerDuty(settings: PagerDutySettings, clock: Clock): PagerDuty {
  const { token, from, routingKey } = settings;
  const secrets = [token, routingKey];
  const ask = createOutside({
    name: service,
    headers: {
      accept: 'application/vnd.pagerduty+json;version=2',
      authorization: `Token token=${token}`,
    },
    secrets,
    clock,
  });
  const tell = createOutside({ name: service, headers: {}, secrets, clock });

  const rest = (path: string[], query: [string, string][] = []) => {
    if (token === null) throw notConfigured('PAGERDUTY_TOKEN');
    return addressOf(settings.apiUrl, path, query);
  };
  const enqueue = async (event: Readonly<Record<string, unknown>>) => {
    if (routingKey === null) throw notConfigured('PAGERDUTY_ROUTING_KEY');
    const url = addressOf(settings.eventsUrl, ['v2', 'enqueue']);
    await tell({ method: 'POST', url, body: { routing_key: routingKey, ...event } }, accepted);
  };
  const find = async (dedupKey: string) => {
    const url = rest(
      ['incidents'],
      [
        ['incident_key', dedupKey],
        ['date_range', 'all'],
        ['sort_by', 'created_at:desc'],
        ['limit', '1'],
      ],
    );
    const { body } = await ask({ method: 'GET', url }, incidentList);
    return body.incidents[0] ?? null;
  };

  return {
    can: {
      page: routingKey !== null,
      look: token !== null,
      escalate: token !== null && from !== null,
    },

    async onCall(schedule) {
      const found: OnCall[] = [];
      for (let more = true, offset = 0; more; offset += pageSize) {
        const url = rest(
          ['oncalls'],
          [
            ['schedule_ids[]', schedule],
            ['include[]', 'users'],
            ['limit', String(pageSize)],
            ['offset', String(offset)],
          ],
        );
        const { body } = await ask({ method: 'GET', url }, onCallList);
        found.push(...body.oncalls);
        more = body.more && body.oncalls.length > 0;
      }
      return eachOnce(found);
    },

    trigger: ({ dedupKey, summary, links = [], details = {}, ...payload }) =>
      enqueue({
        event_action: 'trigger',
        dedup_key: dedupKey,
        client: 'Pilothouse',
        links,
        payload: { ...payload, summary: shortened(summary, longestSummary), custom_details: details },
      }),
    acknowledge: (dedupKey) => enqueue({ event_action: 'acknowledge', dedup_key: dedupKey }),
    resolve: (dedupKey) => enqueue({ event_action: 'resolve', dedup_key: dedupKey }),
    find,

    async escalate(dedupKey, level) {
      if (from === null) throw notConfigured('PAGERDUTY_FROM');
      const incident = await find(dedupKey);
      if (!incident)
        throw new OutsideAway(service, 'does not know the incident yet', { retryIn: eventsTake });
      if (incident.status === 'resolved') return incident;
      const url = rest(['incidents', incident.id]);
      const body = { incident: { type: 'incident_reference', escalation_level: level } };
      const answer = await ask({ method: 'PUT', url, headers: { from }, body }, changedIncident);
      return answer.body.incident;
    },
  };
}

const notConfigured = (variable: string) => new OutsideRefused(service, null, `${variable} is not set`);

const eachOnce = (found: OnCall[]): OnCall[] => uniqBy(sortBy(found, ['level']), ({ id }) => id);

const accepted = z.object({ status: z.literal('success') });

const onCallList = z.object({
  more: z.boolean().default(false),
  oncalls: z.array(
    z
      .object({
        user: z.object({
          id: z.string(),
          name: z.string().optional(),
          summary: z.string().nullish(),
          email: z.string().optional(),
        }),
        escalation_level: z.number(),
        end: z.string().nullish(),
      })
      .transform(
        ({ user, escalation_level, end }): OnCall => ({
          id: user.id,
          name: user.name ?? user.summary ?? user.id,
          email: user.email ?? null,
          level: escalation_level,
          until: end ? Date.parse(end) : null,
        }),
      ),
  ),
});

const named = z
  .object({ id: z.string(), summary: z.string().nullish() })
  .transform(({ id, summary }) => summary ?? id);

const incident = z
  .object({
    id: z.string(),
    incident_number: z.number(),
    status: z.enum(['triggered', 'acknowledged', 'resolved']),
    title: z.string(),
    html_url: z.string().nullish(),
    assignments: z.array(z.object({ assignee: named })).default([]),
    acknowledgements: z.array(z.object({ acknowledger: named })).default([]),
  })
  .transform(
    ({ id, incident_number, status, title, html_url, assignments, acknowledgements }): PagerDutyIncident => ({
      id,
      number: incident_number,
      status,
      title,
      link: html_url ?? null,
      assignees: assignments.map(({ assignee }) => assignee),
      acknowledgedBy: acknowledgements.map(({ acknowledger }) => acknowledger),
    }),
  );
const incidentList = z.object({ incidents: z.array(incident) });
const changedIncident = z.object({ incident });
