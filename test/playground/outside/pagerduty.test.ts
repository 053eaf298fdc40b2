/** The simulated PagerDuty refuses what PagerDuty refuses, and tells of what happens in it as PagerDuty does. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type PagerDutySimulator, startPagerDuty } from '../../../playground/pagerduty/index.ts';
import { scaledClock } from '../../../src/clients/clock.ts';
import { startListener } from './listener.ts';

const token = 'rest-token';
const routingKey = '0123456789abcdef0123456789abcdef';
const secret = 'webhook-secret';
/** 20 minutes of retries take a fifth of a second. */
const fast = scaledClock({ start: Date.UTC(2026, 10, 24), since: Date.now(), scale: 6_000 });
let passed = 0;
const clock = { ...fast, now: () => fast.now() + passed };

let listener: Awaited<ReturnType<typeof startListener>>;
let pagerduty: PagerDutySimulator;
beforeEach(async () => {
  passed = 0;
  listener = await startListener(secret);
  pagerduty = await startPagerDuty({ clock, token, routingKey, webhook: { url: listener.url, secret } });
});
afterEach(async () => {
  await pagerduty.stop();
  await listener.stop();
});

const trigger = {
  routing_key: routingKey,
  event_action: 'trigger',
  dedup_key: 'INC-1',
  payload: { summary: 'Checkout is down', source: 'production', severity: 'critical' },
};

async function post(body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${pagerduty.url}/v2/enqueue`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function rest(
  path: string,
  { headers = {}, ...init }: { method?: string; body?: string; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${pagerduty.url}${path}`, {
    ...init,
    headers: {
      accept: 'application/vnd.pagerduty+json;version=2',
      'content-type': 'application/json',
      authorization: `Token token=${token}`,
      ...headers,
    },
  });
  return { status: response.status, body: await response.json() };
}

describe('the Events API', () => {
  test('takes an event and gives back its key', async () => {
    expect(await post(trigger)).toEqual({
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: 'INC-1' },
    });
  });

  test('makes up a key where there is none', async () => {
    const { dedup_key: _, ...without } = trigger;
    await post(without);
    await post(without);
    expect(new Set(pagerduty.incidents.map(({ dedupKey }) => dedupKey)).size).toBe(2);
  });

  test.each<[string, unknown]>([
    ['what is not JSON', '{'],
    ['no routing key', { ...trigger, routing_key: undefined }],
    ['a routing key of another length', { ...trigger, routing_key: 'short' }],
    ['another action', { ...trigger, event_action: 'explode' }],
    ['no payload', { ...trigger, payload: undefined }],
    ['no summary', { ...trigger, payload: { ...trigger.payload, summary: undefined } }],
    [
      'a summary of 1025 characters',
      { ...trigger, payload: { ...trigger.payload, summary: 'x'.repeat(1025) } },
    ],
    ['no source', { ...trigger, payload: { ...trigger.payload, source: undefined } }],
    ['another severity', { ...trigger, payload: { ...trigger.payload, severity: 'P1' } }],
    ['details that are no object', { ...trigger, payload: { ...trigger.payload, custom_details: 'text' } }],
    ['a key of 256 characters', { ...trigger, dedup_key: 'x'.repeat(256) }],
    ['an acknowledgement of nothing', { routing_key: routingKey, event_action: 'acknowledge' }],
    ['a link that leads nowhere', { ...trigger, links: [{ href: 'nowhere' }] }],
    ['a link without an address', { ...trigger, links: [{ text: 'War room' }] }],
  ])('refuses %s', async (_, body) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { status: expect.any(String), message: expect.any(String), errors: [expect.any(String)] },
    });
    expect(pagerduty.incidents).toEqual([]);
  });

  test('drops events of an integration that is not there', async () => {
    expect(await post({ ...trigger, routing_key: 'f'.repeat(32) })).toMatchObject({ status: 202 });
    expect(pagerduty.incidents).toEqual([]);
  });

  test('drops what is said of an incident that is not open', async () => {
    await post({ routing_key: routingKey, event_action: 'resolve', dedup_key: 'INC-1' });
    expect(pagerduty.incidents).toEqual([]);
  });
});

describe('the REST API', () => {
  test.each([
    ['without a token', '/oncalls', { authorization: '' }, 401, 2006],
    ['with another token', '/oncalls', { authorization: 'Token token=other' }, 401, 2006],
    ['without the version it speaks', '/oncalls', { accept: '*/*' }, 406, 2001],
    ['for what is not there', '/nowhere', {}, 404, 2100],
    ['for a schedule that is not there', '/oncalls?schedule_ids[]=PNOWHERE', {}, 400, 3004],
    ['for too many at once', '/incidents?limit=101', {}, 400, 2001],
    ['in an order that it does not know', '/incidents?sort_by=mood:asc', {}, 400, 2001],
  ])('refuses to be asked %s', async (_, path, headers, status, code) => {
    expect(await rest(path, { headers })).toMatchObject({ status, body: { error: { code } } });
  });

  const from = 'pilothouse@example.com';
  const level = (escalation_level: unknown) => ({ type: 'incident_reference', escalation_level });
  test.each<[string, Record<string, string>, unknown, number, number]>([
    ['nobody', {}, { incident: level(2) }, 400, 2011],
    ['a stranger', { from: 'stranger@example.com' }, { incident: level(2) }, 400, 1008],
    ['somebody who says nothing', { from }, {}, 400, 2001],
    ['somebody who leaves out the type', { from }, { incident: { escalation_level: 2 } }, 400, 2001],
    ['somebody who means half a level', { from }, { incident: level(1.5) }, 400, 2001],
    ['somebody who goes too far', { from }, { incident: level(9) }, 400, 1006],
  ])('lets %s change nothing', async (_, headers, body, status, code) => {
    await post(trigger);
    const path = `/incidents/${pagerduty.incidents[0]?.id}`;
    const answer = await rest(path, { method: 'PUT', headers, body: JSON.stringify(body) });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(pagerduty.incidents).toMatchObject([{ level: 1, status: 'triggered' }]);
  });

  test('shows incidents of the last month, or all', async () => {
    await post(trigger);
    const found = { body: { incidents: [{ incident_number: 1 }], more: false } };
    expect(await rest('/incidents?incident_key=INC-1')).toMatchObject(found);
    passed = 31 * 24 * 60 * 60_000;
    expect(await rest('/incidents?incident_key=INC-1')).toMatchObject({ body: { incidents: [] } });
    expect(await rest('/incidents?incident_key=INC-1&date_range=all')).toMatchObject(found);
    expect(await rest('/incidents?incident_key=INC-2&date_range=all')).toMatchObject({
      body: { incidents: [] },
    });
  });
});

describe('webhooks', () => {
  const events = () => listener.received.map(({ event }) => event.event_type);

  test('tell of everything in order, signed, and by whom', async () => {
    await post(trigger);
    await post(trigger);
    pagerduty.acknowledge('INC-1', 'Primary on-call');
    pagerduty.resolve('INC-1', 'Secondary on-call');
    await pagerduty.webhooksSettled();
    expect(events()).toEqual(['incident.triggered', 'incident.acknowledged', 'incident.resolved']);
    expect(listener.received.every(({ isSigned }) => isSigned)).toBe(true);
    expect(listener.received.map(({ event }) => [event.agent?.type, event.agent?.summary])).toEqual([
      ['service_reference', 'Pilothouse'],
      ['user_reference', 'Primary on-call'],
      ['user_reference', 'Secondary on-call'],
    ]);
    expect(listener.received[0]?.event.data).toMatchObject({
      incident_key: 'INC-1',
      number: 1,
      status: 'triggered',
      title: 'Checkout is down',
      assignees: [{ summary: 'Primary on-call' }],
    });
  });

  test('come for what the bot did itself as well', async () => {
    await post(trigger);
    await post({ routing_key: routingKey, event_action: 'acknowledge', dedup_key: 'INC-1' });
    await pagerduty.webhooksSettled();
    expect(events()).toEqual(['incident.triggered', 'incident.acknowledged']);
  });

  test('are repeated under the same id until they are taken', async () => {
    listener.answer(503, 429, 500);
    await post(trigger);
    await pagerduty.webhooksSettled();
    expect(pagerduty.webhooks).toMatchObject([{ attempts: [503, 429, 500, 202] }]);
    expect(new Set(listener.received.map(({ webhookId }) => webhookId)).size).toBe(1);
  });

  test('are given up after five attempts', async () => {
    listener.answer(500, 500, 500, 500, 500);
    await post(trigger);
    await pagerduty.webhooksSettled();
    expect(pagerduty.webhooks).toMatchObject([{ attempts: [500, 500, 500, 500, 500] }]);
  });

  test('are dropped when they are refused', async () => {
    listener.answer(401);
    await post(trigger);
    await pagerduty.webhooksSettled();
    expect(pagerduty.webhooks).toMatchObject([{ attempts: [401] }]);
  });

  test('may come twice', async () => {
    pagerduty.break.repeatWebhooks(1);
    await post(trigger);
    pagerduty.acknowledge('INC-1', 'Primary on-call');
    await pagerduty.webhooksSettled();
    expect(events()).toEqual(['incident.triggered', 'incident.triggered', 'incident.acknowledged']);
    expect(listener.received[0]?.webhookId).toBe(listener.received[1]?.webhookId);
  });

  test('nobody can acknowledge what is not open, nor somebody who is not there', async () => {
    expect(() => pagerduty.acknowledge('INC-1', 'Primary on-call')).toThrow('INC-1');
    await post(trigger);
    expect(() => pagerduty.acknowledge('INC-1', 'Stranger')).toThrow('Stranger');
  });
});
