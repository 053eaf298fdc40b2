/** What holds for every outside service: silence and refusals are told apart, lost answers double nothing, secrets stay inside. */
import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { OutsideFaults } from '../../playground/outside/faults.ts';
import { createOutside, OutsideAway, OutsideRefused, shortened } from '../../src/clients/outside.ts';
import {
  failureOf,
  fastClock,
  secrets,
  startGitHubPair,
  startPagerDutyPair,
  startStatuspagePair,
} from './outside-services.ts';

interface Subject {
  readonly faults: OutsideFaults;
  /** Changes something in the service, always the same. */
  write(): Promise<unknown>;
  /** How many things that made. */
  made(): number;
  stop(): Promise<void>;
}

const subjects: Record<string, () => Promise<Subject>> = {
  PagerDuty: async () => {
    const { service, client } = await startPagerDutyPair();
    return {
      faults: service.break,
      write: () =>
        client.trigger({
          dedupKey: 'INC-1',
          summary: 'Checkout is down',
          severity: 'critical',
          source: 'shop',
        }),
      made: () => service.incidents.length,
      stop: service.stop,
    };
  },
  Statuspage: async () => {
    const { service, client } = await startStatuspagePair();
    const page = service.pages.get('pg_pilothouse');
    return {
      faults: service.break,
      write: () =>
        client.open('pg_pilothouse', {
          key: 'INC-1',
          name: 'Checkout is down',
          status: 'investigating',
          body: 'We are looking into it.',
          components: { cmp_api: 'major_outage' },
        }),
      made: () => page?.incidents.flatMap(({ updates }) => updates).length ?? 0,
      stop: service.stop,
    };
  },
  GitHub: async () => {
    const { service, client } = await startGitHubPair();
    return {
      faults: service.break,
      write: () =>
        client.ensure('pilothouse/platform', {
          key: 'INC-1/follow-up-1',
          title: 'Add an index',
          body: 'It was slow.',
          labels: [],
          assignees: [],
        }),
      made: () => service.repositories.get('pilothouse/platform')?.issues.length ?? 0,
      stop: service.stop,
    };
  },
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.each(Object.entries(subjects))('%s', (name, start) => {
  const open = async () => {
    const subject = await start();
    ends.push(subject.stop);
    return subject;
  };
  const away = async (subject: Subject): Promise<OutsideAway> => {
    const failure = await failureOf(subject.write());
    expect(failure).toBeInstanceOf(OutsideAway);
    if (!(failure instanceof OutsideAway)) throw failure;
    for (const secret of Object.values(secrets)) expect(failure.message).not.toContain(secret);
    expect(failure.message).toContain(name);
    return failure;
  };

  test('down: nothing is done, and later the same call goes well', async () => {
    const subject = await open();
    subject.faults.down();
    expect((await away(subject)).message).toContain('could not be reached');
    expect(subject.made()).toBe(0);
    subject.faults.mend();
    await subject.write();
    expect(subject.made()).toBe(1);
  });

  test.each([500, 502, 503])('status %d is silence, not a refusal', async (status) => {
    const subject = await open();
    subject.faults.status(status, 1);
    expect((await away(subject)).message).toContain(String(status));
    expect(subject.made()).toBe(0);
    await subject.write();
    expect(subject.made()).toBe(1);
  });

  test('too many requests: it says when to come back, and that is what the error says', async () => {
    const subject = await open();
    subject.faults.throttle(1, 37);
    expect(await away(subject)).toMatchObject({ retryIn: 37_000, limited: true });
    expect(subject.made()).toBe(0);
  });

  test.each(['all', 'writes'] as const)(
    'lost answers of %s: however often the call is repeated, the thing is made once',
    async (of) => {
      const subject = await open();
      subject.faults.loseAnswers(1, of);
      await away(subject);
      subject.faults.loseAnswers(2, of);
      for (let attempt = 0; attempt < 4; attempt++) await subject.write().catch(() => {});
      await subject.write();
      expect(subject.made()).toBe(1);
    },
  );

  test('no answer in time: the call ends, and a repeated one doubles nothing', async () => {
    const subject = await open();
    subject.faults.slow(600_000);
    expect((await away(subject)).message).toContain('within 8 s');
    subject.faults.mend();
    await subject.write();
    expect(subject.made()).toBe(1);
  });
});

describe('an answer', () => {
  const answering = async (status: number, body: string, headers: OutgoingHttpHeaders = {}) => {
    const server = createServer((_, response) => response.writeHead(status, headers).end(body));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const ask = createOutside({
      name: 'Outside',
      headers: {},
      secrets: ['hunter22', null],
      clock: fastClock(1),
    });
    return failureOf(
      ask({ method: 'GET', url: new URL(`http://127.0.0.1:${port}/`) }, z.object({ id: z.string() })),
    );
  };

  test.each([
    ['PagerDuty', '{"error":{"message":"Not Found","code":2100}}', 'Not Found'],
    [
      'PagerDuty with details',
      '{"error":{"message":"Invalid Input","errors":["title is missing"]}}',
      'Invalid Input, title is missing',
    ],
    [
      "PagerDuty's events",
      '{"status":"invalid event","message":"Event is invalid","errors":["a","b"]}',
      'Event is invalid, a, b',
    ],
    ['Statuspage', '{"message":"Could not authenticate"}', 'Could not authenticate'],
    ['Statuspage in one word', '{"error":"Could not authenticate"}', 'Could not authenticate'],
    ['Statuspage in a list', '{"error":["Name is blank","Body is long"]}', 'Name is blank, Body is long'],
    [
      'GitHub',
      '{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}',
      'Validation Failed, title missing_field',
    ],
    ['a proxy', '<h1>Bad request</h1>', 'it does not say why'],
    ['nobody', '', 'it does not say why'],
  ])('that refuses is told in the words of %s', async (_, body, reason) => {
    const failure = await answering(422, body);
    expect(failure).toBeInstanceOf(OutsideRefused);
    expect(failure).toMatchObject({
      reason,
      status: 422,
      service: 'Outside',
      message: `Outside refused (422): ${reason}`,
    });
  });

  test('that repeats a secret, or is long or on several lines, is made fit to show', async () => {
    const said = `hunter22 is wrong\n\u0007twice: hunter22 ${'x'.repeat(2000)}`;
    const { message } = await answering(400, JSON.stringify({ message: said }));
    expect(message).toMatch(/^Outside refused \(400\): ••• is wrong twice: ••• x+…$/u);
    expect(message.length).toBeLessThan(350);
  });

  test('that is not what the service documents is silence', async () => {
    expect(await answering(200, '<h1>Welcome to this hotel</h1>')).toBeInstanceOf(OutsideAway);
    expect(await answering(200, '{"id":7}')).toBeInstanceOf(OutsideAway);
  });

  test('that sends elsewhere is not followed', async () => {
    const failure = await answering(301, '', { location: 'http://127.0.0.1:1/' });
    expect(failure).toMatchObject({ status: 301, reason: 'it has moved to another address' });
  });

  const now = fastClock().now();
  test.each<[string, number, OutgoingHttpHeaders, number, number]>([
    ['seconds', 429, { 'retry-after': '12' }, 12_000, 12_000],
    ['a date', 503, { 'retry-after': new Date(now + 600_000).toUTCString() }, 590_000, 600_000],
    ["PagerDuty's header", 429, { 'ratelimit-reset': '20' }, 20_000, 20_000],
    [
      "GitHub's headers",
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(now / 1000) + 900) },
      890_000,
      900_000,
    ],
    ['nothing', 420, {}, 10_000, 10_000],
    ['nonsense', 429, { 'retry-after': 'soon' }, 10_000, 10_000],
    ['no time at all', 429, { 'retry-after': '0' }, 1_000, 1_000],
    ['a week', 429, { 'retry-after': '604800' }, 3_600_000, 3_600_000],
  ])('that wants us to wait and says %s', async (_, status, headers, least, most) => {
    const failure = await answering(status, '', headers);
    if (!(failure instanceof OutsideAway)) throw failure;
    expect(failure.retryIn).toBeGreaterThanOrEqual(least);
    expect(failure.retryIn).toBeLessThanOrEqual(most);
  });

  test('of 403 without the sign of a limit is a refusal', async () => {
    const headers = { 'x-ratelimit-remaining': '4999' };
    expect(await answering(403, '{"message":"Resource not accessible"}', headers)).toMatchObject({
      status: 403,
      reason: 'Resource not accessible',
    });
  });
});

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['a😀b', 3, 'a…'],
])('%s fits into %d', (text, max, expected) => {
  expect(shortened(text, max)).toBe(expected);
});
