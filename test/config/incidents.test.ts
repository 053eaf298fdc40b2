/** What the catalog says of incidents: runbook 001's figures where it says nothing, and every mistake with its line. */
import { describe, expect, test } from '@jest/globals';
import { CatalogError, loadCatalog } from '../../src/config/load-catalog.ts';

const base = `organization: Acme
slack: { deployments: "#deployments", incidents: "#incidents" }
people: { deployers: ["@engineering"] }
environments: { staging: { base_url: https://s.acme.example }, production: { base_url: https://p.acme.example, after: staging } }
services:
  api:
    target: { type: ecs, cluster: c, service: api, family: api, container: app, image: "acme/api:{version}", environments: { production: {} } }
`;
const withIncidents = (text: string, start = base) => `${start}incidents:\n${text.replace(/^(?=.)/gm, '  ')}`;
const onCall = 'on_call: { otherwise: ["@engineering"] }\n';
const minute = 60_000;

function problems(text: string): string[] {
  try {
    loadCatalog(text, 'c.yml');
    return [];
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    return error.message.split('\n');
  }
}

describe('a catalog that says who is on call and nothing else', () => {
  const { incidents, environments } = loadCatalog(withIncidents(onCall), 'c.yml');

  test.each([
    ['P1', 5 * minute, 15 * minute, true, true],
    ['P2', 15 * minute, 30 * minute, false, false],
    ['P3', 60 * minute, null, false, false],
    ['P4', 'next-business-day', null, false, false],
  ] as const)('has the figures of runbook 001 for %s', (severity, within, every, room, blocks) => {
    expect(incidents?.severities[severity]).toMatchObject({
      respond_within: within,
      update_every: every,
      war_room: room,
      blocks_deploys: blocks,
    });
  });

  test('has its decision matrix, in which database errors forbid to roll back', () => {
    expect(incidents?.matrix.map(({ symptom }) => symptom)).toEqual([
      '5xx errors > 1%',
      'Response time > 5s',
      'Single service failing',
      'Database errors',
      'Memory/CPU spike',
    ]);
    expect(incidents?.matrix.find(({ when }) => when === 'database-errors')?.forbid).toContain(
      'roll-back-all',
    );
  });

  test('knows which environment matters most', () => {
    expect([...environments.values()].filter(({ critical }) => critical).map(({ name }) => name)).toEqual([
      'production',
    ]);
  });
});

test('what is said of a severity leaves the rest as it was', () => {
  const { incidents } = loadCatalog(
    withIncidents(`${onCall}severities: { P2: { war_room: true, update_every: never } }\n`),
    'c.yml',
  );
  expect(incidents?.severities.P2).toMatchObject({
    war_room: true,
    update_every: null,
    page: true,
    respond_within: 15 * minute,
  });
});

test('without the section there are no incidents', () => {
  expect(loadCatalog(base, 'c.yml').incidents).toBeUndefined();
});

test.each([
  ['{}\n', 'incidents.on_call: is missing'],
  [`${onCall}severities: { P5: {} }\n`, 'P5'],
  [`${onCall}business_hours: { zone: Mars/Olympus }\n`, 'expected a time zone such as Europe/Berlin'],
  [`${onCall}business_hours: { holidays: [2026-13-40] }\n`, 'expected a date such as 2026-12-25'],
  [
    `${onCall}mitigations: { rate_limiting: { alb_rule: x, on: 1, off: 2 } }\n`,
    'expected the ARN of a listener rule',
  ],
  [
    `${onCall}status_page: { statuspage: p, components: { apo: c } }\n`,
    'there is no service apo; did you mean api?',
  ],
  [`${onCall}updates: { draft_before: soon }\n`, 'expected a duration'],
  [`${onCall}matrix: [{ symptom: x, when: tired, advice: sleep }]\n`, 'incidents.matrix[0].when'],
])('%# a mistake is named with its line', (text, words) => {
  const found = problems(withIncidents(text));
  expect(found.join('\n')).toContain(words);
  expect(found[0]).toMatch(/^c\.yml:\d+ /);
});

test('a channel for incidents is needed', () => {
  const without = base.replace(', incidents: "#incidents"', '');
  expect(problems(withIncidents(onCall, without))).toEqual([
    expect.stringContaining('slack.incidents: is missing: the channel in which incidents are announced'),
  ]);
});
