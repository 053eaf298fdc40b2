/** Incident records full of what nobody should write, and too much of everything. */
import fc from 'fast-check';
import { alertSources, alertTopics } from '../../src/records/alert.ts';
import type { Effect, EffectWhat, Post } from '../../src/records/effect.ts';
import {
  drillScenarios,
  type Incident,
  incidentKinds,
  incidentStatuses,
  timelineKinds,
} from '../../src/records/incident.ts';
import { incidentRoles, mitigationActions, severities, symptoms } from '../../src/records/incident-terms.ts';
import { recommend } from '../../src/records/recommend.ts';
import type { IncidentView } from '../../src/templates/incident/view.ts';
import { text } from './hostile.ts';
import { rules } from './incident-samples.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
  fc.constantFrom(-1, 0, 1.5, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, Number.NaN),
);
const person = fc.record({ id: fc.oneof(text, fc.constantFrom('U0000ANA1')), name: text });
const link = fc.oneof(
  text,
  fc.constantFrom('https://links.example/a?b=1&c=2', 'https://links.example/x|y>z', 'javascript:alert(1)'),
);
const few = fc.integer({ min: 0, max: 200 });

/** A handful that differ, repeated to as many as there may be. */
function crowd<T>(item: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> {
  return fc
    .tuple(
      fc.array(item, { minLength: 1, maxLength: 6 }),
      fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant(most)),
    )
    .map(([kinds, n]) =>
      Array.from({ length: n }, (_, i) => kinds[i % kinds.length]).filter((x) => x !== undefined),
    );
}

const numbered = <T extends { n: number }>(items: T[]): T[] =>
  items.map((item, i) => ({ ...item, n: i + 1 }));
const names = crowd(text, 200).map((list) => list.map((name, i) => (i % 2 ? name : `${i}${name}`)));

export const post: fc.Arbitrary<Post> = fc.oneof(
  fc.record({ kind: fc.constant('timeline' as const), entry: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('update' as const), n: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ kind: fc.constant('draft' as const), n: fc.integer({ min: 0, max: 6 }), dueAt: time }),
  fc.record({ kind: fc.constant('overdue-update' as const), n: few }),
  fc.record({ kind: fc.constant('findings' as const), at: time }),
  fc.record({
    kind: fc.constantFrom(
      ...(['mitigate', 'recent-deployments', 'emergency', 'customers', 'resolved', 'reopened'] as const),
    ),
  }),
  fc.record({ kind: fc.constant('roles' as const), missing: fc.array(fc.constantFrom(...incidentRoles)) }),
  fc.record({ kind: fc.constant('chase' as const), followUp: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ kind: fc.constant('told' as const), why: text }),
);

const what: fc.Arbitrary<EffectWhat> = fc.oneof(
  fc
    .constantFrom(
      ...([
        'card',
        'room',
        'room-card',
        'invite',
        'page-acknowledge',
        'post-mortem',
        'archive',
        'unarchive',
      ] as const),
    )
    .map((kind): EffectWhat => ({ kind })),
  post.map((p): EffectWhat => ({ kind: 'post', place: 'home', post: p })),
  fc.tuple(text, post).map(([to, p]): EffectWhat => ({ kind: 'direct', to, post: p })),
  text.map((why): EffectWhat => ({ kind: 'page', level: 0, why })),
  few.map((n): EffectWhat => ({ kind: 'mitigate', n })),
  few.map((n): EffectWhat => ({ kind: 'undo', n })),
);

const effect: fc.Arbitrary<Effect> = fc.record({
  key: text,
  what,
  after: maybe(text),
  state: fc.constantFrom('due', 'done', 'failed'),
  tries: few,
  notBefore: time,
  since: time,
  trouble: maybe(text),
  link: maybe(link),
});

const finding = fc.record({
  service: text,
  verdict: fc.constantFrom('healthy' as const, 'unhealthy' as const, 'unknown' as const),
  running: maybe(text),
  version: maybe(text),
  problems: fc.array(text, { maxLength: 5 }),
  probes: fc.record({ ok: few, failed: few, unknown: few }),
  symptoms: fc.subarray([...symptoms]),
});

const clock = maybe(time);
const stamp = maybe(fc.record({ at: time, by: person }));

export const incident: fc.Arbitrary<Incident> = fc.record({
  schema: fc.constant(1 as const),
  /** Ours, so never long. */
  id: text.map((t) => `INC-${t.slice(0, 8)}`),
  revision: few,
  read: few,
  kind: fc.constantFrom(...incidentKinds),
  title: text,
  severity: fc.constantFrom(...severities),
  status: fc.constantFrom(...incidentStatuses),
  environment: text,
  services: names,
  drill: maybe(fc.constantFrom(...drillScenarios)),
  isPrivate: fc.boolean(),
  source: fc.record({ kind: fc.constantFrom('person', 'deployment', 'rollback', 'alert'), id: maybe(text) }),
  declaredBy: maybe(person),
  detectedAt: time,
  declaredAt: time,
  acknowledged: maybe(fc.record({ at: time, by: person, via: fc.constantFrom('slack', 'pagerduty') })),
  mitigatedAt: clock,
  resolvedAt: clock,
  resolvedBy: maybe(person),
  mergedInto: maybe(text),
  impact: maybe(text),
  action: maybe(text),
  eta: maybe(text),
  rootCause: maybe(text),
  resolution: maybe(text),
  fix: maybe(link),
  roles: fc.record({ commander: maybe(person), communications: maybe(person), scribe: maybe(person) }),
  responders: crowd(person, 200),
  alerts: crowd(
    fc.record({
      source: fc.constantFrom(...alertSources),
      key: text,
      title: text,
      topic: fc.constantFrom(...alertTopics),
      link: maybe(link),
      firing: fc.boolean(),
      since: time,
      count: few,
    }),
    60,
  ),
  deployments: names,
  links: crowd(fc.record({ title: text, link }), 40),
  findings: maybe(fc.record({ at: time, services: crowd(finding, 200) })),
  symptoms: fc.subarray([...symptoms]),
  checked: fc
    .subarray(['customers', 'verified', 'improvements', 'not-false', 'new-environment'])
    .chain((keys) =>
      fc.record({ at: time, by: person }).map((by) => Object.fromEntries(keys.map((key) => [key, by]))),
    ),
  mitigations: crowd(
    fc.record({
      n: few,
      action: fc.constantFrom(...mitigationActions),
      services: names,
      by: person,
      at: time,
      state: fc.constantFrom('asked', 'under-way', 'done', 'failed', 'undone'),
      detail: maybe(text),
      desired: fc.constant({}),
    }),
    40,
  ).map(numbered),
  updates: crowd(
    fc.record({
      n: few,
      dueAt: time,
      at: time,
      by: maybe(person),
      state: fc.constantFrom('sent', 'skipped'),
      status: fc.constantFrom(...incidentStatuses),
      action: text,
      eta: text,
      missed: few,
    }),
    60,
  ).map(numbered),
  followUps: crowd(
    fc.record({
      n: few,
      text,
      owner: maybe(person),
      due: time,
      done: stamp,
      link: maybe(link),
      chasedAt: clock,
    }),
    40,
  ).map(numbered),
  timeline: crowd(
    fc.record({
      n: few,
      at: time,
      kind: fc.constantFrom(...timelineKinds),
      by: maybe(person),
      text,
      links: fc.array(link, { maxLength: 4 }),
      message: maybe(text),
      state: fc.constantFrom('as-written', 'edited', 'removed'),
    }),
    200,
  ).map(numbered),
  effects: crowd(effect, 40),
  room: maybe(fc.record({ id: fc.oneof(text, fc.constantFrom('C0000WARROOM')), name: text })),
  card: fc.constant(null),
  roomCard: fc.constant(null),
  statusPage: maybe(fc.record({ id: text, link: maybe(link) })),
  halt: maybe(fc.record({ since: time, cleared: stamp })),
  clocks: fc.record({
    acknowledge: clock,
    level: few,
    leadership: clock,
    update: clock,
    draft: clock,
    overdue: clock,
    roles: clock,
    assess: clock,
    mitigate: clock,
    archive: clock,
    chase: clock,
  }),
});

const recent = crowd(
  fc.record({
    id: text,
    service: text,
    version: text,
    from: maybe(text),
    at: time,
    ending: text,
    by: text,
    link: maybe(link),
  }),
  40,
);

/** A team's own templates and matrix are foreign too. */
const ownRules = fc
  .tuple(text, fc.array(fc.record({ role: text, contact: text }), { maxLength: 20 }), fc.boolean())
  .map(([words, contacts, automatic]) => ({
    ...rules,
    contacts,
    updates: { ...rules.updates, automatic },
    messages: {
      initial: `🚨 ${words.slice(0, 1900)} {service} {impact}\n{eta}`,
      update: `${words.slice(0, 1900)}{action}`,
      resolved: `{resolution}${words.slice(0, 1900)}\n\n{follow_up} {constructor} {__proto__}`,
    },
    matrix: rules.matrix.map((row) => ({ ...row, symptom: words.slice(0, 80), advice: words.slice(0, 200) })),
  }));

/** A record, and what is shown besides it. */
export const shown: fc.Arbitrary<{ i: Incident; view: IncidentView }> = fc
  .tuple(incident, recent, fc.oneof(fc.constant(rules), ownRules), time, fc.boolean())
  .map(([i, list, own, now, statusPage]) => ({
    i,
    view: {
      rules: own,
      now,
      recommendation: recommend(i, own.matrix),
      recent: list,
      statusPage,
      onCall: '<@U0000BEN1>',
    },
  }));
