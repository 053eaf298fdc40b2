/** Incident records in the states that people see, for the tests and for the pictures. */
import { incidents } from '../../src/config/incidents.ts';
import type { Effect, EffectWhat } from '../../src/records/effect.ts';
import type { Finding, Incident, TimelineEntry } from '../../src/records/incident.ts';
import { recommend } from '../../src/records/recommend.ts';
import type { IncidentView } from '../../src/templates/incident/view.ts';
import { ana, ben, start } from './samples.ts';

export const minute = 60_000;

const listener = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/1/2/3';

/** The defaults, with everything switched on that may be configured. */
export const rules = {
  ...incidents.parse({
    on_call: { otherwise: ['@devops-lead'], leadership: ['@devops-lead'] },
    mitigations: {
      scale_up: { by: 2, most: 12 },
      rate_limiting: { alb_rule: listener, on: 1, off: 900 },
      maintenance_page: { alb_rule: listener, on: 2, off: 901 },
    },
    contacts: [
      { role: 'On-Call Engineer', contact: 'PagerDuty' },
      { role: 'DevOps Lead', contact: '@devops-lead' },
      { role: 'AWS Support', contact: 'Case via Console' },
    ],
  }),
  channel: '#incidents',
};

export const line = (
  n: number,
  kind: TimelineEntry['kind'],
  text: string,
  more: Partial<TimelineEntry> = {},
): TimelineEntry => ({
  n,
  at: start + n * minute,
  kind,
  by: null,
  text,
  links: [],
  message: null,
  state: 'as-written',
  ...more,
});

export const found = (service: string, more: Partial<Finding> = {}): Finding => ({
  service,
  verdict: 'healthy',
  running: 'v1.2.3, 4 of 4 tasks run',
  version: 'v1.2.3',
  problems: [],
  probes: { ok: 3, failed: 0, unknown: 0 },
  symptoms: [],
  ...more,
});

export const wants = (key: string, what: EffectWhat, more: Partial<Effect> = {}): Effect => ({
  key,
  what,
  after: null,
  state: 'due',
  tries: 0,
  notBefore: start,
  since: start,
  trouble: null,
  link: null,
  ...more,
});

export function incidentSample(changes: Partial<Incident> = {}): Incident {
  return {
    schema: 1,
    id: 'INC-12',
    revision: 4,
    read: 3,
    kind: 'outage',
    title: 'Checkout is down',
    severity: 'P1',
    status: 'investigating',
    environment: 'production',
    services: ['api-gateway'],
    drill: null,
    isPrivate: false,
    source: { kind: 'person', id: null },
    declaredBy: ana,
    detectedAt: start - 3 * minute,
    declaredAt: start,
    acknowledged: null,
    mitigatedAt: null,
    resolvedAt: null,
    resolvedBy: null,
    mergedInto: null,
    impact: 'Customers cannot pay',
    action: null,
    eta: null,
    rootCause: null,
    resolution: null,
    fix: null,
    roles: { commander: null, communications: null, scribe: null },
    responders: [],
    alerts: [],
    deployments: [],
    links: [],
    findings: null,
    symptoms: [],
    checked: {},
    mitigations: [],
    updates: [],
    followUps: [],
    timeline: [line(1, 'declared', 'P1 declared by @ana: Checkout is down', { by: ana })],
    effects: [],
    room: null,
    card: null,
    roomCard: null,
    statusPage: null,
    halt: null,
    clocks: {
      acknowledge: start + 5 * minute,
      level: 0,
      leadership: start + 15 * minute,
      update: start + 15 * minute,
      draft: start + 12 * minute,
      overdue: null,
      roles: start + 5 * minute,
      assess: start + 5 * minute,
      mitigate: start + 10 * minute,
      archive: null,
      chase: null,
    },
    ...changes,
  };
}

export const viewOf = (i: Incident, more: Partial<IncidentView> = {}): IncidentView => ({
  rules,
  now: start + 8 * minute,
  recommendation: recommend(i, rules.matrix),
  recent: [
    {
      id: 'D-128',
      service: 'api-gateway',
      version: 'v1.2.3',
      from: 'v1.2.2',
      at: start - 20 * minute,
      ending: 'succeeded',
      by: 'ben',
      link: 'https://links.example/archives/C1/p1',
    },
    {
      id: 'D-127',
      service: 'auth',
      version: 'v2.0.0',
      from: 'v1.9.9',
      at: start - 300 * minute,
      ending: 'succeeded',
      by: 'ana',
      link: null,
    },
  ],
  statusPage: true,
  onCall: '<@U0000BEN1>',
  ...more,
});

const room = { id: 'C0000WARROOM', name: 'inc-20260303-api-gateway-checkout-is-down' };
const acknowledged = { at: start + 2 * minute, by: ben, via: 'slack' } as const;
const roles = { commander: ben, communications: ana, scribe: null };

const sick: Incident['findings'] = {
  at: start + 6 * minute,
  services: [
    found('api-gateway', {
      verdict: 'unhealthy',
      running: 'v1.2.3, 1 of 4 tasks run',
      problems: ['ready: 503, expected 200', 'a task was restarted 4 times in 5 min'],
      probes: { ok: 1, failed: 2, unknown: 0 },
      symptoms: ['error-rate'],
    }),
    found('auth'),
    found('payments', {
      verdict: 'unknown',
      running: null,
      version: null,
      problems: ['ECS did not answer within 5 s'],
      probes: { ok: 0, failed: 0, unknown: 2 },
    }),
    found('web'),
  ],
};

const working = incidentSample({
  status: 'mitigating',
  acknowledged,
  roles,
  responders: [ben, ana],
  room,
  deployments: ['D-128'],
  findings: sick,
  eta: 'in 10 minutes',
  alerts: [
    {
      source: 'cloudwatch',
      key: 'a',
      title: '5xx of api-gateway above 1%',
      topic: 'error-rate',
      link: 'https://links.example/alarm',
      firing: true,
      since: start,
      count: 3,
    },
  ],
  mitigations: [
    {
      n: 1,
      action: 'rate-limiting',
      services: [],
      by: ben,
      at: start + 7 * minute,
      state: 'done',
      detail: null,
      desired: {},
    },
    {
      n: 2,
      action: 'roll-back',
      services: ['api-gateway'],
      by: ben,
      at: start + 8 * minute,
      state: 'under-way',
      detail: 'D-129',
      desired: {},
    },
  ],
  updates: [
    {
      n: 1,
      dueAt: start + 15 * minute,
      at: start + 15 * minute,
      by: null,
      state: 'sent',
      status: 'mitigating',
      action: 'Rolling back api-gateway.',
      eta: 'Unknown',
      missed: 0,
    },
  ],
  timeline: [
    line(1, 'declared', 'P1 declared by @ana: Checkout is down', { by: ana }),
    line(2, 'acknowledged', 'Acknowledged by @ben', { by: ben }),
    line(3, 'note', 'Payments fail since the last release', {
      by: ana,
      message: 'C1:1.2',
      state: 'edited',
      links: ['https://links.example/archives/C1/p2'],
    }),
    line(4, 'note', 'wrong channel, sorry', { by: ana, message: 'C1:1.3', state: 'removed' }),
    line(5, 'deployment', 'D-129 rolls api-gateway back to v1.2.2, asked by @ben', {
      links: ['https://links.example/d'],
    }),
  ],
});

const troubled = incidentSample({
  ...working,
  effects: [
    wants(
      'page-0',
      { kind: 'page', level: 0, why: 'P1' },
      { state: 'failed', tries: 3, trouble: 'PagerDuty refused the routing key (400)' },
    ),
    wants(
      'publish-1',
      { kind: 'publish', n: 1, status: 'investigating', body: 'x', components: {} },
      { tries: 2, trouble: 'Statuspage answered 503', notBefore: start + 9 * minute },
    ),
  ],
});

const resolved = incidentSample({
  ...working,
  status: 'resolved',
  mitigatedAt: start + 24 * minute,
  resolvedAt: start + 44 * minute,
  resolvedBy: ben,
  rootCause: 'The new release opened too many connections',
  resolution: 'Rolled back api-gateway to v1.2.2',
  followUps: [
    {
      n: 1,
      text: 'Limit the connection pool',
      owner: ben,
      due: start + 14 * 1440 * minute,
      done: null,
      link: 'https://links.example/issues/7',
      chasedAt: null,
    },
    {
      n: 2,
      text: 'Alert on connections',
      owner: null,
      due: start + 14 * 1440 * minute,
      done: { at: start, by: ana },
      link: null,
      chasedAt: null,
    },
  ],
  clocks: { ...working.clocks, update: null },
});

const corrupted = incidentSample({
  kind: 'database-corruption',
  title: 'Orders point to the wrong customers',
  services: [],
  impact: null,
  acknowledged,
  room,
  symptoms: ['database-errors', 'error-rate'],
  halt: { since: start, cleared: null },
});

const many = incidentSample({
  ...troubled,
  services: Array.from({ length: 200 }, (_, n) => `service-${n}`),
  findings: {
    at: start,
    services: Array.from({ length: 200 }, (_, n) =>
      found(
        `service-${n}`,
        n % 3 === 0 ? { verdict: 'unhealthy', problems: ['ready: 503'], symptoms: ['error-rate'] } : {},
      ),
    ),
  },
  timeline: Array.from({ length: 200 }, (_, n) =>
    line(n + 1, 'note', `Something happened, number ${n + 1}`, { by: ana }),
  ),
  effects: Array.from({ length: 40 }, (_, n) =>
    wants(
      `publish-${n}`,
      { kind: 'publish', n, status: 'investigating', body: 'x', components: {} },
      { state: 'failed', tries: 3, trouble: `Statuspage answered 500 (${n})` },
    ),
  ),
});

/** Every state by name. */
export const incidentStates: Record<string, Incident> = {
  fresh: incidentSample(),
  'by-alert': incidentSample({
    severity: 'P3',
    source: { kind: 'alert', id: null },
    declaredBy: null,
    impact: null,
    alerts: working.alerts,
    clocks: { ...incidentSample().clocks, update: null, assess: null, mitigate: null },
  }),
  working,
  troubled,
  monitoring: incidentSample({ ...working, status: 'monitoring', mitigatedAt: start + 24 * minute }),
  resolved,
  merged: incidentSample({ status: 'merged', mergedInto: 'INC-11' }),
  corrupted,
  security: incidentSample({
    kind: 'security',
    title: 'A key of the build was published',
    isPrivate: true,
    halt: { since: start, cleared: null },
    room,
  }),
  cleared: incidentSample({
    ...corrupted,
    halt: { since: start, cleared: { at: start + 90 * minute, by: ana } },
  }),
  drill: incidentSample({ ...working, drill: 'bad-release' }),
  many,
};
