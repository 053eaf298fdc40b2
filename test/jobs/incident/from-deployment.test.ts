/** What deployments tell incidents, and which open one: through the real engine, with crashes in between. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { advance } from '../../../src/jobs/deployment/advance.ts';
import { type Declaration, draftIncident } from '../../../src/jobs/incident/declare.ts';
import { followUp } from '../../../src/jobs/incident/from-deployment.ts';
import type { Incident } from '../../../src/records/incident.ts';
import { type ByHand, byHand, prod } from '../by-hand.ts';
import { withIncidents } from '../with-incidents.ts';
import { declaration } from './life.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand((text) =>
    withIncidents(text.replace('after: staging', '')).replace('base_url', 'critical: false\n    base_url'),
  );
});
afterEach(() => hand.stop());

let incidents = 0;
const open = async (said: Partial<Declaration> = {}) => {
  const draft = draftIncident(
    declaration({ services: ['auth-svc'], severity: 'P2', ...said }),
    hand.clock.now(),
  );
  const audit = {
    at: 1,
    who: null,
    what: 'x',
    deployment: null,
    environment: null,
    detail: null,
    from: 'worker' as const,
  };
  return (await hand.store.createIncident(draft, `test-${++incidents}-${hand.prefix}`, audit, null)).id;
};
const heard = async (id: string) =>
  (await hand.store.inbox(id)).flatMap(({ what }) => (what.kind === 'deployment' ? [what] : []));
const eventsAt = async (id: string) => (await heard(id)).map(({ id: d, event }) => `${d} ${event}`);
const all = () => hand.store.recentIncidents(10);
const deploy = (said: object = {}) =>
  hand.ask({ kind: 'deploy', environment: 'production', version: 'v1.1.0', ...said });
const ill = (version = 'v1.1.0') => hand.cloud.break.version('auth-svc', version, 'unhealthy');

describe('an open incident hears of a deployment', () => {
  test('that it began, by whom and what; and how it ended', async () => {
    const incident = await open();
    const id = await deploy({ reason: 'it heals' });
    expect((await hand.end(id)).ending).toBe('succeeded');
    expect(await heard(incident)).toEqual([
      {
        kind: 'deployment',
        id,
        event: 'started',
        text: `${id}: @ana deploys auth-svc v1.1.0, market-svc v1.1.0, api-gateway v1.1.0 in production: it heals`,
        link: null,
      },
      expect.objectContaining({
        event: 'succeeded',
        text: expect.stringMatching(/^Deployment D-1 of auth-svc.*succeeded$/),
      }),
    ]);
    expect(new Set(hand.woken)).toEqual(new Set([incident]));
  });

  test.each<[string, Partial<Declaration>, boolean]>([
    ['of one of its services', { services: ['auth-svc', 'web'] }, true],
    ['without services', { services: [] }, true],
    ['of other services', { services: ['web'] }, false],
    ['of another environment', { environment: 'staging' }, false],
    ['that is a drill', { drill: 'overload' }, false],
    ['that is a review', { kind: 'review' }, false],
  ])('%s', async (_, said, hears) => {
    const incident = await open(said);
    await hand.end(await deploy());
    expect(await eventsAt(incident)).toEqual(hears ? ['D-1 started', 'D-1 succeeded'] : []);
  });

  test('that it is the fix for, whatever its services', async () => {
    const incident = await open({ services: ['web'] });
    await hand.end(await deploy({ incident, reason: 'it heals' }));
    const [started] = await heard(incident);
    expect(started?.text).toMatch(`in production, as a fix for ${incident}: it heals`);
    expect(await eventsAt(incident)).toEqual(['D-1 started', 'D-1 succeeded']);
  });

  test('that is a rollback for it, whatever its services, and though it is over by then', async () => {
    await hand.end(await deploy());
    const incident = await open({ services: ['web'], title: 'All is slow' });
    const i = await hand.store.loadIncident(incident);
    if (!i) throw new Error(`there is no ${incident}`);
    const end = { status: 'resolved', resolvedAt: hand.clock.now() } as const;
    await hand.store.saveIncident({ ...i, ...end }, { audit: [], blocks: null, settled: false });
    const reason = `${incident}: All is slow`;
    const id = await deploy({ kind: 'rollback', version: 'v1.0.0', incident, reason });
    expect((await hand.end(id)).ending).toBe('succeeded');
    const [started] = await heard(incident);
    expect(started?.text).toMatch(/rolls back .* in production: INC-\d+: All is slow$/);
    expect(await eventsAt(incident)).toEqual([`${id} started`, `${id} succeeded`]);
  });

  test('that ends, where it was opened while it was under way', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.click(id, 'approve');
    await hand.untilIn(id, 'watch');
    const incident = await open();
    await hand.untilIn(id, 'ended');
    expect(await eventsAt(incident)).toEqual(['D-1 succeeded']);
  });

  test('but not of a plan, nor of one that was called off before it began', async () => {
    const incident = await open();
    await hand.end(await deploy({ planOnly: true }));
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.click(id, 'reject');
    await hand.untilIn(id, 'ended');
    expect(await eventsAt(incident)).toEqual([]);
  });

  test('which failed: it opens no second one', async () => {
    const incident = await open();
    ill();
    expect((await hand.end(await deploy())).ending).toBe('rolled-back');
    expect(await eventsAt(incident)).toEqual(['D-1 started', 'D-1 rolled-back']);
    expect((await all()).map(({ id }) => id)).toEqual([incident]);
  });
});

describe('a deployment that failed in a critical environment', () => {
  test('opens one, with its evidence, from the first sign on', async () => {
    ill();
    const d = await hand.end(await deploy({ reason: 'the new login' }));
    expect(d.ending).toBe('rolled-back');
    const [incident, ...others] = await all();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      kind: 'outage',
      severity: 'P2',
      environment: 'production',
      services: ['auth-svc'],
      source: { kind: 'rollback', id: 'D-1' },
      deployments: ['D-1'],
      declaredBy: null,
      title: expect.stringMatching(/^Deployment D-1 failed: auth-svc failed its checks/),
    });
    const first = d.story.find(({ event }) => event === 'verification-failed');
    expect(incident?.detectedAt).toBe(first?.at);
    expect(incident?.timeline.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^D-1: @ana deploys .*: the new login$/),
      ...Array(3).fill(expect.stringMatching(/^auth-svc: live: answered 503/)),
      expect.stringMatching(/^Deployment D-1 of .* was rolled back/),
    ]);
    // It knows already what it was opened for.
    expect(await eventsAt(incident?.id ?? '')).toEqual([]);
  });

  test('opens none where the environment is not critical', async () => {
    ill();
    const id = await hand.ask({ kind: 'deploy', environment: 'staging', version: 'v1.1.0' });
    expect((await hand.end(id)).ending).toBe('rolled-back');
    expect(await all()).toEqual([]);
  });

  test('opens one where an earlier one is over, or only looks back', async () => {
    await open({ kind: 'review' });
    ill();
    await hand.end(await deploy());
    expect((await all()).map(({ kind }) => kind).sort()).toEqual(['outage', 'review']);
  });

  test.each<[string, Partial<Declaration>, boolean]>([
    ['a P4 without services', { services: [], severity: 'P4' }, true],
    ['a P3 without services', { services: [], severity: 'P3' }, true],
    ['a P2 without services', { services: [], severity: 'P2' }, false],
    ['a P4 of one of its services', { severity: 'P4' }, false],
  ])('that failed beside %s', async (_, said, opensOwn) => {
    const incident = await open(said);
    ill();
    const id = await deploy();
    expect((await hand.end(id)).ending).toBe('rolled-back');
    const own = (await all()).filter((i) => i.id !== incident);
    expect(own.map(({ kind, source }) => [kind, source.id])).toEqual(opensOwn ? [['outage', id]] : []);
    expect(await eventsAt(incident)).toEqual([`${id} started`, `${id} rolled-back`]);
    await followUp(await hand.record(id), hand.worker());
    expect(await all()).toHaveLength(opensOwn ? 2 : 1);
  });

  test('opens none beside a minor one without services that it was meant to fix', async () => {
    const incident = await open({ services: [], severity: 'P3' });
    ill();
    await hand.end(await deploy({ incident, reason: 'it heals' }));
    expect((await all()).map(({ id }) => id)).toEqual([incident]);
  });

  test('opens one where it was left as it is', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.click(id, 'approve');
    await hand.untilIn(id, 'watch');
    hand.probing = async () => {
      throw new Error('nobody answers');
    };
    await hand.untilIn(id, 'hold');
    await hand.click(id, 'hold-leave');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('left');
    expect(await all()).toMatchObject([{ kind: 'outage', source: { kind: 'rollback', id } }]);
  });

  test('opens one where nothing was changed, which tells on-call without ringing', async () => {
    hand.cloud.break.denied('RegisterTaskDefinition');
    const id = await deploy();
    const d = await hand.end(id);
    expect(d).toMatchObject({ ending: 'failed', startedAt: expect.any(Number) });
    expect(await all()).toMatchObject([
      {
        kind: 'outage',
        source: { kind: 'deployment', id },
        detectedAt: d.story.find(({ event }) => event === 'could-not-tell' || event === 'service-failed')?.at,
      },
    ]);
  });

  test.each(['reject', 'cancel'] as const)('opens none after %s', async (choice) => {
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.click(id, choice);
    await hand.untilIn(id, 'ended');
    expect(await all()).toEqual([]);
  });

  test('opens none where a freeze came before its claim', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.store.putBlock({
      id: 'freeze:all',
      kind: 'freeze',
      environment: null,
      since: 1,
      until: null,
      by: null,
      reason: 'x',
      incident: null,
    });
    await hand.click(id, 'approve');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('failed');
    expect(await all()).toEqual([]);
  });

  test('never opens a P1', async () => {
    ill();
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.click(id, 'approve');
    await endWith(id, { failed_deployment: 'P1' });
    expect(await all()).toMatchObject([{ severity: 'P2' }]);
  });
});

/** As the catalog might say it. */
async function endWith(id: string, automatic: Partial<Record<'failed_deployment' | 'rollback', 'P1'>>) {
  const { incidents: rules } = hand.catalog;
  if (!rules) throw new Error('no incidents');
  const said = { ...rules, automatic: { ...rules.automatic, ...automatic } };
  const catalog = { ...hand.catalog, incidents: said };
  for (let again: number | null = 0; again !== null; ) {
    again = await advance(id, { ...hand.worker(), catalog });
    if (again !== null) hand.clock.turn(Math.max(1, again - hand.clock.now()));
  }
}

describe('a rollback by hand', () => {
  const proven = async () => {
    for (const version of ['v1.1.0', 'v1.2.0']) await hand.end(await deploy({ version }));
  };
  const rollback = () => hand.ask({ kind: 'rollback', environment: 'production', reason: 'logins fail' });

  test('that went well opens its review', async () => {
    await proven();
    expect((await hand.untilIn(await rollback(), 'ended')).ending).toBe('succeeded');
    expect(await all()).toMatchObject([
      {
        kind: 'review',
        severity: 'P4',
        source: { kind: 'rollback', id: 'D-3' },
        title: 'Review of rollback D-3: logins fail',
      },
    ]);
  });

  test('that went well never opens a P1, whatever the catalog says', async () => {
    await proven();
    await endWith(await rollback(), { rollback: 'P1' });
    expect(await all()).toMatchObject([{ kind: 'review', severity: 'P2' }]);
  });

  test('opens its review beside a minor incident that names no service, which hears of it too', async () => {
    await proven();
    const incident = await open({ services: [], severity: 'P4' });
    const id = await rollback();
    await hand.untilIn(id, 'ended');
    const own = (await all()).filter((i) => i.id !== incident);
    expect(own).toMatchObject([{ kind: 'review', source: { kind: 'rollback', id } }]);
    expect(await eventsAt(incident)).toEqual([`${id} started`, `${id} succeeded`]);
  });

  test('that answers an open incident is told to it, and opens nothing', async () => {
    await proven();
    const incident = await open();
    await hand.untilIn(await rollback(), 'ended');
    expect((await all()).map(({ id }) => id)).toEqual([incident]);
    const [started] = await heard(incident);
    expect(started?.text).toMatch(/^D-3: @ana rolls back auth-svc v1\.1\.0.* in production: logins fail$/);
  });

  test('that stops a deploy under way is one review, not an outage: nothing had failed', async () => {
    const id = await deploy();
    await hand.until(id, (d) => d.step === 'approval');
    await hand.click(id, 'approve');
    await hand.untilIn(id, 'watch');
    await hand.click(id, 'stop');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
    expect(await all()).toMatchObject([{ kind: 'review', source: { kind: 'rollback', id } }]);
    expect(hand.versions(prod)[0]).toBe('v1.0.0');
  });
});

describe('after a crash', () => {
  /** Its own store's calls come to nothing after so many. */
  const dying = (calls: number): ReturnType<ByHand['worker']> => {
    const world = hand.worker();
    let left = calls;
    const mortal =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (left-- <= 0) throw new Error('killed');
        return work(...args);
      };
    const { store } = world;
    return {
      ...world,
      store: {
        ...store,
        tellIncident: mortal(store.tellIncident),
        createIncident: mortal(store.createIncident),
        openIncidents: mortal(store.openIncidents),
      },
      queues: { wakeIncident: mortal(world.queues.wakeIncident) },
    };
  };

  test.each([0, 1, 2, 3, 4, 5])(
    'at call %i, every incident hears everything once, in order',
    async (calls) => {
      const incident = await open();
      const other = await open({ services: [] });
      const id = await deploy();
      await hand.end(id);
      // As if nothing had been told yet.
      for (const i of [incident, other])
        await hand.redis.del(`${hand.prefix}:inbox:${i}`, `${hand.prefix}:told:${i}`);
      await followUp(await hand.record(id), dying(calls)).catch(() => {});
      await followUp(await hand.record(id), hand.worker());
      await followUp(await hand.record(id), hand.worker());
      for (const i of [incident, other]) expect(await eventsAt(i)).toEqual(['D-1 started', 'D-1 succeeded']);
    },
  );

  test.each([0, 1, 2])('at call %i, one incident is opened', async (calls) => {
    ill();
    const d = await hand.end(await deploy());
    await followUp(d, dying(calls)).catch(() => {});
    await followUp(d, hand.worker());
    expect(await all()).toHaveLength(1);
  });

  test('an ended record is looked at until incidents know, and no longer', async () => {
    const incident = await open();
    const id = await deploy();
    await hand.end(id);
    const troubles: unknown[] = [];
    const broken = { ...dying(0), trouble: (_: unknown, error: unknown) => void troubles.push(error) };
    expect(await advance(id, broken)).toBeGreaterThan(hand.clock.now());
    expect(troubles).toHaveLength(1);
    expect(await hand.visit(id)).toBeNull();
    expect(await eventsAt(incident)).toEqual(['D-1 started', 'D-1 succeeded']);
    hand.clock.turn(25 * 3_600_000);
    expect(await advance(id, broken)).toBeNull();
  });

  test('what was resolved after the end, before anybody could tell it, still covers it', async () => {
    const incident = await open();
    ill();
    const id = await deploy();
    const d = await hand.end(id);
    const found = await hand.store.loadIncident(incident);
    if (!found || d.endedAt === null) throw new Error('no incident');
    const resolved: Incident = { ...found, status: 'resolved', resolvedAt: d.endedAt + 1 };
    await hand.store.saveIncident(resolved, { audit: [], blocks: null, settled: true });
    await followUp(d, hand.worker());
    expect(await all()).toHaveLength(1);
  });
});

test('where the catalog has no incidents, nothing is asked of the store', async () => {
  const id = await deploy();
  const d = await hand.end(id);
  const { incidents: _, ...catalog } = hand.catalog;
  const world = hand.worker();
  const store = {
    ...world.store,
    openIncidents: async () => {
      throw new Error('asked');
    },
  };
  await expect(followUp(d, { ...world, catalog, store })).resolves.toBeUndefined();
});

test('the card is linked where its address is known', async () => {
  const incident = await open();
  const id = await deploy();
  await hand.end(id);
  await hand.redis.del(`${hand.prefix}:inbox:${incident}`, `${hand.prefix}:told:${incident}`);
  await hand.store.saveScreen(id, { ...(await hand.store.screen(id)), channel: 'C1', ts: '1.2' });
  const permalink = async (channel: string, ts: string) =>
    `https://acme.slack.com/archives/${channel}/p${ts}`;
  await followUp(await hand.record(id), { ...hand.worker(), permalink });
  expect((await heard(incident)).map(({ link }) => link)).toEqual([
    'https://acme.slack.com/archives/C1/p1.2',
    'https://acme.slack.com/archives/C1/p1.2',
  ]);
});
