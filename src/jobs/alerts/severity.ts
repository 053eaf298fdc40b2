/** How bad it is when an alert opens an incident: what the catalog says, raised only by probes that fail. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { Severity } from '../../records/incident-terms.ts';

/** Every probe of each service that has any; a service that was not looked at as it should be is `unknown`. */
export type Looks = ReadonlyMap<string, readonly ('ok' | 'failed' | 'unknown')[]>;

export interface Opening {
  severity: Severity;
  /** What the probes say, for the timeline; null where they say nothing. */
  because: string | null;
}

/**
 * `isWhole`: all services of the environment were looked at. A P1 is for a critical environment that is down (runbook 001:
 * "Service down, all users affected"), whatever the catalog says of single alerts.
 */
export function severityFor(
  looks: Looks,
  { isWhole, isCritical }: { isWhole: boolean; isCritical: boolean },
  automatic: IncidentRules['automatic'],
): Opening {
  const looked = [...looks].filter(([, verdicts]) => verdicts.length > 0);
  const down = looked
    .filter(([, verdicts]) => verdicts.every((v) => v === 'failed'))
    .map(([service]) => service);
  if (isWhole && down.length > 0 && down.length === looked.length) {
    const severity = isCritical ? automatic.environment_down : atMostP2(automatic.environment_down);
    return { severity, because: 'All probes of all services fail' };
  }
  if (down.length > 0) {
    const [first, ...others] = down;
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return { severity: atMostP2(automatic.service_down), because: `All probes of ${first}${more} fail` };
  }
  const failed = looked.filter(([, verdicts]) => verdicts.includes('failed')).map(([service]) => service);
  const isWell = looked.length > 0 && looked.every(([, verdicts]) => verdicts.every((v) => v === 'ok'));
  return {
    severity: atMostP2(automatic.alert),
    because:
      failed.length > 0
        ? `Some probes of ${failed[0]} fail`
        : isWell
          ? 'The probes that were looked at succeed'
          : null,
  };
}

const atMostP2 = (severity: Severity): Severity => (severity === 'P1' ? 'P2' : severity);
