/** Whether an act still fits an incident, and what somebody wrote in Slack as plain words. */
import { describe, expect, test } from '@jest/globals';
import { linksIn, mentioned, plainWords } from '../../src/jobs/incident/message-text.ts';
import { standing, unmergeable } from '../../src/jobs/incident/standing.ts';
import type { What } from '../../src/records/act.ts';
import type { Incident } from '../../src/records/incident.ts';
import { incidentSample, rules } from '../templates/incident-samples.ts';
import { ana, ben, start } from '../templates/samples.ts';

const plain = { ...rules, mitigations: {} };
const update = { kind: 'update', status: 'monitoring', action: 'x', eta: 'y' } as const;
const sent = {
  n: 1,
  dueAt: start,
  at: start,
  by: ana,
  state: 'sent',
  status: 'monitoring',
  action: 'x',
  eta: 'y',
  missed: 0,
} as const;
const asked = {
  n: 1,
  action: 'restart',
  services: ['web'],
  by: ana,
  at: start,
  state: 'under-way',
  detail: null,
  desired: {},
} as const;
const followUp = { n: 1, text: 'alarm', owner: null, due: start, done: null, link: null, chasedAt: null };
const mitigate = (action: 'restart' | 'scale-up', services: string[] = []): What => ({
  kind: 'mitigate',
  action,
  services,
  desired: {},
});

describe('an act that no longer fits is refused', () => {
  test.each<[string, Partial<Incident>, What, string, RegExp]>([
    ['resolved', { status: 'resolved' }, { kind: 'join' }, 'incident-over', /is resolved/],
    [
      'merged',
      { status: 'merged', mergedInto: 'INC-13' },
      { kind: 'assess' },
      'incident-over',
      /merged into INC-13/,
    ],
    [
      'acknowledged',
      { acknowledged: { at: start, by: ana, via: 'slack' } },
      { kind: 'acknowledge', via: 'slack' },
      'already-decided',
      /@ana acknowledged/,
    ],
    [
      'held role',
      { roles: { commander: ana, communications: null, scribe: null } },
      { kind: 'claim', role: 'commander' },
      'already-decided',
      /@ana is commander/,
    ],
    [
      'own role',
      { roles: { commander: ben, communications: null, scribe: null } },
      { kind: 'claim', role: 'commander' },
      'nothing-to-do',
      /You are commander/,
    ],
    [
      'same status',
      { status: 'identified' },
      { kind: 'status', to: 'identified' },
      'nothing-to-do',
      /identified already/,
    ],
    ['same severity', {}, { kind: 'severity', to: 'P1', reason: null }, 'nothing-to-do', /a P1 already/],
    [
      'sent update',
      { updates: [sent] },
      { ...update, n: 1 },
      'already-decided',
      /Update 1 .* already posted by @ana/,
    ],
    [
      'automatic update',
      { updates: [{ ...sent, by: null }] },
      { kind: 'skip-update', n: 1 },
      'already-decided',
      /already posted by itself/,
    ],
    [
      'skipped update',
      { updates: [{ ...sent, state: 'skipped', by: ben }] },
      { ...update, n: 1 },
      'already-decided',
      /already skipped by you/,
    ],
    ['early update', {}, { ...update, n: 7 }, 'stale', /Update 7 is not due yet/],
    [
      'under way',
      { mitigations: [{ ...asked, services: ['web'] }] },
      mitigate('restart', ['web']),
      'already-decided',
      /@ana asked for that already/,
    ],
    ['not configured', {}, mitigate('scale-up'), 'not-here', /catalog does not say/],
    ['nothing to undo', {}, { kind: 'undo', n: 1 }, 'stale', /nothing to undo/],
    ['own duplicate', {}, { kind: 'merge', into: 'INC-12' }, 'unreadable', /no duplicate of itself/],
    [
      'publication of a drill',
      { drill: 'overload' },
      { kind: 'publish', status: 'identified', body: 'x', components: {} },
      'not-here',
      /A drill publishes nothing/,
    ],
    ['no halt', { halt: null }, { kind: 'clear-halt' }, 'nothing-to-do', /stopped nothing/],
    [
      'cleared',
      { halt: { since: start, cleared: { at: start, by: ana } } },
      { kind: 'clear-halt' },
      'already-decided',
      /@ana cleared/,
    ],
    ['open', {}, { kind: 'reopen', reason: 'x' }, 'nothing-to-do', /not over/],
    [
      'no follow-up',
      { followUps: [followUp] },
      { kind: 'follow-up-done', n: 2 },
      'unreadable',
      /no follow-up 2/,
    ],
    [
      'finished',
      { followUps: [{ ...followUp, done: { at: start, by: ana } }] },
      { kind: 'follow-up-done', n: 1 },
      'already-decided',
      /@ana finished/,
    ],
    ['no effect', {}, { kind: 'retry', effect: 'nothing' }, 'stale', /got through meanwhile/],
    [
      'no status page',
      {},
      { kind: 'publish', status: 'investigating', body: 'x', components: {} },
      'not-here',
      /No status page/,
    ],
  ])('%s', (_, changes, what, code, message) => {
    const refusal = standing(incidentSample({ responders: [], ...changes }), what, ben, plain);
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(refusal?.hint).not.toBe('');
  });
});

test.each<[Partial<Incident>, What]>([
  [{}, { kind: 'acknowledge', via: 'slack' }],
  [{ status: 'resolved' }, { kind: 'note', text: 'x', links: [], message: null, said: start }],
  [{ status: 'resolved' }, { kind: 'reopen', reason: 'x' }],
  [{ updates: [sent] }, { ...update, n: 2 }],
  [{ mitigations: [{ ...asked, services: ['web'], state: 'failed' }] }, mitigate('restart', ['web'])],
  [{ drill: 'overload' }, mitigate('scale-up')],
  [{}, { kind: 'merge', into: 'INC-13' }],
])('what fits is taken: %j %j', (changes, what) => {
  expect(standing(incidentSample(changes), what, ben, plain)).toBeNull();
});

describe('a message of Slack', () => {
  test.each([
    ['a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['&amp;lt;', '&lt;'],
    ['<@U1|x> and <@U2> and <@U3|carla>', '@ana and @U2 and @carla'],
    ['see <https://x.example/?a=1&amp;b|the graph>', 'see the graph (https://x.example/?a=1&b)'],
    ['<https://x.example/>', 'https://x.example/'],
    ['<#C1|general> <!here> <!subteam^S1|@ops> <!date^1^{time}|noon>', '#general @here @ops noon'],
    ['<unclosed', '<unclosed'],
  ])('%s', (text, words) => {
    expect(plainWords(text, (id) => (id === 'U1' ? 'ana' : undefined))).toBe(words);
  });

  test('tells whom and what it names', () => {
    expect(mentioned('<@U1> <@U1|x> <@W2> <!here>')).toEqual(['U1', 'W2']);
    expect(
      linksIn('<https://x.example/a|b> <mailto:a@b.c> <javascript:x> <http://y.example/?a&amp;b>'),
    ).toEqual(['https://x.example/a', 'http://y.example/?a&b']);
  });
});

describe('merging', () => {
  const from = {
    id: 'INC-12',
    status: 'investigating',
    mergedInto: null,
    drill: null,
    isPrivate: false,
  } as const;
  const into = { ...from, id: 'INC-13' } as const;
  test.each<[string, Partial<Incident>, Partial<Incident>, string, RegExp]>([
    [
      'into one that was merged',
      {},
      { status: 'merged', mergedInto: 'INC-7' },
      'incident-over',
      /merged into INC-7/,
    ],
    ['into one that is resolved', {}, { status: 'resolved' }, 'incident-over', /INC-13 is resolved/],
    [
      'a drill into what is none',
      { drill: 'overload' },
      {},
      'not-here',
      /INC-12 is a drill, and INC-13 is not/,
    ],
    ['into a drill', {}, { drill: 'overload' }, 'not-here', /INC-13 is a drill, and INC-12 is not/],
    [
      'what is private into what is not',
      { isPrivate: true },
      {},
      'not-here',
      /INC-12 is private, and INC-13/,
    ],
    ['into what is private', {}, { isPrivate: true }, 'not-here', /INC-13 is private, and INC-12/],
  ])('%s is refused', (_, mine, other, code, message) => {
    const refusal = unmergeable({ ...from, ...mine }, { ...into, ...other });
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(refusal?.hint).not.toBe('');
  });
  test.each<[string, Partial<Incident>]>([
    ['open ones', {}],
    ['drills', { drill: 'overload' }],
    ['private ones', { isPrivate: true }],
  ])('%s may be merged', (_, both) => {
    expect(unmergeable({ ...from, ...both }, { ...into, ...both })).toBeNull();
  });
});
