/** What strangers, and systems that went mad, send to the paths for alerts. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import {
  fromAlertmanager,
  fromAnything,
  fromDatadog,
  fromPagerDuty,
  type Trouble,
} from '../../playground/alerts.ts';
import { alarmMessage, type SimulatedSns } from '../../playground/sns.ts';
import { signatureOf } from '../../src/alerts/secrets.ts';
import { type AlertSource, alertSources } from '../../src/records/alert.ts';
import { secrets } from '../alerts/stage.ts';
import { text as hostile } from '../templates/hostile.ts';

export interface FuzzPost {
  path: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

const services = ['api-gateway', 'auth-svc', 'web', 'web-admin', 'api-gateway-task', 'unknown'];
const environments = ['production', 'prod', 'staging', 'dev', '', '__proto__'];
const metrics = ['HTTPCode_Target_5XX_Count', 'TargetResponseTime', 'CPUUtilization', 'x'];
let numbers = 0;
/** No two alerts are the same. */
const trouble = fc
  .record({
    service: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...services) },
      { weight: 1, arbitrary: hostile },
    ),
    environment: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...environments) },
      { weight: 1, arbitrary: hostile },
    ),
    name: hostile.map((text) => text.slice(0, 2_000)),
    state: fc.constantFrom<Trouble['state']>('firing', 'firing', 'firing', 'resolved'),
    metric: fc.constantFrom(...metrics),
    severity: fc.constantFrom('critical', 'P1', 'page', 'warning', 'nonsense'),
    ago: fc.integer({ min: 0, max: 3_600_000 }),
  })
  .map(({ ago, ...t }): Trouble => ({ ...t, name: `${++numbers} ${t.name}`, began: Date.now() - ago }));

/** What this source would send about it: the text inside what is signed. */
function contentsOf(source: AlertSource, t: Trouble): string {
  switch (source) {
    case 'cloudwatch':
      return alarmMessage({ ...t, cluster: t.environment === 'staging' ? 'acme-staging' : 'acme-prod' });
    case 'alertmanager':
      return fromAlertmanager('', [t]).body;
    case 'datadog':
      return fromDatadog('', t).body;
    case 'pagerduty': {
      const type = t.state === 'firing' ? 'incident.triggered' : 'incident.resolved';
      return fromPagerDuty('', {
        type,
        at: t.began,
        title: t.name,
        incident: `P${t.name}`.slice(0, 90),
        service: t.service,
        key: ['pilothouse:INC-1', 'pilothouse:INC-999', t.name][t.name.length % 3] ?? '',
      }).body;
    }
    case 'generic':
      return fromAnything('', t, t.began).body;
  }
}

/** As the source itself signs it; `secret` and `now` may be wrong. */
function signedPost(
  source: AlertSource,
  contents: string | Uint8Array<ArrayBuffer>,
  sns: SimulatedSns,
  { right, now }: { right: boolean; now: number },
): FuzzPost {
  const body = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  const path = `/alerts/${source}`;
  const json = { 'content-type': 'application/json' };
  const secret = (name: keyof typeof secrets) => (right ? secrets[name] : `${secrets[name]}!`);
  switch (source) {
    case 'cloudwatch': {
      const text = new TextDecoder().decode(body);
      const post = sns.notification(text, {
        Timestamp: new Date(now).toISOString(),
        ...(right ? {} : { TopicArn: `${sns.topic}-of-somebody-else` }),
      });
      return { ...post, body: new TextEncoder().encode(post.body) };
    }
    case 'alertmanager':
    case 'datadog':
      return { path, headers: { ...json, authorization: `Bearer ${secret(source)}` }, body };
    case 'pagerduty': {
      const signature = createHmac('sha256', secret(source)).update(body).digest('hex');
      return { path, headers: { ...json, 'x-pagerduty-signature': `v1=${signature}` }, body };
    }
    case 'generic': {
      const timestamp = String(Math.floor(now / 1000));
      const signature = signatureOf(Buffer.from(body), timestamp, secret(source));
      const headers = {
        ...json,
        'x-pilothouse-signature': signature,
        'x-pilothouse-timestamp': timestamp,
      };
      return { path, headers, body };
    }
  }
}

const junk = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue() },
  { weight: 2, arbitrary: hostile },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1e308, -1, null, [], {}, '0001-01-01T00:00:00Z', 'constructor', true),
  },
  { weight: 1, arbitrary: fc.constantFrom(2, 100, 20_000).map((n) => nested(n)) },
);
function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let n = 0; n < Math.min(depth, 2_000); n++) value = n % 2 ? [value] : { value };
  return value;
}

const paths = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
  typeof value !== 'object' || value === null
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))];

/** One field of it replaced, or taken out. */
function mutated(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((inner, n) => (String(n) === step ? mutated(inner, rest, by) : inner));
  if (typeof value !== 'object' || value === null) return by;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const next = key === step ? mutated(inner, rest, by) : inner;
      return next === undefined ? [] : [[key, next]];
    }),
  );
}

/** Changes to the text of a right message. */
const damage: fc.Arbitrary<(json: string) => string | Uint8Array<ArrayBuffer>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant((json: string) => json) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(10_000), fc.option(junk, { nil: undefined }))
      .map(([n, by]) => (json: string) => {
        const all = paths(JSON.parse(json));
        return JSON.stringify(mutated(JSON.parse(json), all[n % all.length] ?? [], by)) ?? '';
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        '"__proto__":{"state":"firing","isAdmin":true},',
        '"constructor":{"prototype":{}},',
        '"a":1,"a":2,',
      )
      .map((more) => (json: string) => json.replace('{', `{${more}`)),
  },
  { weight: 1, arbitrary: fc.nat(400).map((n) => (json: string) => json.slice(0, n)) },
  {
    weight: 1,
    arbitrary: fc.nat(400).map((n) => (json: string) => `${json.slice(0, n)}\u0000${json.slice(n)}`),
  },
  { weight: 1, arbitrary: fc.constant((json: string) => `\ufeff${json}`) },
  {
    weight: 1,
    arbitrary: fc.nat(100).map((n) => (json: string) => {
      const bytes = new TextEncoder().encode(json);
      bytes[n] = 0xff;
      return bytes;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(200_000, 262_000, 400_000).map((n) => (json: string) => json + ' '.repeat(n)),
  },
);

export interface Case {
  post: FuzzPost;
  source: AlertSource;
}

/** Signed as it should be; what is in it may be right, nearly right or mad. */
export const signedPosts = (sns: SimulatedSns): fc.Arbitrary<Case> =>
  fc
    .record({ source: fc.constantFrom(...alertSources), trouble, harm: damage })
    .map(({ source, trouble: t, harm }) => ({
      source,
      post: signedPost(source, harm(contentsOf(source, t)), sns, { right: true, now: Date.now() }),
    }));

const nonsense = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  hostile,
  fc.constantFrom(1_000, 100_000).map((n) => '['.repeat(n) + ']'.repeat(n)),
  fc.constantFrom(1_000, 40_000).map((n) => `${'{"alerts":'.repeat(n)}null${'}'.repeat(n)}`),
  fc.constantFrom('{"version":"4","alerts":[]}', '{"alerts":[]}', '{"event":{}}', '{}', '', 'null'),
);
const wrongHeaders = fc.constantFrom<(post: FuzzPost) => FuzzPost>(
  // SNS signs in the body.
  (post) => ({
    ...post,
    headers: { 'content-type': 'application/json' },
    ...(post.path.endsWith('cloudwatch') && { path: '/alerts' }),
  }),
  (post) => ({ ...post, headers: { ...post.headers, 'content-type': 'text/html' } }),
  (post) => ({ ...post, headers: { ...post.headers, 'content-encoding': 'br' } }),
  (post) => ({ ...post, path: `${post.path}/..%2fgeneric` }),
  (post) => ({ ...post, path: '/alerts/__proto__' }),
  (post) => ({ ...post, body: post.body.slice(1) }),
);

/** Whatever these say, nothing may come of them: not signed, signed for something else, too old, or nonsense. */
export const hopelessPosts = (sns: SimulatedSns): fc.Arbitrary<Case> => {
  const source = fc.constantFrom(...alertSources);
  const contents = fc.tuple(source, trouble);
  const now = Date.now();
  return fc.oneof(
    contents.map(([name, t]) => ({
      source: name,
      post: signedPost(name, contentsOf(name, t), sns, { right: false, now }),
    })),
    fc.tuple(contents, wrongHeaders).map(([[name, t], spoil]) => ({
      source: name,
      // Who knows a bearer's secret may cut off the beginning, which is no JSON then.
      post: spoil(signedPost(name, contentsOf(name, t), sns, { right: true, now: Date.now() })),
    })),
    fc.tuple(fc.constantFrom<AlertSource>('cloudwatch', 'generic'), trouble).map(([name, t]) => ({
      source: name,
      post: signedPost(name, contentsOf(name, t), sns, { right: true, now: now - 2 * 3_600_000 }),
    })),
    fc.tuple(source, nonsense).map(([name, text]) => ({
      source: name,
      post: signedPost(name, text, sns, { right: true, now: Date.now() }),
    })),
  );
};
