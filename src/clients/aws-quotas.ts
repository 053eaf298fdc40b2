/** How often AWS lets an account call its APIs, as buckets for the limiter. */
import type { Bucket } from './limiter.ts';

/**
 * Tokens in a full bucket and tokens that come back each second, per account and Region and for all operations of a line
 * together. AWS documentation, "Request throttling for the Amazon ECS API". An account may have been given more.
 */
const ecsQuotas = {
  'task-definition-change': { burst: 20, perSecond: 1 },
  'task-definition-read': { burst: 50, perSecond: 20 },
  'service-change': { burst: 50, perSecond: 5 },
  'service-read': { burst: 100, perSecond: 20 },
  'service-deployment': { burst: 50, perSecond: 20 },
  'service-revision': { burst: 50, perSecond: 20 },
  'task-read': { burst: 100, perSecond: 20 },
  'cluster-read': { burst: 50, perSecond: 20 },
} as const;

const quotaOf = {
  RegisterTaskDefinition: 'task-definition-change',
  DeregisterTaskDefinition: 'task-definition-change',
  DescribeTaskDefinition: 'task-definition-read',
  ListTaskDefinitions: 'task-definition-read',
  ListTaskDefinitionFamilies: 'task-definition-read',
  CreateService: 'service-change',
  UpdateService: 'service-change',
  DeleteService: 'service-change',
  DescribeServices: 'service-read',
  ListServices: 'service-read',
  DescribeServiceDeployments: 'service-deployment',
  DescribeServiceRevisions: 'service-revision',
  ListServiceDeployments: 'service-deployment',
  // The documentation's table names neither of the next two; they act on service deployments.
  StopServiceDeployment: 'service-deployment',
  ContinueServiceDeployment: 'service-deployment',
  DescribeTasks: 'task-read',
  ListTasks: 'task-read',
  DescribeClusters: 'cluster-read',
  ListClusters: 'cluster-read',
} as const satisfies Record<string, keyof typeof ecsQuotas>;

export type EcsOperation = keyof typeof quotaOf;

/** The bucket that an operation draws from. `where` names the account and the Region: whoever shares them shares it. */
export function ecsQuota(operation: EcsOperation, where: string): Bucket {
  const name = quotaOf[operation];
  const { burst, perSecond } = ecsQuotas[name];
  return { name: `ecs:${where}:${name}`, perSecond, burst: burst - margin };
}

/**
 * Per account and Region as well. The reads' figure is AWS's (documentation, "Request throttling for the Elastic Load
 * Balancing API"); the changes' is our own, low enough for rules that are switched by people.
 */
const elbQuotas = {
  DescribeRules: { name: 'read', burst: 40, perSecond: 10 },
  SetRulePriorities: { name: 'change', burst: 10, perSecond: 1 },
} as const;

export type ElbOperation = keyof typeof elbQuotas;

export function elbQuota(operation: ElbOperation, where: string): Bucket {
  const { name, burst, perSecond } = elbQuotas[operation];
  return { name: `elb:${where}:${name}`, perSecond, burst: burst - margin };
}

/** Calls do not arrive as evenly as they are sent, and other tools share the account: a little of the burst is left. */
const margin = 2;
