/** The simulated Events API v2: what it takes, what it refuses, and how it says so. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type ServiceAnswer, ServiceRefusal, type ServiceRequest } from '../outside/service.ts';
import { integration } from './account.ts';
import type { Changes } from './changes.ts';

/** PagerDuty documentation, "Send an Alert Event": fields and lengths. */
const payload = z.object({
  summary: z.string().min(1).max(1024),
  source: z.string().min(1),
  severity: z.enum(['critical', 'error', 'warning', 'info']),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});
const common = {
  routing_key: z.string(),
  client: z.string().optional(),
  client_url: z.url().optional(),
  links: z.array(z.object({ href: z.url(), text: z.string().optional() })).optional(),
  images: z
    .array(
      z.object({
        src: z.url({ protocol: /^https$/ }),
        href: z.url().optional(),
        alt: z.string().optional(),
      }),
    )
    .optional(),
};
const dedupKey = z.string().min(1).max(255);
const event = z.discriminatedUnion('event_action', [
  z.object({
    ...common,
    event_action: z.literal('trigger'),
    dedup_key: dedupKey.optional(),
    payload,
  }),
  z.object({ ...common, event_action: z.literal('acknowledge'), dedup_key: dedupKey }),
  z.object({ ...common, event_action: z.literal('resolve'), dedup_key: dedupKey }),
]);

/** `request` is a POST to `/v2/enqueue`. */
export function enqueue(request: ServiceRequest, routingKey: string, changes: Changes): ServiceAnswer {
  if (request.body === undefined) {
    throw new ServiceRefusal(400, {
      status: 'Unrecognized object',
      message: 'Event object format is unrecognized',
      errors: ['JSON parse error'],
    });
  }
  const read = event.safeParse(request.body);
  if (!read.success) {
    throw invalid(
      read.error.issues.map(({ path, message }) => `'${path.join('.')}' is missing or wrong: ${message}`),
    );
  }
  const said = read.data;
  if (said.routing_key.length !== 32) {
    throw invalid(["Length of 'routing_key' is incorrect (should be 32 characters)"]);
  }
  const key = said.dedup_key ?? randomUUID();
  // An unknown integration is answered like any other, and its events are dropped.
  if (said.routing_key === routingKey) {
    if (said.event_action === 'trigger') {
      const { summary: title, severity, source, custom_details: details = null } = said.payload;
      changes.trigger({ dedupKey: key, title, severity, source, details }, integration);
    } else {
      changes[said.event_action](key, integration);
    }
  }
  return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: key } };
}

const invalid = (errors: string[]) =>
  new ServiceRefusal(400, { status: 'invalid event', message: 'Event object is invalid', errors });
