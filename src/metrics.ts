/** What the process counts, for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Queues } from './jobs/queues.ts';
import type { Deployment } from './records/deployment.ts';

export function createMetrics(queues: Pick<Queues, 'deployments' | 'screens' | 'errands'>) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'pilothouse_' });
  const requests = new Counter({
    name: 'pilothouse_requests_total',
    help: 'Commands, clicks and forms that came in, by what became of them.',
    labelNames: ['kind', 'name', 'outcome'],
    registers: [registry],
  });
  const endings = new Counter({
    name: 'pilothouse_deployments_ended_total',
    help: 'Deployments that this process ended, by environment, kind and ending.',
    labelNames: ['environment', 'kind', 'ending'],
    registers: [registry],
  });
  new Gauge({
    name: 'pilothouse_jobs',
    help: 'Jobs by queue and state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      for (const queue of [queues.deployments, queues.screens, queues.errands]) {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
        for (const [state, count] of Object.entries(counts)) this.set({ queue: queue.name, state }, count);
      }
    },
  });
  return {
    registry,
    request: (kind: string, name: string, outcome: string) => requests.inc({ kind, name, outcome }),
    ended: ({ environment, kind, ending }: Deployment) =>
      endings.inc({ environment, kind, ending: ending ?? 'none' }),
  };
}
