/** Webhooks v3 of the simulated PagerDuty: signed, in order, and repeated while nobody answers. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clients/clock.ts';
import type { Agent, PagerDutyIncidentState } from './account.ts';
import type { IncidentEvent } from './changes.ts';
import { agentShape, webhookIncident } from './shapes.ts';

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

/** A webhook, and how each attempt to deliver it ended: a status, or null for no answer. */
export interface WebhookDelivery {
  readonly id: string;
  readonly event: IncidentEvent;
  readonly dedupKey: string;
  readonly attempts: (number | null)[];
}

export interface Webhooks {
  readonly deliveries: readonly WebhookDelivery[];
  /** From now on to this address; null: to nobody. */
  subscribe(target: WebhookTarget | null): void;
  /** The next `times` webhooks are delivered twice, as at-least-once delivery allows. */
  repeat(times: number): void;
  send(event: IncidentEvent, incident: PagerDutyIncidentState, by: Agent | null): void;
  /** Resolves when everything was delivered or given up. */
  settled(): Promise<void>;
  stop(): void;
}

/** PagerDuty documentation, webhooks "Behavior": 5 s for an answer, 5 attempts over about 20 minutes; clock milliseconds. */
const patience = 5_000;
/** A clock that runs faster does not make the network faster: real milliseconds. */
const leastPatience = 2_000;
const pauses = [60_000, 180_000, 360_000, 600_000];

export function webhooks(clock: Clock, first: WebhookTarget | null): Webhooks {
  const deliveries: WebhookDelivery[] = [];
  const ending = new AbortController();
  let target = first;
  let repeats = 0;
  let queue = Promise.resolve();

  const post = async (to: WebhookTarget, id: string, body: string): Promise<number | null> => {
    try {
      const response = await fetch(to.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'PagerDuty-Webhook/V3.0',
          'x-pagerduty-signature': `v1=${createHmac('sha256', to.secret).update(body).digest('hex')}`,
          'x-webhook-id': id,
          'x-webhook-subscription': 'PHOOK01',
        },
        body,
        signal: AbortSignal.any([
          ending.signal,
          AbortSignal.timeout(Math.max(leastPatience, clock.real(patience))),
        ]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  };

  const deliver = async (to: WebhookTarget, delivery: WebhookDelivery, body: string) => {
    for (const pause of [...pauses, null]) {
      const status = await post(to, delivery.id, body);
      delivery.attempts.push(status);
      const again = status === null || status === 429 || status >= 500;
      if (!again || pause === null) return;
      await clock.sleep(pause, ending.signal);
    }
  };

  return {
    deliveries,
    subscribe: (to) => {
      target = to;
    },
    repeat: (times) => {
      repeats = times;
    },
    send: (event, incident, by) => {
      if (!target) return;
      const to = target;
      const id = randomUUID();
      const delivery: WebhookDelivery = { id, event, dedupKey: incident.dedupKey, attempts: [] };
      const occurredAt = new Date(clock.now()).toISOString();
      const body = JSON.stringify({
        event: {
          id: randomUUID(),
          event_type: event,
          resource_type: 'incident',
          occurred_at: occurredAt,
          agent: agentShape(by),
          client: by?.type === 'user_reference' ? { name: 'PagerDuty' } : null,
          data: webhookIncident(incident),
        },
      });
      const times = repeats > 0 ? 2 : 1;
      repeats = Math.max(0, repeats - 1);
      deliveries.push(delivery);
      for (let turn = 0; turn < times; turn++) {
        queue = queue.then(() => deliver(to, delivery, body)).catch(() => {});
      }
    },
    settled: () => queue,
    stop: () => ending.abort(),
  };
}
