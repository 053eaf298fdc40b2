/** PagerDuty's client against the simulated account. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startPagerDuty } from '../../playground/pagerduty/index.ts';
import { OutsideAway } from '../../src/clients/outside.ts';
import { createPagerDuty, type Page } from '../../src/clients/pagerduty.ts';
import { isFromPagerDuty } from '../../src/clients/pagerduty-signature.ts';
import { failureOf, fastClock, secrets, startPagerDutyPair } from './outside-services.ts';

let pair: Awaited<ReturnType<typeof startPagerDutyPair>>;
beforeEach(async () => {
  pair = await startPagerDutyPair();
});
afterEach(() => pair.service.stop());

const page: Page = {
  dedupKey: 'pilothouse:INC-1',
  summary: 'P1 api-gateway: checkout is down',
  severity: 'critical',
  source: 'production',
  component: 'api-gateway',
  group: 'production',
  links: [{ href: 'https://example.slack.com/archives/C1/p1', text: 'War room' }],
  details: { incident: 'INC-1', affected: 3, drill: false, note: null },
};

describe('a page', () => {
  test('opens one incident, however often it is triggered, and calls level 1', async () => {
    await pair.client.trigger(page);
    await pair.client.trigger({ ...page, summary: 'P1 api-gateway: checkout is still down' });
    expect(pair.service.incidents).toMatchObject([
      {
        dedupKey: page.dedupKey,
        title: page.summary,
        severity: 'critical',
        status: 'triggered',
        triggers: 2,
        details: page.details,
      },
    ]);
    expect(await pair.client.find(page.dedupKey)).toEqual({
      id: pair.service.incidents[0]?.id,
      number: 1,
      status: 'triggered',
      title: page.summary,
      link: expect.stringContaining('https://'),
      assignees: ['Primary on-call'],
      acknowledgedBy: [],
    });
  });

  test('is acknowledged and resolved, and may be both again', async () => {
    await pair.client.trigger(page);
    for (let turn = 0; turn < 2; turn++) await pair.client.acknowledge(page.dedupKey);
    expect(await pair.client.find(page.dedupKey)).toMatchObject({
      status: 'acknowledged',
      acknowledgedBy: ['Pilothouse'],
    });
    for (let turn = 0; turn < 2; turn++) await pair.client.resolve(page.dedupKey);
    expect(await pair.client.find(page.dedupKey)).toMatchObject({ status: 'resolved', assignees: [] });
  });

  test('after it was resolved opens a new incident, and that is the one that is found', async () => {
    await pair.client.trigger(page);
    await pair.client.resolve(page.dedupKey);
    await pair.client.trigger(page);
    expect(pair.service.incidents.map(({ status }) => status)).toEqual(['resolved', 'triggered']);
    expect(await pair.client.find(page.dedupKey)).toMatchObject({ number: 2, status: 'triggered' });
  });

  test('shows who acknowledged it in PagerDuty', async () => {
    await pair.client.trigger(page);
    pair.service.acknowledge(page.dedupKey, 'Secondary on-call');
    expect(await pair.client.find(page.dedupKey)).toMatchObject({ acknowledgedBy: ['Secondary on-call'] });
  });

  test('that nobody sent is not found', async () => {
    await pair.client.trigger(page);
    expect(await pair.client.find('pilothouse:INC-2')).toBeNull();
  });

  test('with a summary that is too long is sent with what fits', async () => {
    await pair.client.trigger({ ...page, summary: 'x'.repeat(2000) });
    expect(pair.service.incidents[0]?.title).toBe(`${'x'.repeat(1023)}…`);
  });

  test('with a key that is too long is refused, not sent under another', async () => {
    const failure = await failureOf(pair.client.trigger({ ...page, dedupKey: 'x'.repeat(256) }));
    expect(failure).toMatchObject({ status: 400, reason: expect.stringContaining('dedup_key') });
    expect(pair.service.incidents).toEqual([]);
  });
});

describe('escalating', () => {
  test('calls the next level, and a level twice is still that level', async () => {
    await pair.client.trigger(page);
    for (let turn = 0; turn < 2; turn++) {
      expect(await pair.client.escalate(page.dedupKey, 2)).toMatchObject({
        status: 'triggered',
        assignees: ['Secondary on-call'],
      });
    }
    expect(pair.service.incidents).toMatchObject([{ level: 2 }]);
  });

  test('leaves a resolved incident alone', async () => {
    await pair.client.trigger(page);
    await pair.client.resolve(page.dedupKey);
    expect(await pair.client.escalate(page.dedupKey, 2)).toMatchObject({ status: 'resolved' });
    expect(pair.service.incidents).toMatchObject([{ level: 1, status: 'resolved' }]);
  });

  test('what PagerDuty has not carried out yet is tried again soon', async () => {
    const failure = await failureOf(pair.client.escalate(page.dedupKey, 2));
    expect(failure).toBeInstanceOf(OutsideAway);
    expect(failure).toMatchObject({ retryIn: 5_000 });
  });

  test('beyond the last level is refused', async () => {
    await pair.client.trigger(page);
    expect(await failureOf(pair.client.escalate(page.dedupKey, 3))).toMatchObject({
      status: 400,
      reason: expect.stringContaining('Cannot Escalate'),
    });
  });

  test('in the name of nobody PagerDuty knows is refused', async () => {
    await pair.client.trigger(page);
    const stranger = createPagerDuty({ ...pair.settings, from: 'stranger@example.com' }, pair.clock);
    expect(await failureOf(stranger.escalate(page.dedupKey, 2))).toMatchObject({
      reason: 'Requester User Not Found',
    });
  });
});

describe('who is on call', () => {
  test('is whose turn it is, with an address and an end', async () => {
    expect(await pair.client.onCall('PPRIMARY')).toEqual([
      {
        id: expect.any(String),
        name: 'Primary on-call',
        email: 'primary@example.com',
        level: 1,
        until: Date.UTC(2026, 10, 25),
      },
    ]);
  });

  test('changes with the shift, and nobody may be', async () => {
    const hour = 60 * 60_000;
    const rota = await startPagerDuty({
      clock: { ...fastClock(), now: () => now },
      token: secrets.pagerDutyToken,
      routingKey: secrets.routingKey,
      schedules: [
        {
          id: 'PROTA01',
          name: 'Rota',
          shiftMs: hour,
          people: ['first', 'second'].map((name) => ({ name, email: `${name}@example.com` })),
        },
        { id: 'PEMPTY1', name: 'Empty', people: [] },
      ],
    });
    let now = 0;
    try {
      const client = createPagerDuty({ ...pair.settings, apiUrl: rota.url }, pair.clock);
      const names = async () => (await client.onCall('PROTA01')).map(({ name }) => name);
      expect(await names()).toEqual(['first']);
      now = hour;
      expect(await names()).toEqual(['second']);
      now = 2 * hour;
      expect(await names()).toEqual(['first']);
      expect(await client.onCall('PEMPTY1')).toEqual([]);
    } finally {
      await rota.stop();
    }
  });

  test('in a schedule that PagerDuty does not know is refused', async () => {
    expect(await failureOf(pair.client.onCall('PNOWHERE'))).toMatchObject({
      status: 400,
      reason: 'Schedule Not Found',
    });
  });
});

describe('settings', () => {
  test.each([
    ['PAGERDUTY_TOKEN', { token: null }, { page: true, look: false, escalate: false }],
    ['PAGERDUTY_FROM', { from: null }, { page: true, look: true, escalate: false }],
    ['PAGERDUTY_ROUTING_KEY', { routingKey: null }, { page: false, look: true, escalate: true }],
  ])('without %s what needs it is refused by its name, and known before', async (variable, lack, can) => {
    const client = createPagerDuty({ ...pair.settings, ...lack }, pair.clock);
    expect(client.can).toEqual(can);
    await pair.client.trigger(page);
    const call = can.page ? client.escalate(page.dedupKey, 2) : client.trigger(page);
    expect(await failureOf(call)).toMatchObject({ status: null, reason: `${variable} is not set` });
  });

  test('a wrong token is refused, and not shown', async () => {
    const client = createPagerDuty({ ...pair.settings, token: 'hunter22' }, pair.clock);
    const failure = await failureOf(client.onCall('PPRIMARY'));
    expect(failure).toMatchObject({ status: 401, reason: 'Authentication failed' });
    expect(failure.message).not.toContain('hunter22');
  });

  test('an address may end in a slash', async () => {
    const settings = { ...pair.settings, apiUrl: `${pair.service.url}/`, eventsUrl: `${pair.service.url}/` };
    const client = createPagerDuty(settings, pair.clock);
    await client.trigger(page);
    expect(await client.find(page.dedupKey)).toMatchObject({ number: 1 });
  });
});

describe('a signature', () => {
  const body = '{"event":{"data":{"title":"Größe ✓"}}}';
  const sign = (secret: string, text: string | Buffer = body) =>
    `v1=${createHmac('sha256', secret).update(text).digest('hex')}`;

  test.each<[string, string | undefined, string[], boolean]>([
    ['of ours', sign('one'), ['one'], true],
    ['of one of ours', sign('two'), ['one', 'two'], true],
    ['among several', `${sign('old')},${sign('one')}`, ['one'], true],
    ['among several with a space', `${sign('old')}, ${sign('one')}`, ['one'], true],
    ['of somebody else', sign('two'), ['one'], false],
    ['of another text', sign('one', 'other'), ['one'], false],
    ['of another version', sign('one').replace('v1', 'v2'), ['one'], false],
    ['that is cut', sign('one').slice(0, -1), ['one'], false],
    ['that is not hexadecimal', `v1=${'z'.repeat(64)}`, ['one'], false],
    ['with nothing in it', 'v1=', ['one'], false],
    ['that is empty', '', ['one'], false],
    ['that is missing', undefined, ['one'], false],
    ['of an empty secret', sign(''), [''], false],
    ['without a secret of ours', sign('one'), [], false],
    [
      'after ten thousand others',
      `${Array.from({ length: 10_000 }, () => sign('old')).join(',')},${sign('one')}`,
      ['one'],
      false,
    ],
  ])('%s', (_, header, known, expected) => {
    expect(isFromPagerDuty(body, header, known)).toBe(expected);
    expect(isFromPagerDuty(Buffer.from(body), header, known)).toBe(expected);
  });

  test('of a body that is not text', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    expect(isFromPagerDuty(bytes, sign('one', bytes), ['one'])).toBe(true);
  });
});
