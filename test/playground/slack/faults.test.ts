import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { SlackWorkspace } from '../../../playground/slack/index.ts';
import { workspace } from './bots.ts';

let slack: SlackWorkspace;
let client: WebClient;
beforeEach(async () => {
  slack = await workspace();
  client = new WebClient('xoxb-test', {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 500,
    logLevel: LogLevel.ERROR,
  });
});
afterEach(() => slack.stop());

const post = () => client.chat.postMessage({ channel: '#deployments', text: 'x' });
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

test('an outage answers as it was told and ends', async () => {
  slack.fail.outage(true, '500');
  expect(await failure(post())).toMatchObject({ statusCode: 500 });
  slack.fail.outage(true, '503');
  expect(await failure(post())).toBeInstanceOf(WebAPIHTTPError);
  slack.fail.outage(true, 'refuse');
  expect(await failure(post())).toBeInstanceOf(WebAPIRequestError);
  slack.fail.outage(true, 'hang');
  expect(await failure(post())).toBeInstanceOf(WebAPIRequestError);
  slack.fail.outage(false);
  expect(await post()).toMatchObject({ ok: true });
  expect(slack.messages('deployments')).toHaveLength(1);
});

test('a lost answer leaves the message posted', async () => {
  slack.fail.loseAnswer('chat.postMessage', 1);
  expect(await failure(post())).toBeInstanceOf(WebAPIRequestError);
  expect(slack.messages('deployments')).toHaveLength(1);
  expect(await post()).toMatchObject({ ok: true });
});

test('a method answers 429 or an error as often as it was told', async () => {
  slack.fail.rateLimit('chat.postMessage', 7, 1);
  const limited = await failure(post());
  expect(limited).toBeInstanceOf(WebAPIRateLimitedError);
  expect(limited).toMatchObject({ retryAfter: 7 });
  slack.fail.error('chat.postMessage', 'fatal_error', 2);
  expect(await failure(post())).toMatchObject({ data: { error: 'fatal_error' } });
  expect(await failure(post())).toMatchObject({ data: { error: 'fatal_error' } });
  expect(await failure(post())).toBeUndefined();
});

test('a client that waits for Retry-After gets through', async () => {
  slack.fail.rateLimit('auth.test', 1, 1);
  const patient = new WebClient('xoxb-test', {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 2, minTimeout: 10 },
  });
  const started = performance.now();
  expect(await patient.auth.test()).toMatchObject({ ok: true });
  expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
});

test('block types can be refused, and user groups forgotten', async () => {
  slack.fail.refuseBlocks(['plan']);
  const plan = client.chat.postMessage({
    channel: '#deployments',
    text: 'x',
    blocks: [{ type: 'divider' }, { type: 'plan', title: 'Deploy', tasks: [] }],
  });
  expect(await failure(plan)).toMatchObject({
    data: { error: 'invalid_blocks', errors: ['unsupported type: plan [json-pointer:/blocks/1/type]'] },
  });
  slack.fail.forgetGroups();
  expect(await failure(client.usergroups.list())).toMatchObject({ data: { error: 'internal_error' } });
});

test('watchers hear of every write and every refusal', async () => {
  const heard: string[] = [];
  const stopWatching = slack.watch((entry) => heard.push(`${entry.method} ${entry.error ?? entry.text}`));
  await post();
  await failure(client.chat.postMessage({ channel: '#nowhere', text: 'x' }));
  await client.auth.test();
  stopWatching();
  await post();
  expect(heard).toEqual(['chat.postMessage x', 'chat.postMessage channel_not_found']);
});
