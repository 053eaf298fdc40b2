/** Alerts as tests need them. */
import type { Alert } from '../../../src/records/alert.ts';

/** An even hour, so that failures read well. */
export const start = Date.UTC(2026, 0, 5, 9);
export const minutes = (n: number): number => start + n * 60_000;

export const alertWith = (more: Partial<Alert> = {}): Alert => ({
  source: 'generic',
  key: 'errors',
  state: 'firing',
  title: 'HighErrorRate',
  detail: null,
  service: 'api-gateway',
  environment: 'production',
  severity: null,
  topic: 'error-rate',
  at: start,
  link: null,
  ...more,
});
