/** Which service and environment are meant, by whatever name; and what the words say. */
import { describe, expect, test } from '@jest/globals';
import { type Named, subjectOf } from '../../src/alerts/subject.ts';
import { alertOf, instant, severityOf, topicOf } from '../../src/alerts/words.ts';
import type { Alert } from '../../src/records/alert.ts';
import { catalogWith } from './catalog.ts';

const catalog = catalogWith();

describe('the subject', () => {
  test.each<[string, Named, string | null, string | null]>([
    ['both by name', { services: ['web'], environments: ['staging'] }, 'web', 'staging'],
    ['in other letters', { services: ['Web'], environments: ['PRODUCTION'] }, 'web', 'production'],
    ['the beginning of an environment', { environments: ['prod'] }, null, 'production'],
    ['too short a beginning', { environments: ['pro'] }, null, null],
    ['an unknown environment', { environments: ['dev'], services: ['web'] }, 'web', null],
    [
      'the service in ECS',
      { services: ['api-gateway-task'], clusters: ['acme-prod'] },
      'api-gateway',
      'production',
    ],
    ['a cluster alone', { clusters: ['acme-staging'] }, null, 'staging'],
    [
      'a cluster by its ARN',
      { clusters: ['arn:aws:ecs:us-east-1:123456789012:cluster/acme-prod'] },
      null,
      'production',
    ],
    ['an unknown cluster', { clusters: ['acme'] }, null, null],
    [
      'a load balancer',
      { within: ['app/acme-prod-api-gateway/50dc6c495c0c9188'] },
      'api-gateway',
      'production',
    ],
    ['the longer of two names', { within: ['web-admin is slow'] }, 'web-admin', null],
    ['two services', { within: ['auth-svc cannot reach api-gateway'] }, null, null],
    ['a part of a word', { within: ['webhooks fail'] }, null, null],
    ['a service by the name of a function', { services: ['constructor', '__proto__'] }, null, null],
    ['what a label says before what a name says', { services: ['web'], within: ['auth-svc'] }, 'web', null],
    ['nothing', {}, null, null],
    ['blanks', { services: ['', ' ', null, undefined], within: [''] }, null, null],
  ])('%s', (_, named, service, environment) => {
    expect(subjectOf(named, catalog)).toEqual({ service, environment });
  });
});

test.each<[string, Alert['topic']]>([
  ['HTTPCode_Target_5XX_Count', 'error-rate'],
  ['HighErrorRate', 'error-rate'],
  ['http_requests_errors_total', 'error-rate'],
  ['TargetResponseTime', 'slow'],
  ['HighLatency', 'slow'],
  ['request_duration_p99', 'slow'],
  ['CPUUtilization', 'saturation'],
  ['container_memory_usage', 'saturation'],
  ['AWS/RDS', 'database-errors'],
  ['db_errors_total', 'database-errors'],
  ['DatabaseErrors', 'database-errors'],
  ['Terrors', 'other'],
  ['CertificateExpires', 'other'],
])('%s is about %s', (text, topic) => {
  expect(topicOf([null, text])).toBe(topic);
});

test.each<[string, Alert['severity']]>([
  ['critical', 'P1'],
  ['page', 'P1'],
  ['SEV-1', 'P1'],
  ['p2', 'P2'],
  ['Warning', 'P3'],
  ['info', 'P4'],
  ['P1 or so', null],
  ['', null],
])('%s suggests %s', (text, severity) => {
  expect(severityOf([undefined, text])).toBe(severity);
});

test.each<[unknown, number | undefined]>([
  ['2026-01-05T09:00:00Z', Date.UTC(2026, 0, 5, 9)],
  ['2026-01-05T09:00:00.000+0000', Date.UTC(2026, 0, 5, 9)],
  ['2026-01-05T10:00:00.123456789+01:00', Date.UTC(2026, 0, 5, 9) + 123],
  ['1767603600000', 1_767_603_600_000],
  [1_767_603_600_000, 1_767_603_600_000],
  ['0001-01-01T00:00:00Z', undefined],
  ['tomorrow', undefined],
  [-1, undefined],
  [null, undefined],
  ['', undefined],
])('the time %p is %p', (text, at) => {
  expect(instant.safeParse(text).data).toBe(at);
});

describe('an alert within its limits', () => {
  const given = {
    source: 'generic' as const,
    key: 'k',
    state: 'firing' as const,
    title: 't',
    detail: null,
    service: null,
    environment: null,
    severity: null,
    topic: 'other' as const,
    at: 5,
    link: null,
  };
  test('has a short title on one line and a short detail', () => {
    const a = alertOf({ ...given, title: `a\nb\u0000 ${'c'.repeat(500)}`, detail: 'd'.repeat(5_000) }, 10);
    expect(a.title).toMatch(/^a b c+$/);
    expect(a.title).toHaveLength(200);
    expect(a.detail).toHaveLength(2_000);
  });
  test('has a digest for a key that is too long, and another one for another', () => {
    const keys = ['x', 'y'].map((end) => alertOf({ ...given, key: 'k'.repeat(300) + end }, 10).key);
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys.every((key) => key.length <= 255)).toBe(true);
  });
  test('began no later than now', () => {
    expect(alertOf({ ...given, at: 99 }, 10).at).toBe(10);
  });
  test.each([
    ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
    ['javascript:alert(1)', null],
    ['https://user:password@example.com', null],
    ['//example.com', null],
    [`https://example.com/${'x'.repeat(3_000)}`, null],
    [null, null],
  ])('links to %p as %p', (link, kept) => {
    expect(alertOf({ ...given, link }, 10).link).toBe(kept);
  });
});
