/** A drill's made-up trouble: what is found follows from the scenario and from what people have done so far. Pure. */
import type { DrillScenario, Finding, Findings, Incident, Mitigation } from '../../records/incident.ts';
import type { MitigationAction, Severity, Symptom } from '../../records/incident-terms.ts';

interface Scenario {
  title: string;
  kind: Incident['kind'];
  severity: Severity;
  impact: string;
  symptoms: readonly Symptom[];
  /** In the words of a probe. */
  problem: string;
  /** What makes it good again. */
  cures: readonly MitigationAction[];
}

export const scenarios: Readonly<Record<DrillScenario, Scenario>> = {
  'bad-release': {
    title: 'Errors since the last release',
    kind: 'outage',
    severity: 'P1',
    impact: 'Checkout fails for every third customer',
    symptoms: ['error-rate'],
    problem: 'ready: expected 200, got 503',
    cures: ['roll-back', 'roll-back-all'],
  },
  overload: {
    title: 'Too much traffic',
    kind: 'outage',
    severity: 'P2',
    impact: 'Pages are slow',
    symptoms: ['saturation', 'slow'],
    problem: 'homepage: took 9 s, expected within 3 s; CPU at 97 %',
    cures: ['scale-up', 'rate-limiting'],
  },
  'database-errors': {
    title: 'The database refuses writes',
    kind: 'database-corruption',
    severity: 'P1',
    impact: 'Nothing can be saved',
    symptoms: ['database-errors'],
    problem: 'orders: expected 200, got 500 (database errors)',
    cures: ['maintenance-page'],
  },
  security: {
    title: 'Unknown keys were used',
    kind: 'security',
    severity: 'P1',
    impact: 'Data may have been read by others',
    symptoms: ['other'],
    problem: 'audit: sign-ins from an unknown network',
    cures: ['maintenance-page'],
  },
};

const cured = (i: Incident): boolean =>
  i.drill !== null &&
  i.mitigations.some((m) => m.state === 'done' && scenarios[i.drill ?? 'overload'].cures.includes(m.action));

export function drillFindings(i: Incident, now: number): Findings {
  const { symptoms, problem } = scenarios[i.drill ?? 'overload'];
  const sick = i.services.length > 0 ? i.services : ['api-gateway'];
  const well = cured(i);
  const services = sick.map(
    (service): Finding => ({
      service,
      verdict: well ? 'healthy' : 'unhealthy',
      running: `${well ? 'v1.4.1' : 'v1.4.2'} (made up), 4 of 4 tasks run`,
      version: well ? 'v1.4.1' : 'v1.4.2',
      problems: well ? [] : [problem],
      probes: { ok: well ? 3 : 1, failed: well ? 0 : 2, unknown: 0 },
      symptoms: well ? [] : [...symptoms],
    }),
  );
  return { at: now, services };
}

/** What a mitigation did, in words; nothing outside Slack is touched. */
export function drillMitigation(i: Incident, { action }: Mitigation): string {
  const helps = i.drill !== null && scenarios[i.drill].cures.includes(action);
  return `Drill: ${action} was only played${helps ? ', and it helps' : ', and it does not help'}`;
}
