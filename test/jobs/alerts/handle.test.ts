/** Alerts become incidents, on a real Redis: one, however many alerts and workers there are. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { draftIncident } from '../../../src/jobs/incident/declare.ts';
import type { Incident } from '../../../src/records/incident.ts';
import { alertWith, minutes, start } from './samples.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.close());

const services = ['api-gateway', 'auth-svc', 'web', 'web-admin'];

test('an alert opens an incident with its evidence, and starts its job', async () => {
  stage = await openStage();
  expect(
    await stage.handle(alertWith({ link: 'https://grafana.example.com/', at: start - 60_000 })),
  ).toBeNull();
  const [incident, ...others] = await stage.incidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    kind: 'outage',
    severity: 'P3',
    title: 'HighErrorRate',
    environment: 'production',
    services: ['api-gateway'],
    source: { kind: 'alert', id: 'alert:production/api-gateway:1' },
    detectedAt: start - 60_000,
    alerts: [expect.objectContaining({ key: 'errors', firing: true })],
  });
  expect(incident?.timeline.map(({ text }) => text)).toEqual([
    'Alert from generic: HighErrorRate',
    'The probes that were looked at succeed',
    'High error rate: consider rollback',
  ]);
  expect(await stage.queues.incidents.getJob(incident?.id ?? '')).toBeDefined();
});

test('fifty alerts at once open one incident, and it hears of each once', async () => {
  stage = await openStage();
  const alerts = Array.from({ length: 50 }, (_, n) => alertWith({ key: `k${n}`, title: `k${n}` }));
  await Promise.all(alerts.map((alert) => stage.handle(alert)));
  const [incident, ...others] = await stage.incidents();
  expect(others).toEqual([]);
  const heard = [
    ...(incident?.alerts.map(({ key }) => `${key} firing`) ?? []),
    ...(await stage.told(incident?.id ?? '')),
  ];
  expect(heard.sort()).toEqual(alerts.map(({ key }) => `${key} firing`).sort());
});

test('the same alert at twenty workers at once opens one incident and tells it nothing twice', async () => {
  stage = await openStage();
  await Promise.all(Array.from({ length: 20 }, () => stage.handle(alertWith())));
  expect(await stage.incidents()).toHaveLength(1);
  expect(await stage.told('INC-1')).toEqual([]);
});

test('each service has an incident of its own, and what names none has one of the environment', async () => {
  stage = await openStage();
  await stage.handle(alertWith());
  await stage.handle(alertWith({ service: 'web' }));
  await stage.handle(alertWith({ service: null, environment: null }));
  await stage.handle(alertWith({ service: 'web-admin' }));
  const found = await stage.incidents();
  expect(found.map((i) => i.services)).toEqual([['api-gateway'], ['web'], []]);
  expect(await stage.told('INC-3')).toEqual(['HighErrorRate firing']);
});

test('what a dead worker left half done is done by the next one', async () => {
  stage = await openStage();
  const { store } = stage.world;
  const dies = async () => Promise.reject(new Error('killed'));
  const broken = { ...stage.world, store: { ...store, createIncident: dies } };
  const { handleAlert } = await import('../../../src/jobs/alerts/handle.ts');
  await expect(handleAlert(alertWith(), broken)).rejects.toThrow('killed');
  expect(await store.alertGroup('production/api-gateway')).toMatchObject({ phase: 'opening' });
  await stage.handle(alertWith());
  expect(await stage.incidents()).toHaveLength(1);
  expect(await store.alertGroup('production/api-gateway')).toMatchObject({
    phase: 'open',
    incident: 'INC-1',
  });
});

test('a worker that dies after it opened the incident opens no other one', async () => {
  stage = await openStage();
  const { store } = stage.world;
  let saves = 0;
  const broken = {
    ...stage.world,
    store: {
      ...store,
      saveAlertGroup: async (group: Parameters<typeof store.saveAlertGroup>[0]) => {
        if (++saves === 2) throw new Error('killed');
        return store.saveAlertGroup(group);
      },
    },
  };
  const { handleAlert } = await import('../../../src/jobs/alerts/handle.ts');
  await expect(handleAlert(alertWith(), broken)).rejects.toThrow('killed');
  await stage.handle(alertWith());
  expect(await stage.incidents()).toHaveLength(1);
  expect(await stage.told('INC-1')).toEqual([]);
});

describe('the severity', () => {
  test.each<[string, (s: Stage) => void, Incident['severity']]>([
    ['of an alert where all is well', () => {}, 'P3'],
    ['of a service that is down', (s) => s.takeDown('api-gateway'), 'P2'],
    ['of another service that is down', (s) => s.takeDown('web'), 'P3'],
    ['of production when it is down', (s) => s.takeDown(...services), 'P1'],
    [
      'of production when one probe cannot tell',
      (s) => {
        s.takeDown(...services);
        s.hide('web');
      },
      'P2',
    ],
  ])('%s', async (_, breakIt, severity) => {
    stage = await openStage();
    breakIt(stage);
    // What the source thinks is a suggestion, not a page.
    await stage.handle(alertWith({ severity: 'P1' }));
    expect((await stage.incidents()).map((i) => i.severity)).toEqual([severity]);
  });

  test('is not looked up again by every worker', async () => {
    stage = await openStage();
    await Promise.all(Array.from({ length: 20 }, (_, n) => stage.handle(alertWith({ key: `k${n}` }))));
    expect(stage.probes()).toBe(2);
  });
});

describe('an incident that is there', () => {
  const declared = async (more: Partial<Parameters<typeof draftIncident>[0]>) => {
    const facts = {
      kind: 'outage' as const,
      title: 'by hand',
      severity: 'P2' as const,
      environment: 'production',
      services: ['api-gateway'],
      drill: null,
      impact: null,
      source: { kind: 'person' as const, id: null },
      declaredBy: null,
      detectedAt: null,
      alerts: [],
      deployments: [],
      evidence: [],
      ...more,
    };
    const line = {
      at: start,
      who: null,
      what: 'incident.declared',
      deployment: null,
      environment: null,
      detail: null,
      from: 'worker' as const,
    };
    return (await stage.store.createIncident(draftIncident(facts, start), JSON.stringify(more), line, null))
      .id;
  };

  test.each<[string, Parameters<typeof declared>[0], boolean]>([
    ['of the same service is fed', {}, true],
    ['of the whole environment is fed', { services: [] }, true],
    [
      'of the whole environment that alerts opened is fed',
      { services: [], severity: 'P3', source: { kind: 'alert', id: 'alert:production:1' } },
      true,
    ],
    ['that is minor and names no service is not', { services: [], severity: 'P4' }, false],
    ['that names the service and is less severe than an alert is not', { severity: 'P4' }, false],
    ['that names the service and is as severe is fed', { severity: 'P3' }, true],
    ['of another service is not', { services: ['web'] }, false],
    ['of another environment is not', { environment: 'staging' }, false],
    ['for practice is not', { drill: 'overload' }, false],
    ['for a review is not', { kind: 'review' }, false],
    ['that is secret is not', { kind: 'security' }, false],
  ])('%s', async (_, more, isFed) => {
    stage = await openStage();
    const id = await declared(more);
    await stage.handle(alertWith());
    await stage.handle(alertWith());
    expect(await stage.told(id)).toEqual(isFed ? ['HighErrorRate firing'] : []);
    expect(await stage.incidents()).toHaveLength(isFed ? 1 : 2);
  });

  const down =
    (...names: string[]) =>
    (s: Stage) =>
      s.takeDown(...names);
  test.each<[string, Parameters<typeof declared>[0][], (s: Stage) => void, string[]]>([
    ['a P3 of the service that is down', [{ severity: 'P3' }], down('api-gateway'), ['P2']],
    ['a P2 of the service that is down', [{ severity: 'P2' }], down('api-gateway'), []],
    ['a P2 while all is down', [{ severity: 'P2', services: [] }], down(...services), ['P1']],
    ['a P1 while all is down', [{ severity: 'P1', services: [] }], down(...services), []],
    ['a P4 beside a P2', [{ severity: 'P4' }, { severity: 'P2', services: [] }], down('api-gateway'), []],
  ])('%s: what is opened beside it', async (_, more, breakIt, opened) => {
    stage = await openStage();
    const ids: string[] = [];
    for (const one of more) ids.push(await declared(one));
    breakIt(stage);
    await stage.handle(alertWith());
    const fresh = (await stage.incidents()).filter(({ id }) => !ids.includes(id));
    expect(fresh.map(({ severity }) => severity)).toEqual(opened);
    const told = await Promise.all(ids.map((id) => stage.told(id)));
    expect(told).toEqual(
      ids.map((_id, n) => (opened.length === 0 && n === ids.length - 1 ? ['HighErrorRate firing'] : [])),
    );
  });

  test('that is minor does not swallow an outage: twenty workers open one beside it, which hears of each alert once', async () => {
    stage = await openStage();
    const minor = await declared({ severity: 'P4', title: 'a typo', services: [] });
    const named = await declared({ severity: 'P4', title: 'a slow log' });
    stage.takeDown('api-gateway');
    const alerts = Array.from({ length: 20 }, (_, n) => alertWith({ key: `k${n}`, title: `k${n}` }));
    await Promise.all([...alerts, ...alerts].map((alert) => stage.handle(alert)));
    const [fresh, ...others] = (await stage.incidents()).filter(({ id }) => id !== minor && id !== named);
    expect(others).toEqual([]);
    expect(fresh).toMatchObject({ severity: 'P2', services: ['api-gateway'] });
    const heard = [
      ...(fresh?.alerts.map(({ key }) => `${key} firing`) ?? []),
      ...(await stage.told(fresh?.id ?? '')),
    ];
    expect(heard.sort()).toEqual(alerts.map(({ key }) => `${key} firing`).sort());
    expect([await stage.told(minor), await stage.told(named)]).toEqual([[], []]);
  });

  test('of an alert is not enough when the service goes down: twenty workers open one beside it', async () => {
    stage = await openStage();
    await stage.handle(alertWith());
    stage.passTo(minutes(5));
    stage.takeDown('api-gateway');
    const alerts = Array.from({ length: 20 }, (_, n) =>
      alertWith({ key: `k${n}`, title: `k${n}`, at: minutes(5) }),
    );
    await Promise.all(alerts.map((alert) => stage.handle(alert)));
    expect((await stage.incidents()).map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'INC-1 P3',
      'INC-2 P2',
    ]);
    expect(await stage.told('INC-1')).toEqual([]);
    // What goes on is no news.
    stage.passTo(minutes(10));
    await stage.handle(alertWith({ at: minutes(6) }));
    expect(await stage.incidents()).toHaveLength(2);
  });

  test('that people made less severe stays the one while it gets no worse', async () => {
    stage = await openStage();
    await stage.handle(alertWith());
    const i = await stage.store.loadIncident('INC-1');
    if (!i) throw new Error('no incident');
    await stage.store.saveIncident({ ...i, severity: 'P4' }, { audit: [], blocks: null, settled: false });
    stage.passTo(minutes(5));
    await stage.handle(alertWith({ key: 'latency', title: 'Slow', at: minutes(5) }));
    expect(await stage.told('INC-1')).toEqual(['Slow firing']);
    stage.passTo(minutes(10));
    stage.takeDown('api-gateway');
    await stage.handle(alertWith({ key: 'down', title: 'Down', at: minutes(10) }));
    expect((await stage.incidents()).map(({ severity }) => severity)).toEqual(['P4', 'P2']);
  });

  test('that is minor is told where alerts open none', async () => {
    stage = await openStage();
    const id = await declared({ severity: 'P4', environment: 'staging' });
    await stage.handle(alertWith({ environment: 'staging' }));
    expect(await stage.told(id)).toEqual(['HighErrorRate firing']);
    expect(await stage.incidents()).toHaveLength(1);
  });

  test('that is minor keeps no question from being asked', async () => {
    stage = await openStage({ alerts: '{ ask_first: true }' });
    const id = await declared({ severity: 'P4' });
    await stage.handle(alertWith());
    await stage.handle(alertWith({ key: 'latency' }));
    expect(await stage.store.alertGroup('production/api-gateway')).toMatchObject({
      phase: 'asked',
      episode: 1,
    });
    expect(stage.slack.messages('incidents')).toHaveLength(1);
    expect(await stage.told(id)).toEqual([]);
  });

  test('hears when all alerts are over, and is not resolved by that', async () => {
    stage = await openStage();
    await stage.handle(alertWith());
    stage.passTo(minutes(5));
    await stage.handle(alertWith({ state: 'resolved', at: minutes(5) }));
    expect(await stage.told('INC-1')).toEqual(['HighErrorRate resolved', 'note']);
    expect((await stage.incidents())[0]?.status).toBe('investigating');
  });

  test('once resolved is followed by another one when it begins anew, not when it goes on', async () => {
    stage = await openStage();
    await stage.handle(alertWith());
    await stage.resolve('INC-1');
    stage.passTo(minutes(5));
    await stage.handle(alertWith({ at: minutes(4) }));
    expect(await stage.incidents()).toHaveLength(1);
    await stage.handle(alertWith({ state: 'resolved', at: minutes(5) }));
    stage.passTo(minutes(10));
    await stage.handle(alertWith({ at: minutes(10) }));
    expect(await stage.incidents()).toHaveLength(2);
  });
});

test('what has to fire for a while is looked at again in time', async () => {
  stage = await openStage({ alerts: '{ fire_for: 5m }' });
  expect(await stage.handle(alertWith())).toBe(minutes(5));
  expect(await stage.incidents()).toEqual([]);
  stage.passTo(minutes(5));
  expect(await stage.handle(alertWith())).toBeNull();
  expect(await stage.incidents()).toHaveLength(1);
});

test('an alert about an environment that nobody depends on opens nothing', async () => {
  stage = await openStage();
  expect(await stage.handle(alertWith({ environment: 'staging' }))).toBeNull();
  expect(await stage.incidents()).toEqual([]);
});
