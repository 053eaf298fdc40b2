/** A store of one's own on the test run's Redis. */
import { workerConnection } from '../../../src/clients/redis.ts';
import { createStore } from '../../../src/clients/store/index.ts';
import type { Deployment } from '../../../src/records/deployment.ts';
import type { AuditEntry } from '../../../src/records/entries.ts';
import { ana, record } from '../../jobs/deployment/records.ts';
import { testRedis } from '../../support/redis.ts';

export function openStore() {
  const { url, prefix } = testRedis();
  const redis = workerConnection(url, { onError: () => {} });
  return { url, prefix, redis, store: createStore(redis, prefix), close: () => redis.disconnect() };
}

export const line = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: 1,
  who: ana,
  what: 'deploy.requested',
  deployment: null,
  environment: 'staging',
  detail: null,
  from: 'command',
  ...more,
});

export const draft = (more: Partial<Deployment> = {}) => {
  const { id: _, revision: _r, schema: _s, ...rest } = record({ step: 'preflight', releases: [], ...more });
  return rest;
};
