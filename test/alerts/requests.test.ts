/** Who may send alerts, what comes of each request, and that what is sent again counts once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Worker } from 'bullmq';
import {
  type AlertPost,
  fromAlertmanager,
  fromAnything,
  fromDatadog,
  fromPagerDuty,
  signed,
  type Trouble,
} from '../../playground/alerts.ts';
import { alarmMessage } from '../../playground/sns.ts';
import { TooLate } from '../../src/clients/store/errors.ts';
import { draftIncident } from '../../src/jobs/incident/declare.ts';
import { type Front, openFront, secrets } from './stage.ts';

let front: Front;
beforeEach(async () => {
  front = await openFront();
});
afterEach(() => front.close());

const now = () => Date.now();
const trouble = (more: Partial<Trouble> = {}): Trouble => ({
  name: 'HighErrorRate',
  service: 'api-gateway',
  environment: 'production',
  state: 'firing',
  began: now() - 60_000,
  ...more,
});
const headers = (post: AlertPost, more: Record<string, string>): AlertPost => ({
  ...post,
  headers: { ...post.headers, ...more },
});
const without = (post: AlertPost, name: string): AlertPost => ({
  ...post,
  headers: Object.fromEntries(Object.entries(post.headers).filter(([key]) => key !== name)),
});
const known = { service: 'api-gateway', environment: 'production', topic: 'error-rate', state: 'firing' };

describe.each<[string, () => AlertPost]>([
  ['alertmanager', () => fromAlertmanager(secrets.alertmanager, [trouble()])],
  ['datadog', () => fromDatadog(secrets.datadog, trouble())],
  ['generic', () => fromAnything(secrets.generic, trouble(), now())],
  [
    'cloudwatch',
    () =>
      front.sns.notification(
        alarmMessage({
          ...trouble({ service: 'api-gateway-task', metric: 'HTTPCode_Target_5XX_Count' }),
          cluster: 'acme-prod',
        }),
      ),
  ],
])('%s', (source, right) => {
  test('is taken, and counted', async () => {
    expect(await front.send(right())).toEqual({ status: 200, text: 'ok\n' });
    expect(await front.raised()).toEqual([expect.objectContaining({ source, ...known })]);
    expect(front.counted).toEqual([`${source} taken`]);
  });

  test('counts once however often it is sent', async () => {
    const post = right();
    const answers = await Promise.all([1, 2, 3].map(() => front.send(post)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await front.raised()).toHaveLength(1);
  });

  test('counts once even if the first one was handled long ago', async () => {
    const post = right();
    await front.send(post);
    const worker = new Worker('alerts', async () => {}, { connection: front.redis, prefix: front.prefix });
    const completed = () => front.queues.alerts.getCompletedCount();
    while ((await completed()) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await worker.close();
    expect((await front.send(post)).status).toBe(200);
    expect(await front.raised()).toEqual([]);
    expect(await completed()).toBe(1);
  });

  test('is refused where it was changed on the way', async () => {
    const post = right();
    const changed = headers(post, { authorization: 'Bearer wrong' });
    const body =
      source === 'generic' || source === 'cloudwatch' ? post.body.replace('Rate', 'Race') : post.body;
    expect((await front.send({ ...changed, body })).status).toBe(401);
    expect(await front.raised()).toEqual([]);
    expect(front.counted).toEqual([`${source} unsigned`]);
  });
});

describe('secrets', () => {
  const body = JSON.stringify({ key: 'k', state: 'firing', title: 't', at: 1 });
  const plain = { path: '/alerts/generic', headers: { 'content-type': 'application/json' }, body };
  const at = (ms: number) => signed(secrets.generic, body, ms);
  test.each<[string, () => AlertPost, number]>([
    ['the shared secret', () => headers(plain, { authorization: `Bearer ${secrets.generic}` }), 200],
    ['nothing', () => plain, 401],
    [
      'the secret of another source',
      () => headers(plain, { authorization: `Bearer ${secrets.datadog}` }),
      401,
    ],
    ['a part of the secret', () => headers(plain, { authorization: 'Bearer secret-of-generi' }), 401],
    [
      'another kind of authorization',
      () => headers(plain, { authorization: `Basic ${secrets.generic}` }),
      401,
    ],
    ['a signature', () => at(now()), 200],
    ['a signature of four minutes ago', () => at(now() - 4 * 60_000), 200],
    ['a signature of six minutes ago', () => at(now() - 6 * 60_000), 401],
    ['a signature of the future', () => at(now() + 6 * 60_000), 401],
    [
      'a signature of another time',
      () => headers(at(now()), { 'x-pilothouse-timestamp': `${Math.floor(now() / 1000) - 9}` }),
      401,
    ],
    ['a signature without its time', () => without(at(now()), 'x-pilothouse-timestamp'), 401],
    [
      'a wrong signature beside the right secret',
      () =>
        headers(at(now()), { 'x-pilothouse-signature': 'v1=00', authorization: `Bearer ${secrets.generic}` }),
      401,
    ],
  ])('generic with %s', async (_, post, status) => {
    expect((await front.send(post())).status).toBe(status);
  });
});

describe('SNS', () => {
  const message = () => alarmMessage({ ...trouble(), cluster: 'acme-prod' });
  test.each<[string, () => AlertPost, number]>([
    ['version 1', () => front.sns.notification(message(), { SignatureVersion: '1' }), 200],
    ['version 2', () => front.sns.notification(message(), { SignatureVersion: '2' }), 200],
    ['no subject', () => front.sns.notification(message(), { Subject: undefined }), 200],
    [
      'another topic',
      () => front.sns.notification(message(), { TopicArn: 'arn:aws:sns:us-east-1:1:evil' }),
      401,
    ],
    [
      'an hour ago',
      () => front.sns.notification(message(), { Timestamp: new Date(now() - 61 * 60_000).toISOString() }),
      401,
    ],
    ['no time', () => front.sns.notification(message(), { Timestamp: 'yesterday' }), 401],
    [
      'a certificate of somebody else',
      () =>
        front.sns.notification(message(), {
          SigningCertURL: 'https://sns.us-east-1.amazonaws.com.evil.example/cert.pem',
        }),
      401,
    ],
    [
      'a certificate of another bucket',
      () => front.sns.notification(message(), { SigningCertURL: 'https://evil.amazonaws.com/cert.pem' }),
      401,
    ],
    [
      'a certificate without https',
      () =>
        front.sns.notification(message(), { SigningCertURL: 'http://sns.us-east-1.amazonaws.com/cert.pem' }),
      401,
    ],
    [
      'a certificate that is not there',
      () => front.sns.notification(message(), { SigningCertURL: `${front.sns.certificates}none.pem` }),
      401,
    ],
    [
      'a certificate that never ends',
      () => front.sns.notification(message(), { SigningCertURL: `${front.sns.certificates}huge.pem` }),
      401,
    ],
    [
      'a certificate that cannot be had now',
      () => front.sns.notification(message(), { SigningCertURL: `${front.sns.certificates}away.pem` }),
      503,
    ],
    ['a signature of the other version', () => front.sns.notification(message(), { Signature: 'AAAA' }), 401],
    ['a message that is no alarm', () => front.sns.notification('{"source":"aws.rds"}'), 422],
    ['a message that is no JSON', () => front.sns.notification('hello'), 422],
    [
      'an alarm that does not know',
      () => front.sns.notification(message().replace('"ALARM"', '"INSUFFICIENT_DATA"')),
      200,
    ],
    ['no SNS at all', () => ({ ...front.sns.notification(''), body: '{"Type":"Notification"}' }), 401],
  ])('with %s', async (_, post, status) => {
    expect((await front.send(post())).status).toBe(status);
  });

  test('fetches its certificate once', async () => {
    for (let n = 0; n < 5; n++) await front.send(front.sns.notification(message()));
    expect(front.sns.fetched()).toBe(1);
  });

  test('has a subscription to an allowed topic confirmed', async () => {
    expect((await front.send(front.sns.subscription())).status).toBe(200);
    expect(front.sns.confirmed).toHaveLength(1);
    expect(front.counted).toEqual(['cloudwatch confirmed']);
  });

  test.each<[string, () => AlertPost, number]>([
    ['another topic', () => front.sns.subscription({ TopicArn: 'arn:aws:sns:us-east-1:1:evil' }), 401],
    [
      'an address elsewhere',
      () => front.sns.subscription({ SubscribeURL: 'http://169.254.169.254/latest' }),
      401,
    ],
    [
      'an address that refuses',
      () => front.sns.subscription({ SubscribeURL: `${front.sns.certificates}other` }),
      503,
    ],
  ])('a subscription with %s is not confirmed', async (_, post, status) => {
    expect((await front.send(post())).status).toBe(status);
    expect(front.sns.confirmed).toEqual([]);
  });

  test('says without harm that a subscription ended', async () => {
    expect((await front.send(front.sns.unsubscription())).status).toBe(200);
    expect(front.sns.confirmed).toEqual([]);
    expect(front.counted).toEqual(['cloudwatch ignored']);
  });
});

describe('PagerDuty', () => {
  const incident = async () => {
    const draft = draftIncident(
      {
        kind: 'outage',
        title: 'Checkout is down',
        severity: 'P1',
        environment: 'production',
        services: [],
        drill: null,
        impact: null,
        source: { kind: 'person', id: null },
        declaredBy: null,
        detectedAt: null,
        alerts: [],
        deployments: [],
        evidence: [],
      },
      now(),
    );
    const line = {
      at: now(),
      who: null,
      what: 'incident.declared',
      deployment: null,
      environment: null,
      detail: null,
      from: 'worker' as const,
    };
    return (await front.store.createIncident(draft, 'a request', line, null)).id;
  };
  const event = (more: Partial<Parameters<typeof fromPagerDuty>[1]>) =>
    fromPagerDuty(secrets.pagerduty, {
      type: 'incident.triggered',
      at: now(),
      title: 'HighErrorRate',
      ...more,
    });

  test('brings its own incidents as alerts', async () => {
    expect((await front.send(event({}))).status).toBe(200);
    expect(await front.raised()).toEqual([
      expect.objectContaining({ source: 'pagerduty', severity: 'P2', state: 'firing' }),
    ]);
  });

  test('acknowledges an incident of ours in the name of whoever did it there, once', async () => {
    const id = await incident();
    const post = event({ type: 'incident.acknowledged', key: `pilothouse:${id}` });
    await front.send(post);
    await front.send(post);
    expect(await front.store.inbox(id)).toEqual([
      expect.objectContaining({
        by: { id: 'pagerduty:PLH1HKV', name: 'Ana Ops' },
        from: 'pagerduty',
        what: { kind: 'acknowledge', via: 'pagerduty' },
      }),
    ]);
    expect(await front.queues.incidents.getJob(id)).toBeDefined();
    expect(await front.raised()).toEqual([]);
  });

  test('suggests resolving where the page was resolved there', async () => {
    const id = await incident();
    await front.send(event({ type: 'incident.resolved', key: `pilothouse:${id}` }));
    const [note] = await front.store.inbox(id);
    expect(note?.what).toMatchObject({
      kind: 'note',
      text: expect.stringContaining('resolve the incident here too'),
    });
  });

  test.each<[string, () => Promise<AlertPost>]>([
    ['our own page', async () => event({ key: `pilothouse:${await incident()}` })],
    [
      'our own acknowledgement, which comes back',
      async () => event({ type: 'incident.acknowledged', key: `pilothouse:${await incident()}`, by: null }),
    ],
    [
      'an incident of ours that is not there',
      async () => event({ type: 'incident.acknowledged', key: 'pilothouse:INC-999' }),
    ],
    ["somebody else's acknowledgement", async () => event({ type: 'incident.acknowledged' })],
  ])('changes nothing by %s', async (_, post) => {
    expect((await front.send(await post())).status).toBe(200);
    expect(front.counted).toEqual(['pagerduty ignored']);
    expect(await front.raised()).toEqual([]);
  });

  test('is refused with a wrong signature', async () => {
    const post = headers(event({}), { 'x-pagerduty-signature': `v1=${'0'.repeat(64)}` });
    expect((await front.send(post)).status).toBe(401);
  });
});

describe('requests that are not what they should be', () => {
  const right = () => fromAnything(secrets.generic, trouble(), now());
  const saying = (body: string) => signed(secrets.generic, body, now());
  test.each<[string, () => AlertPost, number]>([
    ['an unknown source', () => ({ ...right(), path: '/alerts/nagios' }), 404],
    ['an inherited name', () => ({ ...right(), path: '/alerts/constructor' }), 404],
    ['more path', () => ({ ...right(), path: '/alerts/generic/x' }), 404],
    ['a form', () => headers(right(), { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['plain text', () => headers(right(), { 'content-type': 'text/plain' }), 415],
    ['something compressed', () => headers(right(), { 'content-encoding': 'gzip' }), 415],
    ['too much', () => saying(`"${'x'.repeat(256 * 1024)}"`), 413],
    ['far too much', () => saying(`"${'x'.repeat(5_000_000)}"`), 413],
    [
      'nearly too much',
      () => saying(JSON.stringify({ key: 'k', state: 'firing', title: 'x'.repeat(250_000), at: 1 })),
      200,
    ],
    ['half of it', () => saying('{"key":'), 422],
    ['nothing', () => saying(''), 422],
    ['great depth', () => saying(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 422],
    ['no time', () => saying('{"key":"k","state":"firing","title":"t"}'), 422],
    ['a wrong state', () => saying('{"key":"k","state":"__proto__","title":"t","at":1}'), 422],
    [
      'a polluted prototype',
      () => saying('{"__proto__":{"key":"k","state":"firing","title":"t","at":1}}'),
      422,
    ],
  ])('%s', async (_, post, status) => {
    const answer = await front.send(post());
    expect(answer.status).toBe(status);
    expect(await front.raised()).toHaveLength(status === 200 ? 1 : 0);
  });

  test('the answer repeats nothing of what was sent', async () => {
    const { text } = await front.send(saying('{"key":"<script>","state":"evil","title":"evil","at":1}'));
    expect(text).not.toMatch(/script|evil/);
    expect(text.length).toBeLessThan(200);
  });

  test('a source without a secret is not there', async () => {
    const closed = await openFront({
      settings: { secrets: { ...secrets, generic: null }, sns: { topics: [], certificates: [] } },
    });
    expect((await closed.send(right())).status).toBe(404);
    expect((await closed.send({ ...right(), path: '/alerts/cloudwatch' })).status).toBe(404);
    await closed.close();
  });
});

describe('when it cannot be stored', () => {
  const right = () => fromAnything(secrets.generic, trouble(), now());

  test.each<[string, Parameters<typeof openFront>[0]]>([
    ['the process ends', { isDraining: () => true }],
    [
      'Redis says no',
      { queues: { raise: async () => Promise.reject(new TooLate('late')), wakeIncident: async () => {} } },
    ],
    ['Redis is silent', { queues: { raise: () => new Promise(() => {}), wakeIncident: async () => {} } }],
    [
      'we made a mistake',
      { queues: { raise: async () => Promise.reject(new Error('bug')), wakeIncident: async () => {} } },
    ],
  ])('since %s, the sender is asked to try again', async (_, more) => {
    const broken = await openFront(more);
    expect((await broken.send(right())).status).toBe(503);
    expect(broken.counted).toEqual(['generic unavailable']);
    await broken.close();
  });
});
