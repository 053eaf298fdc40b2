/** Finds what a crash between two writes left behind: a record without its job, a job that gave up. */
import type { Store } from '../clients/store/index.ts';
import type { Queues } from './queues.ts';

/** Safe to run anywhere, any time: a job that is there is left alone. */
export async function sweep(
  store: Pick<Store, 'activeIds' | 'activeIncidentIds'>,
  queues: Pick<Queues, 'deployments' | 'incidents' | 'startDeployment' | 'wakeIncident'>,
): Promise<void> {
  for (const id of await store.activeIds()) {
    const job = await queues.deployments.getJob(id);
    if (!job) await queues.startDeployment(id);
    else if (await job.isFailed()) await job.retry();
  }
  for (const id of await store.activeIncidentIds()) {
    const job = await queues.incidents.getJob(id);
    if (!job) await queues.wakeIncident(id);
    else if (await job.isFailed()) await job.retry();
  }
}

/** Sweeps every `ms` real milliseconds, but never while a sweep is open: without Redis they would pile up. */
export function keepSweeping(
  sweepOnce: () => Promise<void>,
  ms: number,
  failed: (error: unknown) => void,
): { stop(): void } {
  let isOpen = false;
  const timer = setInterval(() => {
    if (isOpen) return;
    isOpen = true;
    void sweepOnce()
      .catch(failed)
      .finally(() => {
        isOpen = false;
      });
  }, ms);
  return { stop: () => clearInterval(timer) };
}
