/** The decisions of a watch as a table: what looks mean, one after the other. */
import { describe, expect, test } from '@jest/globals';
import type { ServiceCheck } from '../../../src/jobs/deployment/steps/checks.ts';
import { judge, type Watch, withLook } from '../../../src/jobs/deployment/steps/judge.ts';

const every = 30_000;
const runbook003 = { for: 300_000, every, consecutive_failures: 3, success_rate: 0.95 };
/** So that only failures in a row decide. */
const patient = { ...runbook003, success_rate: 0 };

const fresh: Watch = {
  startedAt: 0,
  deadline: runbook003.for,
  nextLookAt: every,
  looks: 0,
  unknownInARow: 0,
  services: {},
};

/** One look at a service with three probes: `+` all well, `-` one of four checks failed, `x` all failed, `?` one could not tell. */
const allWell = { succeeded: 4, failures: [], unknown: [] };
const looks: Readonly<Record<string, Omit<ServiceCheck, 'service'>>> = {
  '+': allWell,
  '-': { succeeded: 3, failures: ['live: answered 503'], unknown: [] },
  x: { succeeded: 0, failures: ['gone', 'live', 'ready', 'auth'], unknown: [] },
  '?': { succeeded: 3, failures: [], unknown: ['live: the network does not reach it'] },
};
const lookAt = (service: string, how = '+'): ServiceCheck => ({ service, ...(looks[how] ?? allWell) });

/** Looks at the due times, each letter one look at `auth`, until the watch is decided. */
function watchOver(text: string, policy: typeof runbook003) {
  let watch = fresh;
  for (const how of text.replaceAll(' ', '')) {
    const now = watch.nextLookAt;
    watch = withLook(watch, [lookAt('auth', how), lookAt('market')], policy, now);
    const verdict = judge(watch, policy, now);
    if (verdict.kind !== 'open') return { verdict, watch };
  }
  return { verdict: judge(watch, policy, watch.nextLookAt - every), watch };
}

describe('a watch of 5 minutes, every 30 seconds', () => {
  test.each([
    ['nothing but good looks', '+++++ +++++', 'good', 10],
    ['one look before the end', '+++++ ++++', 'open', 9],
    ['two failures in a row', '+--+', 'open', 4],
    ['three failures in a row', '+--- +++', 'bad', 4],
    ['three failures, not in a row', '+-+-+-+ +++', 'good', 10],
    ['a row of failures at the start', '---', 'bad', 3],
    ['a look that could not tell does not end a row', '-?--', 'bad', 4],
    ['a look that could not tell does not make a row longer', '-?-+', 'open', 4],
    ['two looks that could not tell', '??+', 'open', 3],
    ['three looks in a row that could not tell', '+??? +', 'blind', 4],
    ['looks that could not tell, not in a row', '?+?+? +?+?+', 'good', 10],
    ['the last look failed: it goes on', '+++++ ++++-', 'open', 10],
    ['the last look failed, the next one not', '+++++ ++++-+', 'good', 11],
    ['the last look failed, and two more', '+++++ ++++---', 'bad', 12],
    ['the last look could not tell: it goes on', '+++++ ++++?', 'open', 10],
    ['the last look could not tell, the next one could', '+++++ ++++?+', 'good', 11],
    ['the last look could not tell, nor could two more', '+++++ ++++???', 'blind', 12],
    ['the one before the last failed', '+++++ +++-+', 'good', 10],
    ['a failure, then blindness until the end: it goes on', '+++++ +++-?', 'open', 10],
  ])('%s (%s): %s', (_, text, kind, after) => {
    const { verdict, watch } = watchOver(text, patient);
    expect(verdict.kind).toBe(kind);
    expect(watch.looks).toBe(after);
  });
});

describe('a success rate of 95 %, of 10 looks with 4 checks each', () => {
  test.each([
    ['two failed checks of forty are just enough', '-+-++ +++++', 'good', 10],
    ['a third one is too many, as soon as it is certain', '-+-+- +++++', 'bad', 5],
    ['a whole look that fails is too much at once', 'x', 'bad', 1],
    ['one failed check alone is no rate', '-????', 'blind', 4],
    ['what could not be told counts neither way', '-?+-+ +?+++', 'bad', 4],
    ['one failure among looks that could not tell', '?-+?+ +++++', 'good', 10],
  ])('%s (%s): %s', (_, text, kind, after) => {
    const { verdict, watch } = watchOver(text, runbook003);
    expect({ kind: verdict.kind, looks: watch.looks }).toEqual({ kind, looks: after });
  });
});

describe('what is said', () => {
  test('names the service, how it failed, and what was seen last', () => {
    const { verdict } = watchOver('+---', patient);
    expect(verdict).toEqual({
      kind: 'bad',
      problem: {
        summary: 'auth failed while watched: 3 looks in a row',
        service: 'auth',
        evidence: ['live: answered 503'],
      },
    });
  });

  test('gives the rate that was reached and the one that is wanted', () => {
    const { verdict } = watchOver('x', { ...runbook003, success_rate: 0.57 });
    expect(verdict.kind).toBe('open');
    const { verdict: later } = watchOver('xx+xxx', {
      ...runbook003,
      success_rate: 0.57,
      consecutive_failures: 9,
    });
    expect(later).toMatchObject({
      problem: { summary: expect.stringContaining('16 % of its checks good, 57 % wanted') },
    });
  });
});

describe('looks that were missed, because no worker was alive', () => {
  const afterGap = (watch: Watch, now: number, how: string) =>
    withLook(watch, [lookAt('auth', how)], patient, now);

  test('are not made up for: the next one is due at the next regular time', () => {
    const watch = afterGap(fresh, 130_000, '-');
    expect(watch).toMatchObject({ looks: 1, nextLookAt: 150_000, deadline: fresh.deadline });
    expect(judge(watch, patient, 130_000).kind).toBe('open');
  });

  test('a look that is due at this very moment is due once', () => {
    expect(afterGap(fresh, 30_000, '+').nextLookAt).toBe(60_000);
    expect(afterGap(fresh, 59_999, '+').nextLookAt).toBe(60_000);
    expect(afterGap(fresh, 60_000, '+').nextLookAt).toBe(90_000);
  });

  test.each(['+', '-', '?'])(
    'all of them: one look after the deadline (%s) proves nothing, three of them do',
    (how) => {
      const now = fresh.deadline + 3_600_000;
      expect(judge(afterGap(fresh, now, how), patient, now).kind).toBe('open');
      const two = { ...fresh, looks: 2 };
      expect(judge(afterGap(two, now, '+'), patient, now).kind).toBe('good');
    },
  );
});

test('one bad service is enough, and is the one that is named', () => {
  const policy = { ...patient, consecutive_failures: 1 };
  const watch = withLook(fresh, [lookAt('auth', '+'), lookAt('market', '-')], policy, every);
  expect(judge(watch, policy, every)).toMatchObject({ kind: 'bad', problem: { service: 'market' } });
});

test('a failure beside a look that could not tell is a failure, not blindness', () => {
  const watch = withLook(fresh, [lookAt('auth', '?'), lookAt('market', '-')], patient, every);
  expect(watch.unknownInARow).toBe(0);
  expect(watch.services.market?.inARow).toBe(1);
});
