/** The process environment: what is read, what is refused, and that no secret shows. */
import { describe, expect, test } from '@jest/globals';
import { EnvironmentError, readEnvironment, secretsOf } from '../../src/config/environment.ts';

const least = { SLACK_BOT_TOKEN: 'xoxb-token-1', SLACK_SIGNING_SECRET: 'signing-1' };

function problemsOf(env: Record<string, string | undefined>): Record<string, string> {
  try {
    readEnvironment(env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return Object.fromEntries(error.problems.map(({ variable, message }) => [variable, message]));
  }
  return {};
}

test('a bot token and a signing secret are enough', () => {
  expect(readEnvironment(least)).toEqual({
    slack: { botToken: 'xoxb-token-1', signingSecret: 'signing-1', appToken: null, apiUrl: null },
    port: 3000,
    host: '0.0.0.0',
    redisUrl: 'redis://127.0.0.1:6379',
    catalog: './pilothouse.yml',
    role: 'all',
    prefix: 'pilothouse',
    clock: undefined,
    logLevel: 'info',
    github: { token: null, apiUrl: 'https://api.github.com' },
    pagerduty: {
      token: null,
      apiUrl: 'https://api.pagerduty.com',
      from: null,
      routingKey: null,
      eventsUrl: 'https://events.pagerduty.com',
      webhookSecret: null,
    },
    statuspage: { token: null, apiUrl: 'https://api.statuspage.io' },
    alerts: {
      secrets: { generic: null, alertmanager: null, datadog: null },
      sns: { topics: [], certificates: [] },
    },
  });
});

test('every variable counts', () => {
  const clock = 'start=2026-01-01T00:00:00Z;since=0;scale=10';
  const settings = readEnvironment({
    ...least,
    SLACK_APP_TOKEN: 'xapp-1',
    SLACK_API_URL: 'http://127.0.0.1:4000/api/',
    PORT: '0',
    HOST: '127.0.0.1',
    REDIS_URL: 'rediss://user:pw@redis.internal:6380/2',
    PILOTHOUSE_CATALOG: '/etc/pilothouse.yml',
    PILOTHOUSE_ROLE: 'worker',
    PILOTHOUSE_PREFIX: 'blue',
    PILOTHOUSE_CLOCK: clock,
    LOG_LEVEL: 'debug',
  });
  expect(settings).toMatchObject({ port: 0, host: '127.0.0.1', role: 'worker', prefix: 'blue', clock });
  expect(settings.slack).toMatchObject({ appToken: 'xapp-1', apiUrl: 'http://127.0.0.1:4000/api/' });
});

const outside = {
  GITHUB_TOKEN: 'github-1',
  GITHUB_API_URL: 'https://github.internal/api/v3',
  PAGERDUTY_TOKEN: 'pagerduty-1',
  PAGERDUTY_API_URL: 'https://api.eu.pagerduty.com',
  PAGERDUTY_FROM: 'pilothouse@example.com',
  PAGERDUTY_ROUTING_KEY: '0123456789abcdef0123456789abcdef',
  PAGERDUTY_EVENTS_URL: 'https://events.eu.pagerduty.com',
  PAGERDUTY_WEBHOOK_SECRET: 'webhook-1',
  STATUSPAGE_TOKEN: 'statuspage-1',
  STATUSPAGE_API_URL: 'http://127.0.0.1:4001',
  ALERTS_SECRET_GENERIC: 'generic-1',
  ALERTS_SECRET_ALERTMANAGER: 'alertmanager-1',
  ALERTS_SECRET_DATADOG: 'datadog-1',
};

test('every outside service can be set', () => {
  expect(readEnvironment({ ...least, ...outside })).toMatchObject({
    github: { token: 'github-1', apiUrl: 'https://github.internal/api/v3' },
    pagerduty: {
      token: 'pagerduty-1',
      apiUrl: 'https://api.eu.pagerduty.com',
      from: 'pilothouse@example.com',
      routingKey: '0123456789abcdef0123456789abcdef',
      eventsUrl: 'https://events.eu.pagerduty.com',
      webhookSecret: 'webhook-1',
    },
    statuspage: { token: 'statuspage-1', apiUrl: 'http://127.0.0.1:4001' },
    alerts: { secrets: { generic: 'generic-1', alertmanager: 'alertmanager-1', datadog: 'datadog-1' } },
  });
});

describe('certificates of SNS', () => {
  const topic = (region: string, partition = 'aws') => `arn:${partition}:sns:${region}:123456789012:alarms`;

  test.each([
    ['come from the region of the topic', topic('us-east-1'), ['https://sns.us-east-1.amazonaws.com/']],
    [
      'come from the regions of all topics, each named once',
      ` ${topic('eu-west-1')}, ${topic('us-east-1')},${topic('eu-west-1')}.fifo,`,
      ['https://sns.eu-west-1.amazonaws.com/', 'https://sns.us-east-1.amazonaws.com/'],
    ],
    [
      "come from China's own domain",
      topic('cn-north-1', 'aws-cn'),
      ['https://sns.cn-north-1.amazonaws.com.cn/'],
    ],
  ])('%s', (_, topics, expected) => {
    expect(readEnvironment({ ...least, ALERTS_SNS_TOPICS: topics }).alerts.sns.certificates).toEqual(
      expected,
    );
  });

  test('come from where the variable says instead, and a host name is never open at its end', () => {
    const { sns } = readEnvironment({
      ...least,
      ALERTS_SNS_TOPICS: topic('us-east-1'),
      ALERTS_SNS_CERTIFICATES: 'http://127.0.0.1:4002, https://certificates.example/sns/',
    }).alerts;
    expect(sns.certificates).toEqual(['http://127.0.0.1:4002/', 'https://certificates.example/sns/']);
    expect(sns.topics).toEqual([topic('us-east-1')]);
  });
});

test('with an app token no signing secret is needed', () => {
  const settings = readEnvironment({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' });
  expect(settings.slack.signingSecret).toBeNull();
});

test('an empty variable counts as not set', () => {
  expect(readEnvironment({ ...least, PORT: '', LOG_LEVEL: ' ', SLACK_API_URL: '' }).port).toBe(3000);
  expect(problemsOf({ SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '' })).toEqual({
    SLACK_BOT_TOKEN: expect.stringContaining('is missing'),
    SLACK_SIGNING_SECRET: expect.stringContaining('is missing'),
  });
});

test('the settings cannot be changed', () => {
  const settings = readEnvironment(least);
  expect(Object.isFrozen(settings) && Object.isFrozen(settings.slack)).toBe(true);
});

describe('what is wrong', () => {
  test.each([
    ['SLACK_BOT_TOKEN', 'hunter22-app', 'begins with xoxb-'],
    ['SLACK_APP_TOKEN', 'hunter22-bot', 'begins with xapp-'],
    ['SLACK_API_URL', 'hunter22', 'an http or https address'],
    ['SLACK_API_URL', 'ftp://hunter22', 'an http or https address'],
    ['PORT', 'hunter22', 'a port number'],
    ['PORT', '70000', 'a port number'],
    ['PORT', '3000.5', 'a port number'],
    ['REDIS_URL', 'http://hunter22', 'redis://127.0.0.1:6379'],
    ['PILOTHOUSE_ROLE', 'hunter22', 'all, web or worker'],
    ['PILOTHOUSE_PREFIX', 'hunter:22', 'letters, digits'],
    ['PILOTHOUSE_CLOCK', 'hunter22', 'start=<ISO time>'],
    ['LOG_LEVEL', 'hunter22', 'debug'],
    ['GITHUB_API_URL', 'hunter22', 'an http or https address'],
    ['PAGERDUTY_API_URL', 'ftp://hunter22', 'an http or https address'],
    ['PAGERDUTY_EVENTS_URL', 'hunter22', 'an http or https address'],
    ['PAGERDUTY_FROM', 'hunter22', 'e-mail address'],
    ['PAGERDUTY_ROUTING_KEY', 'hunter22', '32 letters and digits'],
    ['STATUSPAGE_API_URL', 'hunter22', 'an http or https address'],
    ['ALERTS_SNS_TOPICS', 'arn:aws:sqs:us-east-1:123456789012:hunter22', 'ARNs of SNS topics'],
    ['ALERTS_SNS_TOPICS', 'arn:aws:sns:evil.example/:123456789012:hunter22', 'ARNs of SNS topics'],
    ['ALERTS_SNS_CERTIFICATES', 'file:///hunter22', 'beginnings of http or https addresses'],
  ])('%s=%s is refused by name, and the value is not shown', (variable, value, expected) => {
    const problems = problemsOf({ ...least, [variable]: value });
    expect(problems).toEqual({ [variable]: expect.stringContaining(expected) });
    expect(JSON.stringify(problems)).not.toContain(value);
  });

  test('is said all at once', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'loud', REDIS_URL: '?' });
    expect(Object.keys(problems).sort()).toEqual(
      ['LOG_LEVEL', 'PORT', 'REDIS_URL', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'].sort(),
    );
  });
});

test('tokens, keys and secrets of outside services are secrets', () => {
  const secrets = secretsOf(readEnvironment({ ...least, ...outside }));
  const open = [
    'GITHUB_API_URL',
    'PAGERDUTY_API_URL',
    'PAGERDUTY_FROM',
    'PAGERDUTY_EVENTS_URL',
    'STATUSPAGE_API_URL',
  ];
  const kept = Object.entries(outside).filter(([variable]) => !open.includes(variable));
  expect(secrets).toEqual(['xoxb-token-1', 'signing-1', ...kept.map(([, value]) => value)]);
});

test('tokens and the password of Redis are secrets, both as written and as meant', () => {
  const env = { ...least, SLACK_APP_TOKEN: 'xapp-1', REDIS_URL: 'redis://me:p%40ss@127.0.0.1' };
  expect(secretsOf(readEnvironment(env))).toEqual(['xoxb-token-1', 'signing-1', 'xapp-1', 'p%40ss', 'p@ss']);
  expect(secretsOf(readEnvironment(least))).toEqual(['xoxb-token-1', 'signing-1']);
});
