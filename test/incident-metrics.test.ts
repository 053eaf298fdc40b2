import { beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createIncidentMetrics, type IncidentMetrics } from '../src/incident-metrics.ts';
import type { Incident, Update } from '../src/records/incident.ts';
import { incidentSample, minute, wants } from './templates/incident-samples.ts';
import { ana, ben, start } from './templates/samples.ts';

let registry: Registry;
let metrics: IncidentMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = createIncidentMetrics(registry);
});

/** The lines that count something, without help and buckets; labels in the order of the alphabet. */
async function counted(): Promise<string[]> {
  const text = await registry.metrics();
  const lines = text.split('\n').filter((line) => /^pilothouse_/.test(line) && !/_bucket\{/.test(line));
  return lines.map((line) => line.replace(/\{(.*)\}/, (_, labels) => `{${sorted(String(labels))}}`));
}
const sorted = (labels: string): string => labels.split(',').sort().join(',');

const draft = incidentSample({ revision: 0, timeline: [] });
const begun = incidentSample({ revision: 1 });
const then = (before: Incident, changes: Partial<Incident>): Incident => ({
  ...before,
  revision: before.revision + 1,
  ...changes,
});
const acknowledged = { at: start + 2 * minute, by: ben, via: 'slack' } as const;
const resolved = {
  status: 'resolved',
  mitigatedAt: start + 7 * minute,
  resolvedAt: start + 17 * minute,
  acknowledged,
} as const;
const update = (n: number, more: Partial<Update> = {}): Update => ({
  n,
  dueAt: start,
  at: start,
  by: null,
  state: 'sent',
  status: 'mitigating',
  action: 'Rolling back',
  eta: 'Unknown',
  missed: 0,
  ...more,
});

const posted = (n: number, state: 'due' | 'done') =>
  wants(`update-${n}@channel`, { kind: 'post', place: 'channel', post: { kind: 'update', n } }, { state });

const opening = 'pilothouse_incidents_total{kind="outage",severity="P1",source="person"} 1';
const phase = (name: string, seconds: number): string[] => [
  `pilothouse_incident_seconds_sum{phase="${name}",severity="P1"} ${seconds}`,
  `pilothouse_incident_seconds_count{phase="${name}",severity="P1"} 1`,
];

describe('a save counts what is new in it', () => {
  const cases: [string, Incident | null, Incident, string[]][] = [
    ['opened: first seen by the worker', draft, begun, [opening]],
    ['opened: nothing was loaded before', null, begun, [opening]],
    ['nothing of interest', begun, then(begun, { eta: 'soon' }), []],
    ['acknowledged', begun, then(begun, { acknowledged }), phase('acknowledge', 120)],
    [
      'resolved',
      then(begun, { acknowledged }),
      then(begun, { ...resolved, revision: 9 }),
      [...phase('mitigate', 600), ...phase('resolve', 1200)],
    ],
    ['mitigated: it may come back', begun, then(begun, { mitigatedAt: start, status: 'monitoring' }), []],
    ['merged', begun, then(begun, { status: 'merged', resolvedAt: start }), []],
    ['a review, which measures no outage', begun, then(begun, { kind: 'review', acknowledged }), []],
    [
      'an update on time by the clock, and missed ones before it',
      begun,
      then(begun, { updates: [update(1, { missed: 2 })] }),
      [
        'pilothouse_incident_updates_total{author="automatic",outcome="on_time",severity="P1"} 1',
        'pilothouse_incident_updates_total{author="none",outcome="missed",severity="P1"} 2',
      ],
    ],
    [
      'a late one and a skipped one by people',
      then(begun, { updates: [update(1)] }),
      then(begun, {
        revision: 9,
        updates: [
          update(1),
          update(2, { at: start + minute, by: ana }),
          update(3, { state: 'skipped', by: ana }),
        ],
      }),
      [
        'pilothouse_incident_updates_total{author="person",outcome="late",severity="P1"} 1',
        'pilothouse_incident_updates_total{author="person",outcome="skipped",severity="P1"} 1',
      ],
    ],
    [
      'an update that waits for Slack and is renewed: only what was missed meanwhile',
      then(begun, { updates: [update(1)], effects: [posted(1, 'due')] }),
      then(begun, {
        revision: 9,
        updates: [update(1, { missed: 1, at: start + 20 * minute })],
        effects: [posted(1, 'due')],
      }),
      ['pilothouse_incident_updates_total{author="none",outcome="missed",severity="P1"} 1'],
    ],
    [
      'an update that Slack took at last: what became of it',
      then(begun, { updates: [update(1, { at: start + 20 * minute })], effects: [posted(1, 'due')] }),
      then(begun, {
        revision: 9,
        updates: [update(1, { at: start + 20 * minute })],
        effects: [posted(1, 'done')],
      }),
      ['pilothouse_incident_updates_total{author="automatic",outcome="late",severity="P1"} 1'],
    ],
    [
      'a slot that nobody filled',
      begun,
      then(begun, {
        effects: [
          wants('overdue-1-1', { kind: 'post', place: 'home', post: { kind: 'overdue-update', n: 1 } }),
        ],
      }),
      ['pilothouse_incident_updates_total{author="none",outcome="missed",severity="P1"} 1'],
    ],
  ];
  test.each(cases)('%s', async (_, before, after, expected) => {
    metrics.changed(before, after);
    expect(await counted()).toEqual(expected);
  });
});

describe('nothing is counted', () => {
  const over = incidentSample({ ...resolved, revision: 9, updates: [update(1)] });
  const cases: [string, Incident | null, Incident][] = [
    ['of a record that was only loaded', null, over],
    ['of the same record again', over, over],
    ['of an older one', over, { ...begun, revision: 2 }],
    ['of drills', { ...draft, drill: 'overload' }, { ...over, drill: 'overload' }],
  ];
  test.each(cases)('%s', async (_, before, after) => {
    metrics.changed(before, after);
    expect(await counted()).toEqual([]);
  });
});

test('a whole life counts each thing once, and a reopened one is measured again to its last end', async () => {
  const lives = [draft, begun];
  const next = (changes: Partial<Incident>) => {
    const last = lives.at(-1);
    if (last) lives.push(then(last, changes));
  };
  next({ acknowledged });
  next({ updates: [update(1)] });
  next({ status: 'monitoring', mitigatedAt: start + 7 * minute });
  next(resolved);
  next({ followUps: [] });
  next({ status: 'investigating', resolvedAt: null, mitigatedAt: null });
  next({ ...resolved, mitigatedAt: start + 57 * minute, resolvedAt: start + 97 * minute });
  for (const [index, after] of lives.entries()) {
    const before = lives[index - 1];
    if (before) metrics.changed(before, after);
  }
  expect(await counted()).toEqual([
    ...phase('acknowledge', 120),
    'pilothouse_incident_seconds_sum{phase="mitigate",severity="P1"} 4200',
    'pilothouse_incident_seconds_count{phase="mitigate",severity="P1"} 2',
    'pilothouse_incident_seconds_sum{phase="resolve",severity="P1"} 7200',
    'pilothouse_incident_seconds_count{phase="resolve",severity="P1"} 2',
    opening,
    'pilothouse_incident_updates_total{author="automatic",outcome="on_time",severity="P1"} 1',
  ]);
});

test('open incidents are shown by severity, without drills and what is over', async () => {
  metrics.open([
    begun,
    begun,
    { ...begun, drill: 'overload' },
    incidentSample({ ...resolved }),
    { ...begun, severity: 'P3' },
  ]);
  expect(await counted()).toEqual([
    'pilothouse_incidents_open{severity="P1"} 2',
    'pilothouse_incidents_open{severity="P2"} 0',
    'pilothouse_incidents_open{severity="P3"} 1',
    'pilothouse_incidents_open{severity="P4"} 0',
  ]);
  metrics.open([]);
  expect(await counted()).toContain('pilothouse_incidents_open{severity="P1"} 0');
});
