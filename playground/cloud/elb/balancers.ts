/** Load balancers of the starting estate: how they are described, and opened. */
import type { Balancer, ListenerRule, RuleAction, World } from '../world.ts';

/** A load balancer in front of the services of a cluster, with one listener. */
export interface CloudLoadBalancer {
  cluster: string;
  /** Where none of them forwards, one that forwards everything is added at priority 1000. The default rule answers 404. */
  rules: CloudRule[];
}

interface CloudRule {
  /** Default: made up. All rules of a load balancer belong to one listener. */
  arn?: string;
  /** 1 to 50,000, each once: the lowest that matches decides. */
  priority: number;
  /** `maintenance-page` answers 503 with a page; `rate-limit` answers 429 to a share of the requests. */
  does: 'forward' | 'maintenance-page' | 'rate-limit';
  /** Of `rate-limit`: 0 to 1; default 0.5. */
  share?: number;
  /** Default: all paths. */
  paths?: string[];
}

const RULE_ARN =
  /^arn:aws:elasticloadbalancing:(?<region>[\w-]+):(?<account>\d{12}):listener-rule\/(?<listener>app\/[\w-]+\/[0-9a-f]{16}\/[0-9a-f]{16})\/[0-9a-f]{16}$/;

export function openBalancers(world: World, described: readonly CloudLoadBalancer[]): void {
  for (const { cluster, rules } of described) world.balancers.set(cluster, open(world, cluster, rules));
}

function open(world: World, cluster: string, described: readonly CloudRule[]): Balancer {
  const id = () => world.newId().slice(0, 16);
  const arn = (resource: string) =>
    `arn:aws:elasticloadbalancing:${world.region}:${world.account}:${resource}`;
  const listener = listenerOf(world, described) ?? `app/${cluster}/${id()}/${id()}`;
  const forwards = described.some(({ does }) => does === 'forward');
  const rules = described.map(
    (one): ListenerRule => ({
      arn: one.arn ?? arn(`listener-rule/${listener}/${id()}`),
      priority: one.priority,
      paths: one.paths ?? ['/*'],
      action: actionOf(one),
      requests: 0,
    }),
  );
  const own = (priority: number | 'default', paths: string[], action: RuleAction): ListenerRule => ({
    arn: arn(`listener-rule/${listener}/${id()}`),
    ...{ priority, paths, action, requests: 0 },
  });
  if (!forwards) rules.push(own(1000, ['/*'], { type: 'forward', limited: 0 }));
  rules.push(own('default', [], { type: 'fixed-response', ...notFound }));
  if (new Set(rules.map(({ priority }) => priority)).size < rules.length)
    throw new Error(`Two rules in front of ${cluster} have the same priority`);
  const group = (name: string) => arn(`targetgroup/${name}/${id()}`);
  return {
    listener: arn(`listener/${listener}`),
    targetGroups: { service: group(cluster), limited: group(`${cluster}-limited`) },
    rules,
  };
}

/** The listener that the given ARNs name; they are the caller's mistake where they do not fit together or this cloud. */
function listenerOf(world: World, rules: readonly CloudRule[]): string | undefined {
  const listeners = new Set<string>();
  for (const { arn } of rules) {
    if (arn === undefined) continue;
    const { region, account, listener } = RULE_ARN.exec(arn)?.groups ?? {};
    if (!listener || region !== world.region || account !== world.account)
      throw new Error(`${arn} is not a listener rule of this cloud`);
    listeners.add(listener);
  }
  if (listeners.size > 1) throw new Error('The rules of one load balancer belong to one listener');
  return [...listeners][0];
}

const notFound = { status: 404, contentType: 'text/plain', body: 'Not found' };

const maintenancePage = {
  status: 503,
  contentType: 'text/html',
  body: '<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>',
};

const actionOf = ({ does, share = 0.5 }: CloudRule): RuleAction =>
  does === 'maintenance-page'
    ? { type: 'fixed-response', ...maintenancePage }
    : { type: 'forward', limited: does === 'rate-limit' ? share : 0 };
