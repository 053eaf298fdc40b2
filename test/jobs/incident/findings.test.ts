/** What looks at services become: verdicts, problems in words, and symptoms for the decision matrix. */
import { expect, test } from '@jest/globals';
import { findingsOf } from '../../../src/jobs/incident/effects/assess.ts';
import type { ProbeResult } from '../../../src/records/health.ts';

const probe = (verdict: ProbeResult['verdict'], because: string | null = null): ProbeResult => ({
  name: 'ready',
  url: 'https://api.example.com/ready',
  verdict,
  took: 20,
  because,
});
const running = { version: 'v1.4.0', ref: 'arn:1', running: 4, desired: 4, steady: true, concern: null };

test.each([
  ['healthy', running, [probe('ok')], 'healthy', []],
  [
    'answers with errors',
    running,
    [probe('failed', 'answered 503, expected 200')],
    'unhealthy',
    ['error-rate'],
  ],
  ['is slow', running, [probe('failed', 'took 6100 ms, allowed 500 ms')], 'unhealthy', ['slow']],
  [
    'has no database',
    running,
    [probe('failed', 'db: expected ok, got postgres refused')],
    'unhealthy',
    ['database-errors'],
  ],
  [
    'runs out of memory',
    { ...running, concern: 'OutOfMemoryError: container killed' },
    [],
    'unhealthy',
    ['saturation'],
  ],
  ['lacks tasks', { ...running, running: 1 }, [probe('ok')], 'unhealthy', []],
  ['could not be asked', null, [probe('unknown', 'getaddrinfo ENOTFOUND')], 'unknown', []],
])('a service that %s', (_, runs, probes, verdict, symptoms) => {
  const report = {
    environment: 'production',
    full: false,
    at: 1,
    took: 1,
    services: [{ service: 'api', running: runs, unknown: runs ? null : 'throttled', probes }],
  };
  const [found] = findingsOf(report).services;
  expect(found).toMatchObject({ service: 'api', verdict, symptoms });
  expect(found?.problems.length === 0).toBe(verdict === 'healthy');
});
