/** How many tasks of a service there are, and whether that is how it stays. No I/O here. */
import type { Service } from '@aws-sdk/client-ecs';
import type { Capacity } from '../target.ts';
import { unsteady } from './service.ts';

export const capacityOf = ({ desiredCount, runningCount, pendingCount }: Service): Capacity => ({
  desired: desiredCount ?? 0,
  running: runningCount ?? 0,
  pending: pendingCount ?? 0,
});

export function settlementOf(service: Service): { settled: boolean; detail: string } {
  const { desired, running, pending } = capacityOf(service);
  const starting = pending > 0 ? `, ${pending} more ${pending === 1 ? 'is' : 'are'} starting` : '';
  const detail = `${running} of ${desired} tasks run${starting}`;
  if (running !== desired || pending > 0) return { settled: false, detail };
  // Nothing is what was wanted: not the trouble that it is after a deployment.
  const trouble = desired === 0 ? null : unsteady(service);
  return { settled: trouble === null, detail: trouble ?? detail };
}
