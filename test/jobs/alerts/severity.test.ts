/** With which severity an alert opens: only probes that fail make it worse. */
import { expect, test } from '@jest/globals';
import { severityFor } from '../../../src/jobs/alerts/severity.ts';
import type { Severity } from '../../../src/records/incident-terms.ts';

const automatic = {
  failed_deployment: 'P2',
  rollback: 'P4',
  alert: 'P3',
  service_down: 'P2',
  environment_down: 'P1',
} as const;
const down = ['failed', 'failed'] as const;
const well = ['ok', 'ok'] as const;
const partly = ['failed', 'ok'] as const;
const unsure = ['failed', 'unknown'] as const;

test.each<
  [
    string,
    Record<string, readonly ('ok' | 'failed' | 'unknown')[]>,
    { whole: boolean; critical?: boolean },
    Severity,
  ]
>([
  ['one service well', { web: well }, { whole: false }, 'P3'],
  ['one service partly', { web: partly }, { whole: false }, 'P3'],
  ['one service unsure', { web: unsure }, { whole: false }, 'P3'],
  ['one service without probes', { web: [] }, { whole: false }, 'P3'],
  ['one service down', { web: down }, { whole: false }, 'P2'],
  ['all down', { web: down, api: down }, { whole: true }, 'P1'],
  ['all down that have probes', { web: down, api: [] }, { whole: true }, 'P1'],
  ['all down but one unsure', { web: down, api: unsure }, { whole: true }, 'P2'],
  ['all down but one well', { web: down, api: well }, { whole: true }, 'P2'],
  ['all down but one partly', { web: down, api: partly }, { whole: true }, 'P2'],
  ['no probes at all', { web: [], api: [] }, { whole: true }, 'P3'],
  ['all down where nobody depends on it', { web: down }, { whole: true, critical: false }, 'P2'],
])('%s', (_, looks, { whole, critical = true }, severity) => {
  const where = { isWhole: whole, isCritical: critical };
  expect(severityFor(new Map(Object.entries(looks)), where, automatic).severity).toBe(severity);
});

test('a catalog that wants a P1 for every alert gets none', () => {
  const eager = { ...automatic, alert: 'P1', service_down: 'P1' } as const;
  const where = { isWhole: false, isCritical: true };
  expect(severityFor(new Map([['web', well]]), where, eager).severity).toBe('P2');
  expect(severityFor(new Map([['web', down]]), where, eager).severity).toBe('P2');
});
