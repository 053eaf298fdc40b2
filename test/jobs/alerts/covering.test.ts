/** Which open incidents alerts may go to, and in which order. */
import { expect, test } from '@jest/globals';
import { coveringIncidents, isAsSevere } from '../../../src/jobs/alerts/covering.ts';
import type { Incident } from '../../../src/records/incident.ts';
import type { Severity } from '../../../src/records/incident-terms.ts';
import { incidentSample } from '../../templates/incident-samples.ts';

const alerts = { kind: 'alert', id: 'alert:production:1' } as const;
const ofAll = { id: 'INC-2', services: [] };

test.each<[string, Partial<Incident>[], string[]]>([
  ['one of the service, however minor', [{ severity: 'P4' }], ['INC-12']],
  ['one of another service', [{ services: ['web'] }], []],
  ['a severe one without services', [{ ...ofAll, severity: 'P2' }], ['INC-2']],
  ['a minor one without services', [{ ...ofAll, severity: 'P3' }], []],
  [
    'a minor one without services that alerts opened',
    [{ ...ofAll, severity: 'P3', source: alerts }],
    ['INC-2'],
  ],
  [
    'its own first, then the one of the service',
    [{ ...ofAll, severity: 'P1' }, {}, { id: 'INC-7', services: ['web'] }],
    ['INC-7', 'INC-12', 'INC-2'],
  ],
  ['each once', [{ id: 'INC-7' }], ['INC-7']],
  ['none of another environment', [{ environment: 'staging' }], []],
  ['no review', [{ kind: 'review' }], []],
  ['nothing secret', [{ kind: 'security' }], []],
  ['no drill', [{ drill: 'overload' }], []],
])('%s', (_, open, ids) => {
  const group = { environment: 'production', service: 'api-gateway', incident: 'INC-7' };
  const incidents = open.map((more) => incidentSample({ services: ['api-gateway'], ...more }));
  expect(coveringIncidents(group, incidents).map(({ id }) => id)).toEqual(ids);
});

test('what names no service goes to none that names one', () => {
  const group = { environment: 'production', service: null, incident: null };
  expect(coveringIncidents(group, [incidentSample({ services: ['api-gateway'] })])).toEqual([]);
});

test.each<[Severity, Severity, boolean]>([
  ['P1', 'P2', true],
  ['P2', 'P2', true],
  ['P3', 'P2', false],
  ['P4', 'P1', false],
])('a %s is enough for a %s: %s', (severity, found, is) => {
  expect(isAsSevere(severity, found)).toBe(is);
});
