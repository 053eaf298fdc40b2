/** A simulated PagerDuty: Events API v2, REST API and webhooks v3, with people who answer their pagers. */
import type { Clock } from '../../src/clients/clock.ts';
import type { OutsideFaults } from '../outside/faults.ts';
import { type LoggedRequest, startService } from '../outside/service.ts';
import {
  type Account,
  agentOf,
  idFor,
  openIncident,
  type PagerDutyIncidentState,
  type PagerDutySchedule,
  type PagerDutyUser,
} from './account.ts';
import { incidentChanges } from './changes.ts';
import { enqueue } from './events-api.ts';
import { answerRest } from './rest-api.ts';
import { type WebhookDelivery, type WebhookTarget, webhooks } from './webhooks.ts';

export interface PagerDutyOptions {
  /** Shifts, times and limits run on this clock. */
  readonly clock: Clock;
  /** Of the REST API. */
  readonly token: string;
  /** Of the one integration; 32 characters. */
  readonly routingKey: string;
  readonly webhook?: WebhookTarget;
  /** Default: any free one. */
  readonly port?: number;
  /** First those of level 1, and so on; each one's people take turns. Default: a primary and a secondary, by their roles. */
  readonly schedules?: readonly {
    readonly id: string;
    readonly name: string;
    readonly people: readonly { readonly name: string; readonly email: string }[];
    /** Clock milliseconds; default a day. */
    readonly shiftMs?: number;
  }[];
  /** The e-mail address of the bot's own user, for `PAGERDUTY_FROM`; default pilothouse@example.com. */
  readonly from?: string;
}

export interface PagerDutySimulator {
  /** For `PAGERDUTY_API_URL` and `PAGERDUTY_EVENTS_URL`. */
  readonly url: string;
  /** All there ever were, in order. */
  readonly incidents: readonly Readonly<PagerDutyIncidentState>[];
  readonly schedules: readonly PagerDutySchedule[];
  readonly requests: readonly LoggedRequest[];
  readonly webhooks: readonly WebhookDelivery[];
  readonly break: OutsideFaults & {
    /** The next `times` webhooks come twice. */
    repeatWebhooks(times: number): void;
  };
  /** Where webhooks go from now on. */
  subscribe(webhook: WebhookTarget | null): void;
  /** Somebody acknowledges in PagerDuty; throws where no incident of this key is open or nobody has this name. */
  acknowledge(dedupKey: string, userName: string): void;
  resolve(dedupKey: string, userName: string): void;
  /** Resolves when every webhook was delivered or given up. */
  webhooksSettled(): Promise<void>;
  stop(): Promise<void>;
}

const day = 24 * 60 * 60_000;
const defaultSchedules = [
  {
    id: 'PPRIMARY',
    name: 'Primary',
    people: [{ name: 'Primary on-call', email: 'primary@example.com' }],
  },
  {
    id: 'PSECONDARY',
    name: 'Secondary',
    people: [{ name: 'Secondary on-call', email: 'secondary@example.com' }],
  },
];

export async function startPagerDuty(options: PagerDutyOptions): Promise<PagerDutySimulator> {
  const { clock, token, routingKey } = options;
  const now = () => clock.now();
  const account = openAccount(options);
  const hooks = webhooks(clock, options.webhook ?? null);
  const changes = incidentChanges(account, now, hooks.send);
  const api = { account, token, changes, now };
  const service = await startService({
    clock,
    ...(options.port !== undefined && { port: options.port }),
    answer: (request) =>
      request.method === 'POST' && request.path.join('/') === 'v2/enqueue'
        ? enqueue(request, routingKey, changes)
        : answerRest(api, request),
    // PagerDuty documentation, "REST API Rate Limits".
    tooMany: (seconds) => ({
      status: 429,
      headers: { 'ratelimit-limit': '960', 'ratelimit-remaining': '0', 'ratelimit-reset': String(seconds) },
      body: { error: { message: 'Rate Limit Exceeded', code: 2020 } },
    }),
  });

  const person = (name: string) => {
    const user = account.users.find((one) => one.name === name);
    if (!user) throw new Error(`PagerDuty has nobody called ${name}`);
    return agentOf(user);
  };
  const mustBeOpen = (dedupKey: string) => {
    if (!openIncident(account, dedupKey)) throw new Error(`No incident of ${dedupKey} is open in PagerDuty`);
  };

  return {
    url: service.url,
    incidents: account.incidents,
    schedules: account.schedules,
    requests: service.requests,
    webhooks: hooks.deliveries,
    break: { ...service.break, repeatWebhooks: hooks.repeat },
    subscribe: hooks.subscribe,
    acknowledge: (dedupKey, userName) => {
      mustBeOpen(dedupKey);
      changes.acknowledge(dedupKey, person(userName));
    },
    resolve: (dedupKey, userName) => {
      mustBeOpen(dedupKey);
      changes.resolve(dedupKey, person(userName));
    },
    webhooksSettled: hooks.settled,
    stop: async () => {
      hooks.stop();
      await service.stop();
    },
  };
}

function openAccount({
  schedules = defaultSchedules,
  from = 'pilothouse@example.com',
}: PagerDutyOptions): Account {
  const user = ({ name, email }: { readonly name: string; readonly email: string }): PagerDutyUser => ({
    id: idFor(email),
    name,
    email,
  });
  const opened = schedules.map(({ id, name, people, shiftMs = day }, index) => ({
    id,
    name,
    level: index + 1,
    users: people.map(user),
    shiftMs,
  }));
  const users = [...opened.flatMap((schedule) => schedule.users), user({ name: 'Pilothouse', email: from })];
  return { users, schedules: opened, incidents: [] };
}
