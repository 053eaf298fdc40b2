/** AWS's request quotas: a token bucket for each group of operations, filled by the cloud's clock. */
import type { Clock } from '../../../src/clients/clock.ts';

interface Quota {
  burst: number;
  perSecond: number;
}

/**
 * Per account and region (AWS documentation, "Request throttling for the Amazon ECS API" and "… for the Elastic Load
 * Balancing API"; for changes of load balancers the figure is a cautious guess).
 */
const GROUPS: { quota: Quota; operations: string[] }[] = [
  { quota: { burst: 50, perSecond: 5 }, operations: ['UpdateService'] },
  { quota: { burst: 100, perSecond: 20 }, operations: ['DescribeServices', 'ListServices'] },
  {
    quota: { burst: 50, perSecond: 20 },
    operations: ['ListServiceDeployments', 'DescribeServiceDeployments', 'StopServiceDeployment'],
  },
  { quota: { burst: 50, perSecond: 20 }, operations: ['DescribeServiceRevisions'] },
  { quota: { burst: 100, perSecond: 20 }, operations: ['ListTasks', 'DescribeTasks'] },
  { quota: { burst: 20, perSecond: 1 }, operations: ['RegisterTaskDefinition', 'DeregisterTaskDefinition'] },
  { quota: { burst: 50, perSecond: 20 }, operations: ['DescribeTaskDefinition', 'ListTaskDefinitions'] },
  { quota: { burst: 50, perSecond: 20 }, operations: ['DescribeClusters', 'ListClusters'] },
  { quota: { burst: 40, perSecond: 10 }, operations: ['DescribeRules'] },
  { quota: { burst: 10, perSecond: 1 }, operations: ['SetRulePriorities'] },
];

/** For operations that are in no group, and the image registry's. */
const LENIENT: Quota = { burst: 1000, perSecond: 500 };

/** Takes one token for a call of `operation`; false when there is none. */
export type Quotas = (operation: string) => boolean;

export function quotasOn(clock: Clock): Quotas {
  const buckets = new Map<Quota, { tokens: number; at: number }>();
  return (operation) => {
    const quota = GROUPS.find(({ operations }) => operations.includes(operation))?.quota ?? LENIENT;
    const now = clock.now();
    const bucket = buckets.get(quota) ?? { tokens: quota.burst, at: now };
    buckets.set(quota, bucket);
    bucket.tokens = Math.min(quota.burst, bucket.tokens + ((now - bucket.at) / 1000) * quota.perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
