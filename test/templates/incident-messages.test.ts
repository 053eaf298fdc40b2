import { describe, expect, test } from '@jest/globals';
import type { Incident, Mitigation } from '../../src/records/incident.ts';
import { draftOf, filled, filledMarkup } from '../../src/templates/incident/messages.ts';
import { found, incidentSample, incidentStates, line, minute, rules } from './incident-samples.ts';
import { ana, ben, start } from './samples.ts';

const now = start + 20 * minute;
const of = (changes: Partial<Incident> = {}) => incidentSample(changes);

describe("runbook 001's wording", () => {
  test('of the initial alert', () => {
    expect(filled('initial', of({ impact: null }), rules, now)).toBe(
      '🚨 INCIDENT: api-gateway experiencing issues\n- Impact: Not known yet\n- Status: Investigating\n- ETA: Unknown',
    );
  });

  test('of an update', () => {
    const update = { status: 'mitigating', action: 'Rolling back', eta: '10 minutes' } as const;
    expect(filled('update', of(), rules, now, update)).toBe(
      '📍 UPDATE: api-gateway incident\n- Status: Mitigating\n- Action: Rolling back\n- ETA: 10 minutes',
    );
  });

  test('of the resolution', () => {
    expect(filled('resolved', incidentStates.resolved ?? of(), rules, now)).toBe(
      [
        '✅ RESOLVED: api-gateway incident',
        '- Duration: 47 minutes',
        '- Impact: Customers cannot pay',
        '- Resolution: Rolled back api-gateway to v1.2.2',
        '- Follow-up: Limit the connection pool; Alert on connections',
      ].join('\n'),
    );
  });

  test.each([
    [30_000, '1 minute'],
    [61 * minute, '61 minutes'],
    [300 * minute, '300 minutes'],
  ])('of a duration of %d ms', (ms, words) => {
    const i = of({ status: 'resolved', detectedAt: start, resolvedAt: start + ms });
    expect(filled('resolved', i, rules, now)).toContain(`- Duration: ${words}\n`);
  });
});

test('a drill is marked wherever its text goes', () => {
  for (const template of ['initial', 'update', 'resolved'] as const) {
    expect(filled(template, of({ drill: 'overload' }), rules, now)).toMatch(/^🧪 DRILL · /);
  }
});

test("a team's own template: every placeholder, and what is none stays", () => {
  const messages = {
    ...rules.messages,
    initial: '{id} {severity} {environment} {service} {nothing} {constructor}',
  };
  const i = of({ services: ['a', 'b', 'c', 'd', 'e', 'f'] });
  expect(filled('initial', i, { ...rules, messages }, now)).toBe(
    'INC-12 P1 production a, b, c, d and 2 more {nothing} {constructor}',
  );
});

test('plain text is not escaped, mrkdwn is', () => {
  const i = of({ impact: 'a < b & <!channel>\nsecond line' });
  expect(filled('initial', i, rules, now)).toContain('- Impact: a < b & <!channel> second line\n');
  expect(filledMarkup(200, 'initial', i, rules, now)).toContain(
    '- Impact: a &lt; b &amp; &lt;!channel&gt; second line\n',
  );
});

const mitigation = (n: number, changes: Partial<Mitigation>): Mitigation => ({
  n,
  action: 'restart',
  services: ['auth'],
  by: ben,
  at: start,
  state: 'done',
  detail: null,
  desired: {},
  ...changes,
});
const sent = {
  n: 1,
  dueAt: start,
  at: start + 10 * minute,
  by: ana,
  state: 'sent',
  status: 'identified',
  action: 'x',
  eta: 'x',
  missed: 0,
} as const;
const acknowledged = { at: start, by: ben, via: 'slack' } as const;

describe('the draft says what is known, and nothing else:', () => {
  test.each<[string, Partial<Incident>, string, string]>([
    ['nothing yet', {}, 'investigating', 'The cause is not known yet.'],
    ['somebody is at it', { acknowledged }, 'investigating', 'Acknowledged; the cause is not known yet.'],
    [
      'nothing new',
      { updates: [sent], status: 'identified' },
      'identified',
      'Nothing new since the last update.',
    ],
    ['it is watched', { status: 'monitoring' }, 'monitoring', 'Watching whether it stays good.'],
    ['what people wrote', { action: 'Talking to AWS' }, 'investigating', 'Talking to AWS.'],
    [
      'the cause',
      { action: 'Fixing it!', rootCause: 'a full disk' },
      'investigating',
      'Fixing it! Cause: a full disk.',
    ],
    [
      'what is under way, which is mitigating',
      { mitigations: [mitigation(1, {}), mitigation(2, { action: 'roll-back-all', state: 'under-way' })] },
      'mitigating',
      'Restarted auth. Rolling back all services.',
    ],
    [
      'what failed or was undone',
      {
        mitigations: [
          mitigation(1, { state: 'failed' }),
          mitigation(2, { action: 'rate-limiting', state: 'undone' }),
        ],
      },
      'investigating',
      'Restarting auth failed. Rate limiting was undone.',
    ],
    [
      'deployments since the last update, without names',
      {
        updates: [sent],
        timeline: [
          line(5, 'deployment', 'D-1 failed'),
          line(11, 'deployment', 'D-2 rolls auth back, asked by @ben'),
          line(12, 'note', 'not for everybody'),
        ],
      },
      'investigating',
      'D-2 rolls auth back.',
    ],
    [
      'what was found, and how old that is',
      {
        findings: {
          at: now - 3.5 * minute,
          services: [found('a', { verdict: 'unhealthy' }), found('b'), found('c')],
        },
      },
      'investigating',
      'Checks 3 min ago: 1 of 3 services unhealthy (a). Signs: Single service failing.',
    ],
    [
      'that all is well',
      { findings: { at: now, services: [found('a'), found('b')] } },
      'investigating',
      'Checks: all 2 services healthy.',
    ],
    [
      'what could not be asked',
      { findings: { at: now, services: [found('a', { verdict: 'unknown' }), found('b')] } },
      'investigating',
      'Checks: 1 of 2 services could not be asked (a).',
    ],
  ])('%s', (_, changes, status, action) => {
    expect(draftOf(of(changes), rules, now)).toEqual({ status, action, eta: 'Unknown' });
  });

  test('the estimate that people gave', () => {
    expect(draftOf(of({ eta: '15:00' }), rules, now).eta).toBe('15:00');
  });
});
