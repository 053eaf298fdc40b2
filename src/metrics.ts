/** What the process counts, for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Queues } from './jobs/queues.ts';
import type { Deployment } from './records/deployment.ts';

/** `queues` are on a connection that fails when Redis is away: who asks for metrics must not wait for it. */
export function createMetrics(queues: Pick<Queues, 'deployments' | 'screens' | 'errands' | 'alerts'>) {
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
  const alerts = new Counter({
    name: 'pilothouse_alert_requests_total',
    help: 'Requests of monitoring systems, by source and by what became of them.',
    labelNames: ['source', 'outcome'],
    registers: [registry],
  });
  new Gauge({
    name: 'pilothouse_jobs',
    help: 'Jobs by queue and state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      const all = [queues.deployments, queues.screens, queues.errands, queues.alerts];
      const counted = await Promise.allSettled(
        all.map(async (queue) => ({ name: queue.name, counts: await queue.getJobCounts(...states) })),
      );
      // Without Redis the rest is still worth knowing, and a figure that is not there is no zero.
      for (const one of counted) {
        if (one.status === 'rejected') continue;
        const { name, counts } = one.value;
        for (const [state, count] of Object.entries(counts)) this.set({ queue: name, state }, count);
      }
    },
  });
  return {
    registry,
    request: (kind: string, name: string, outcome: string) => requests.inc({ kind, name, outcome }),
    alert: (source: string, outcome: string) => alerts.inc({ source, outcome }),
    ended: ({ environment, kind, ending }: Deployment) =>
      endings.inc({ environment, kind, ending: ending ?? 'none' }),
  };
}

const states = ['waiting', 'active', 'delayed', 'failed'] as const;
