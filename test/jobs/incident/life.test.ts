/** What acts and time make of an incident, without anything outside. */
import { describe, expect, test } from '@jest/globals';
import { nextDeadline } from '../../../src/jobs/incident/clocks.ts';
import { procedureOf } from '../../../src/records/procedure.ts';
import { ana, ben, live, minute, start } from './life.ts';

const resolve = {
  kind: 'resolve' as const,
  impact: 'Nobody could pay',
  resolution: 'Rolled back',
  rootCause: null,
  followUps: [{ text: 'Add a canary', owner: ben, due: null }],
};

describe('a P1', () => {
  test('is shown, housed, and paged at once', () => {
    expect(live().keys()).toEqual(
      expect.arrayContaining(['card', 'room', 'room-card', 'invite', 'recent-deployments', 'page-0']),
    );
  });

  test('is overdue after five minutes, then the next level is called, and leadership after fifteen', () => {
    const late = live().live(16 * minute);
    const pages = late.incident.effects.flatMap((e) =>
      e.what.kind === 'page' ? [[e.what.level, (e.since - start) / minute]] : [],
    );
    expect(pages).toEqual([
      [0, 0],
      [1, 5],
      [2, 10],
      [2, 15],
    ]);
    const leadership = late.incident.effects.find((e) => e.what.kind === 'page-leadership');
    expect(leadership?.since).toBe(start + 15 * minute);
  });

  test('acknowledged in time is not called again, and is looked at at once', () => {
    const acknowledged = live()
      .later(2 * minute)
      .does({ kind: 'acknowledge', via: 'slack' }, ben);
    expect(acknowledged.keys()).toContain('assess-1');
    const later = acknowledged.live(12 * minute);
    expect(later.incident.acknowledged).toEqual({ at: start + 2 * minute, by: ben, via: 'slack' });
    expect(later.incident.effects.filter((e) => e.what.kind === 'page')).toHaveLength(1);
    expect(later.texts()).toContain('Acknowledged by @ben');
  });

  test('a second acknowledgement changes nothing', () => {
    const once = live().does({ kind: 'acknowledge', via: 'slack' }, ben);
    const twice = once.does({ kind: 'acknowledge', via: 'pagerduty' }, ana);
    expect(twice.incident.acknowledged?.by).toEqual(ben);
    expect(twice.incident.timeline).toHaveLength(once.incident.timeline.length);
  });
});

describe('updates', () => {
  const sent = (life: ReturnType<typeof live>) =>
    life.incident.updates.map((u) => [
      u.n,
      (u.dueAt - start) / minute,
      (u.at - start) / minute,
      u.by?.name ?? 'by itself',
    ]);

  test('go out by themselves every fifteen minutes, each offered three minutes before', () => {
    const hour = live().live(61 * minute);
    expect(sent(hour)).toEqual([
      [1, 15, 15, 'by itself'],
      [2, 30, 30, 'by itself'],
      [3, 45, 45, 'by itself'],
      [4, 60, 60, 'by itself'],
    ]);
    const drafts = hour.incident.effects
      .filter((e) => e.key.startsWith('draft-'))
      .map((e) => (e.since - start) / minute);
    expect(drafts).toEqual([12, 27, 42, 57]);
  });

  test('by a person begin the interval anew', () => {
    const life = live()
      .live(10 * minute)
      .does({ kind: 'update', n: 1, status: 'identified', action: 'Rolling back', eta: '10 minutes' }, ben)
      .live(16 * minute);
    expect(sent(life)).toEqual([
      [1, 15, 10, 'ben'],
      [2, 25, 25, 'by itself'],
    ]);
    expect(life.incident.status).toBe('identified');
  });

  test('one for the same slot from a second person, or after it was sent, is not sent', () => {
    const update = { kind: 'update' as const, n: 1, status: 'identified' as const, action: 'A', eta: 'B' };
    const life = live()
      .live(10 * minute)
      .does(update, ben)
      .does(update, ana)
      .does({ kind: 'skip-update', n: 1 }, ana);
    expect(life.incident.updates).toHaveLength(1);
    expect(life.keys().filter((key) => key.startsWith('update-1'))).toEqual(['update-1@channel', 'update-1']);
  });

  test('skipped begin the interval anew, and nothing is posted', () => {
    const life = live()
      .live(14 * minute)
      .does({ kind: 'skip-update', n: 1 }, ben)
      .live(14 * minute);
    expect(life.incident.updates).toMatchObject([{ n: 1, state: 'skipped' }]);
    expect(life.keys()).not.toContain('update-1');
  });

  test('after the bot was away for an hour one catches up, and the others are in the timeline', () => {
    const life = live()
      .live(5 * minute)
      .later(60 * minute);
    expect(life.incident.updates).toMatchObject([{ n: 1, missed: 3 }]);
    expect(life.texts().filter((t) => t.includes('while the bot was away'))).toEqual([
      '3 updates were due while the bot was away',
    ]);
    expect(life.incident.clocks.update).toBe(start + 75 * minute);
  });

  test('while Slack takes none, the one that waits is renewed instead of a second one, and on-call hears of it', () => {
    let life = live().live(14 * minute);
    for (let n = 0; n < 40; n++)
      life = life.later(minute).settle((e) => (e.what.kind === 'post' ? null : {}));
    expect(life.incident.updates).toMatchObject([{ n: 1, missed: 2 }]);
    expect(life.keys()).toContain('overdue-page-1');
    expect(life.settle().live(minute).incident.updates).toHaveLength(1);
  });

  test('stop with the end', () => {
    const life = live()
      .live(14 * minute)
      .does(resolve)
      .live(60 * minute);
    expect(life.incident.updates).toHaveLength(0);
    expect(life.incident.clocks).toMatchObject({
      update: null,
      draft: null,
      acknowledge: null,
      leadership: null,
    });
  });

  test('where the catalog wants none by themselves, whoever leads is asked', () => {
    const life = live({}, { updates: { automatic: false } })
      .does({ kind: 'claim', role: 'commander' }, ben)
      .live(16 * minute);
    expect(life.incident.updates).toHaveLength(0);
    const direct = life.incident.effects.find((e) => e.what.kind === 'direct');
    expect(direct?.what).toMatchObject({ to: ben.id, post: { kind: 'overdue-update', n: 1 } });
  });
});

describe('what happens outside', () => {
  test('arrives in order in each place, after the place is there', () => {
    const life = live()
      .does({ kind: 'note', text: 'one', links: [], message: null, said: start })
      .does({ kind: 'note', text: 'two', links: [], message: null, said: start });
    const order: string[] = [];
    life.settle((e) => {
      if (e.what.kind === 'post' || e.what.kind.startsWith('room')) order.push(e.key);
      return e.what.kind === 'room' ? { channel: 'C1', name: 'inc' } : {};
    });
    const places = [...new Set(order)];
    expect(places.indexOf('room')).toBeLessThan(places.indexOf('room-card'));
    expect(places.indexOf('room-card')).toBeLessThan(places.indexOf('recent-deployments'));
    expect(places.filter((key) => key.startsWith('line-')).slice(0, 2)).toEqual(['line-2', 'line-3']);
  });

  test('that fails holds nothing up, shows, is tried again, and can be repeated once it was refused', () => {
    const refused = {
      kind: 'effect-failed' as const,
      key: 'page-0',
      why: 'PagerDuty refused (403)',
      retryIn: null,
    };
    const life = live().hears(refused).live(minute);
    expect(life.incident.status).toBe('investigating');
    expect(life.incident.effects.find((e) => e.key === 'page-0')).toMatchObject({
      state: 'failed',
      tries: 1,
    });
    expect(life.texts()).toContain('Paging on-call: PagerDuty refused (403)');
    const again = life.does({ kind: 'retry', effect: 'page-0' });
    expect(again.incident.effects.find((e) => e.key === 'page-0')?.state).toBe('due');
  });

  test('that has to wait is looked at when its time has come', () => {
    const away = {
      kind: 'effect-failed' as const,
      key: 'page-0',
      why: 'PagerDuty does not answer',
      retryIn: 4_000,
    };
    const life = live()
      .settle((e) => (e.key === 'page-0' ? null : {}))
      .hears(away);
    expect(nextDeadline(life.incident, life.now)).toBe(start + 4_000);
  });
});

describe('people', () => {
  test.each([
    ['a claimed role is not taken away', 'claim' as const, ana.name],
    ['but handed over with a note', 'hand-over' as const, ben.name],
  ])('%s', (_, kind, holder) => {
    const claimed = live().does({ kind: 'claim', role: 'commander' }, ana);
    const next =
      kind === 'claim'
        ? claimed.does({ kind: 'claim', role: 'commander' }, ben)
        : claimed.does({ kind: 'hand-over', role: 'commander', to: ben, note: 'End of my shift' }, ana);
    expect(next.incident.roles.commander?.name).toBe(holder);
  });

  test('roles are asked for while they are unclaimed, ever less often', () => {
    const asked = live()
      .live(60 * minute)
      .incident.effects.filter((e) => e.key.startsWith('roles-'));
    expect(asked.map((e) => (e.since - start) / minute)).toEqual([5, 15, 35]);
  });

  test('a noted message follows what becomes of it', () => {
    const message = 'C1:1.2';
    const life = live()
      .does({ kind: 'note', text: 'It is the cache', links: [], message, said: start })
      .does({ kind: 'note', text: 'It is the cache', links: [], message, said: start })
      .does({ kind: 'note-edited', message, text: 'It is the database', links: [] });
    const lines = life.incident.timeline.filter((e) => e.message === message);
    expect(lines).toMatchObject([{ text: 'It is the database', state: 'edited' }]);
    const removed = life
      .does({ kind: 'note-removed', message })
      .incident.timeline.find((e) => e.message === message);
    expect(removed?.state).toBe('removed');
  });

  test('a mitigation that is under way is not asked for twice', () => {
    const restart = {
      kind: 'mitigate' as const,
      action: 'restart' as const,
      services: ['api-gateway'],
      desired: {},
    };
    const life = live().does(restart, ana).does(restart, ben);
    expect(life.incident.mitigations).toHaveLength(1);
    expect(life.incident.status).toBe('mitigating');
  });
});

describe('the end', () => {
  test('keeps duration, impact, resolution and follow-ups, and drafts the post-mortem', () => {
    const life = live()
      .live(20 * minute)
      .does(resolve);
    expect(life.incident).toMatchObject({
      status: 'resolved',
      resolvedAt: start + 20 * minute,
      followUps: [{ n: 1, owner: ben }],
    });
    expect(life.keys()).toEqual(
      expect.arrayContaining(['resolved-1', 'resolved-1@channel', 'page-resolve-1', 'post-mortem-1']),
    );
  });

  test('the war room is archived days later, and a reopened incident has its clocks back', () => {
    const day = 24 * 60 * minute;
    const life = live().live(minute).does(resolve).settle();
    expect(life.later(8 * day).keys()).toContain('archive-1');
    const open = life.does({ kind: 'reopen', reason: 'It is back' });
    expect(open.incident).toMatchObject({ status: 'investigating', resolvedAt: null });
    expect(open.incident.clocks.update).toBe(open.now + 15 * minute);
    expect(open.incident.clocks.archive).toBeNull();
  });

  test('overdue follow-ups are chased every day until they are done', () => {
    const day = 24 * 60 * minute;
    const life = live()
      .does(resolve)
      .settle()
      .later(14 * day)
      .later(day);
    const chased = life.incident.effects.filter((e) => e.key.startsWith('chase-'));
    expect(chased.map((e) => e.what)).toEqual([
      { kind: 'direct', to: ben.id, post: { kind: 'chase', followUp: 1 } },
      { kind: 'direct', to: ben.id, post: { kind: 'chase', followUp: 1 } },
    ]);
    const done = life.does({ kind: 'follow-up-done', n: 1 }, ben);
    expect(done.incident.clocks.chase).toBeNull();
  });

  test('a duplicate goes on elsewhere', () => {
    const life = live().does({ kind: 'merge', into: 'INC-2' });
    expect(life.incident).toMatchObject({ status: 'merged', mergedInto: 'INC-2' });
    expect(life.keys()).toContain('merge');
    expect(life.live(60 * minute).incident.updates).toHaveLength(0);
  });
});

test.each([
  [
    'a review after a rollback',
    { kind: 'review' as const, severity: 'P4' as const, source: { kind: 'rollback' as const, id: 'D-1' } },
    'page-0',
  ],
  [
    'a deployment that failed',
    { severity: 'P2' as const, source: { kind: 'deployment' as const, id: 'D-1' } },
    'tell-on-call',
  ],
  ['a minor incident', { severity: 'P3' as const }, 'tell-on-call'],
  ['a major one', { severity: 'P2' as const }, 'page-0'],
])('who is on call hears of %s as runbook 004 says', (_, said, key) => {
  const calls = live(said)
    .keys()
    .filter((k) => k === 'page-0' || k === 'tell-on-call');
  expect(calls).toEqual([key]);
});

test('what is secret has a room of its own and no card', () => {
  const keys = live({ kind: 'security', severity: 'P2' }).keys();
  expect(keys).toContain('room');
  expect(keys.filter((key) => key === 'card' || key.endsWith('@channel'))).toEqual([]);
  expect(keys).toContain('emergency');
});

describe('what gets worse', () => {
  const pages = (life: ReturnType<typeof live>) =>
    life.incident.effects.filter((e) => e.what.kind === 'page').map((e) => (e.since - start) / minute);

  test('pages, has a room, looks, asks for roles and recommends, also where somebody had acknowledged the smaller one', () => {
    const small = live({ severity: 'P3' })
      .live(30 * minute)
      .does({ kind: 'acknowledge', via: 'slack' }, ben);
    const raised = small.does({ kind: 'severity', to: 'P1', reason: 'It is everybody' }).live(11 * minute);
    expect(pages(raised)).toEqual([30]);
    expect(raised.keys()).toEqual(expect.arrayContaining(['room', 'mitigate', 'roles-1']));
  });

  test('after it was resolved calls anew, and leadership once more where it lasts', () => {
    const reopened = live()
      .live(16 * minute)
      .does({ kind: 'acknowledge', via: 'slack' }, ben)
      .does(resolve)
      .does({ kind: 'reopen', reason: 'It is back' });
    expect(reopened.incident.acknowledged).toBeNull();
    const later = reopened.live(16 * minute).does({ kind: 'acknowledge', via: 'slack' }, ben);
    expect(pages(later)).toContain(16);
    expect(later.incident.effects.filter((e) => e.what.kind === 'page-leadership')).toHaveLength(2);
    expect(later.incident.effects.filter((e) => e.what.kind === 'page-acknowledge')).toHaveLength(2);
  });

  test('after it was only watched reaches leadership again', () => {
    const watched = live().does({ kind: 'status', to: 'monitoring' });
    expect(watched.incident.clocks.leadership).toBeNull();
    const again = watched.does({ kind: 'status', to: 'investigating' });
    expect(again.incident.clocks.leadership).toBe(start + 15 * minute);
  });
});

describe('deployments while it is open', () => {
  const deployment = (
    event: 'started' | 'succeeded' | 'failed' | 'rolled-back' | 'left',
    back?: string[],
  ) => ({
    kind: 'deployment' as const,
    id: 'D-7',
    event,
    text: `D-7 ${event}`,
    link: null,
    ...(back && { back }),
  });

  test.each([
    ['rolled-back', 'page-D-7'],
    ['failed', 'tell-on-call-D-7'],
    ['left', 'tell-on-call-D-7'],
  ] as const)('one that ended %s is heard by those on call', (event, key) => {
    expect(live().hears(deployment('started')).hears(deployment(event)).keys()).toContain(key);
  });

  test('a rollback that failed asks for a new environment from a known-good commit', () => {
    const begun = live().does(deployment('started', ['api-gateway']), ben);
    expect(begun.incident.mitigations).toMatchObject([{ action: 'roll-back', state: 'under-way', by: ben }]);
    const failed = begun.hears(deployment('left', ['api-gateway']));
    expect(failed.incident.mitigations).toMatchObject([{ state: 'failed' }]);
    expect(procedureOf(failed.incident).map(({ key }) => key)).toContain('new-environment');
  });

  const findings = (verdict: 'healthy' | 'unhealthy') => ({
    kind: 'findings' as const,
    effect: 'assess-1',
    findings: {
      at: start,
      services: [
        {
          service: 'api-gateway',
          verdict,
          running: null,
          version: null,
          problems: verdict === 'healthy' ? [] : ['ready: answered 503, expected 200'],
          probes: { ok: 1, failed: 0, unknown: 0 },
          symptoms: [],
        },
      ],
    },
  });

  test('what probes saw break and heal is only watched; what they never saw is not over because they are well', () => {
    const seen = live().hears(findings('unhealthy')).hears(deployment('started')).hears(findings('healthy'));
    expect(seen.incident.status).toBe('monitoring');
    const unseen = live().hears(deployment('started')).hears(findings('healthy'));
    expect(unseen.incident).toMatchObject({ status: 'mitigating', mitigatedAt: null });
  });
});

test('a storm of alerts is in the timeline, but neither in the room nor in a hundred direct messages', () => {
  let life = live();
  for (let n = 0; n < 100; n++) {
    const alert = {
      source: 'alertmanager' as const,
      key: `pod-${n}`,
      state: 'firing' as const,
      title: `5xx on pod ${n}`,
      detail: null,
      service: 'api-gateway',
      environment: 'production',
      severity: null,
      topic: 'error-rate' as const,
      at: start,
      link: null,
    };
    life = life.hears({ kind: 'alert', alert });
  }
  expect(life.incident.timeline.filter((e) => e.kind === 'alert')).toHaveLength(100);
  expect(life.keys().filter((key) => key.startsWith('line-')).length).toBeLessThanOrEqual(5);
  expect(life.keys().filter((key) => key.startsWith('tell-on-call'))).toHaveLength(1);
});

describe('the public', () => {
  const published = {
    kind: 'publish' as const,
    status: 'investigating' as const,
    body: 'Checkout fails',
    components: {},
  };
  const bodies = (life: ReturnType<typeof live>) =>
    life.incident.effects.flatMap((e) => (e.what.kind === 'publish' ? [e.what.body] : []));
  const open = () =>
    live()
      .does(published)
      .settle((e) =>
        e.what.kind === 'room'
          ? { channel: 'C1', name: 'inc' }
          : e.what.kind === 'publish'
            ? { id: 'p1' }
            : {},
      );
  const update = {
    kind: 'update' as const,
    n: 1,
    status: 'identified' as const,
    action: 'db-prod-7 lost its disk',
    eta: 'soon',
  };

  test('reads the words of those who may publish', () => {
    expect(bodies(open().does({ ...update, public: true })).at(-1)).toContain('db-prod-7 lost its disk');
  });

  test('reads only how far it is from others, and from the bot', () => {
    for (const life of [open().does(update), open().live(16 * minute)]) {
      expect(bodies(life)).toHaveLength(2);
      expect(bodies(life).at(-1)).not.toContain('db-prod-7');
      expect(bodies(life).at(-1)).toMatch(/We are looking for the cause|The cause is known/);
    }
  });
});

test.each([
  ['0m', 5 * minute],
  ['2m', 2 * minute],
])('respond_within %s is overdue after a while, not for ever and ever', (within, due) => {
  const life = live({}, { severities: { P1: { respond_within: within } } });
  expect(life.incident.clocks.acknowledge).toBe(start + due);
  expect(
    life
      .later(due)
      .later(1)
      .later(1)
      .incident.effects.filter((e) => e.what.kind === 'page'),
  ).toHaveLength(2);
});

test('what is secret is named nowhere outside its room', () => {
  const life = live({ kind: 'security', title: 'root key leaked' }).live(16 * minute);
  const outside = life.incident.effects.filter(
    (e) => e.what.kind.startsWith('page') || e.what.kind === 'tell-on-call',
  );
  expect(outside.length).toBeGreaterThan(1);
  expect(JSON.stringify(outside)).not.toContain('root key');
});

test('once there is a fix, somebody has to document the incident', () => {
  const rows = (life: ReturnType<typeof live>) =>
    procedureOf(life.incident).filter(({ key }) => key === 'documented');
  const fixed = live().does({ kind: 'facts', fix: 'https://github.com/acme/app/pull/7' });
  expect(rows(live())).toEqual([]);
  expect(rows(fixed)).toMatchObject([{ done: false, byHand: true }]);
  expect(rows(fixed.does({ kind: 'check', row: 'documented', done: true }))).toMatchObject([{ done: true }]);
});
