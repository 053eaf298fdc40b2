/** What the looks of a watch mean: runbook 003's failures in a row and success rate. Pure. */
import type { Environment } from '../../../config/catalog.ts';
import type { Deployment, Problem, Watched } from '../../../records/deployment.ts';
import type { ServiceCheck } from './checks.ts';

export type Watch = NonNullable<Deployment['watch']>;
type WatchPolicy = Environment['watch'];

export type Verdict =
  | { kind: 'open' }
  | { kind: 'good' }
  | { kind: 'bad'; problem: Problem }
  /** Could not tell too often: a person decides; never rolled back on that alone. */
  | { kind: 'blind'; problem: Problem };

const nothing: Watched = { succeeded: 0, failed: 0, unknown: 0, inARow: 0, lastFailure: null };

/** The watch with one more look counted. Looks that were missed are not made up for: three in a row take their time. */
export function withLook(
  watch: Watch,
  checks: readonly ServiceCheck[],
  { every }: Pick<WatchPolicy, 'every'>,
  now: number,
): Watch {
  const services = { ...watch.services };
  for (const check of checks) services[check.service] = counted(services[check.service] ?? nothing, check);
  const missed = Math.max(0, Math.floor((now - watch.nextLookAt) / every));
  const blind = checks.some((c) => c.unknown.length > 0) && checks.every((c) => c.failures.length === 0);
  return {
    ...watch,
    services,
    looks: watch.looks + 1,
    unknownInARow: blind ? watch.unknownInARow + 1 : 0,
    nextLookAt: watch.nextLookAt + (missed + 1) * every,
  };
}

function counted(before: Watched, { succeeded, failures, unknown }: ServiceCheck): Watched {
  const wentWell = failures.length === 0 && unknown.length === 0;
  return {
    succeeded: before.succeeded + succeeded,
    failed: before.failed + failures.length,
    unknown: before.unknown + unknown.length,
    // A look that could not tell neither adds to a row of failures nor ends it.
    inARow: failures.length > 0 ? before.inARow + 1 : wentWell ? 0 : before.inARow,
    lastFailure: failures[0] ?? before.lastFailure,
  };
}

export function judge(watch: Watch, policy: WatchPolicy, now: number): Verdict {
  for (const [service, seen] of Object.entries(watch.services)) {
    if (seen.inARow >= policy.consecutive_failures)
      return bad(service, seen, `${seen.inARow} looks in a row`);
  }
  if (watch.unknownInARow >= policy.consecutive_failures) {
    const summary = `The last ${watch.unknownInARow} looks could not tell how the services are`;
    return { kind: 'blind', problem: { summary, service: null, evidence: [] } };
  }
  const timeIsUp = now >= watch.deadline || watch.nextLookAt > watch.deadline;
  const looksLeft = timeIsUp ? 0 : Math.floor((watch.deadline - watch.nextLookAt) / policy.every) + 1;
  for (const [service, seen] of Object.entries(watch.services)) {
    const told = seen.succeeded + seen.failed;
    const aLook = Math.ceil((told + seen.unknown) / watch.looks);
    const best = (seen.succeeded + looksLeft * aLook) / Math.max(1, told + looksLeft * aLook);
    // One failed check is no rate: with few checks it would decide alone what takes several looks in a row.
    if (seen.failed > 1 && best < policy.success_rate) {
      const wanted = Math.round(1000 * policy.success_rate) / 10;
      const rate = Math.floor((100 * seen.succeeded) / Math.max(1, told));
      return bad(service, seen, `${rate} % of its checks good, ${wanted} % wanted`);
    }
  }
  return timeIsUp && isConclusive(watch, policy) ? { kind: 'good' } : { kind: 'open' };
}

/**
 * Nothing is failing or unknown just now, and there were as many looks as a row of failures would have taken (after an
 * outage of the bot, a single good look proves nothing). Until then the watch goes on past its time.
 */
function isConclusive(watch: Watch, { every, consecutive_failures }: WatchPolicy): boolean {
  const due = Math.max(1, Math.floor((watch.deadline - watch.startedAt) / every));
  const settled = Object.values(watch.services).every((seen) => seen.inARow === 0);
  return settled && watch.unknownInARow === 0 && watch.looks >= Math.min(due, consecutive_failures);
}

const bad = (service: string, seen: Watched, how: string): Verdict => ({
  kind: 'bad',
  problem: {
    summary: `${service} failed while watched: ${how}`,
    service,
    evidence: seen.lastFailure ? [seen.lastFailure] : [],
  },
});
