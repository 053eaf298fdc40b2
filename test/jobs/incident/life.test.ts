/** What acts and time make of an incident, without anything outside. */
import { describe, expect, test } from '@jest/globals';
import { nextDeadline } from '../../../src/jobs/incident/clocks.ts';
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
