/** What a load balancer answers itself instead of the services behind it. */
import type { Balancer, ListenerRule, World } from '../world.ts';

interface Shut {
  status: number;
  contentType: string;
  body: string;
}

const tooMany: Shut = { status: 429, contentType: 'application/json', body: '{"error":"too many requests"}' };

/** Null where the request goes on to the services. */
export function gate(world: World, cluster: string, path: string): Shut | null {
  const balancer = world.balancers.get(cluster);
  if (!balancer) return null;
  const rule = deciding(balancer, path);
  if (!rule) throw new Error(`The listener in front of ${cluster} has lost its default rule`);
  const { action } = rule;
  rule.requests += 1;
  if (action.type === 'fixed-response') return action;
  // Spread evenly: of each ten requests at a share of 0.3, the fourth, the seventh and the tenth.
  const limitedBy = (requests: number) => Math.floor(requests * action.limited);
  return limitedBy(rule.requests) > limitedBy(rule.requests - 1) ? tooMany : null;
}

/** The lowest priority that matches; the default rule comes last (AWS documentation, "Listener rules"). */
function deciding({ rules }: Balancer, path: string): ListenerRule | undefined {
  return [...rules]
    .sort((a, b) => rank(a) - rank(b))
    .find(({ priority, paths }) => priority === 'default' || paths.some((pattern) => matches(pattern, path)));
}

export const rank = ({ priority }: ListenerRule): number =>
  priority === 'default' ? Number.POSITIVE_INFINITY : priority;

/** Case matters; `*` is any number of characters, `?` is one (AWS documentation, "Path conditions"). */
function matches(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(path);
}
