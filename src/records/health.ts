/** What `/health` found. No I/O here. */
import type { Running } from './rollout.ts';

/** One probe's look: good, bad because, or could not tell because. */
export interface ProbeResult {
  name: string;
  url: string;
  verdict: 'ok' | 'failed' | 'unknown';
  /** How long the answer took, in milliseconds; null where there was none. */
  took: number | null;
  /** First failing expectation with the value found, or why it could not tell. */
  because: string | null;
}

export interface ServiceHealth {
  service: string;
  /** Null where the target could not be asked, or does not know the service. */
  running: Running | null;
  /** Why `running` is null. */
  unknown: string | null;
  probes: readonly ProbeResult[];
}

export interface HealthReport {
  environment: string;
  full: boolean;
  at: number;
  /** Milliseconds that the whole look took. */
  took: number;
  services: readonly ServiceHealth[];
}

export type Verdict = 'healthy' | 'unhealthy' | 'unknown';

/** Unhealthy on anything proven bad; else unknown on anything that could not be told. */
export function verdictOf(health: ServiceHealth): Verdict {
  if (health.probes.some((p) => p.verdict === 'failed')) return 'unhealthy';
  if (
    health.running &&
    (health.running.concern !== null || health.running.running < health.running.desired)
  ) {
    return 'unhealthy';
  }
  if (health.running?.desired === 0) return 'unhealthy';
  return health.running === null || health.probes.some((p) => p.verdict === 'unknown')
    ? 'unknown'
    : 'healthy';
}
