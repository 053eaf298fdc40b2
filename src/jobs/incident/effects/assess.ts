/** Looks at what an incident is about: probes and what runs (runbook 001, "Assess": health check and ECS status). */
import type { HealthReport, ServiceHealth } from '../../../records/health.ts';
import { verdictOf } from '../../../records/health.ts';
import type { Finding, Findings, Incident } from '../../../records/incident.ts';
import type { Symptom } from '../../../records/incident-terms.ts';
import { checkHealth } from '../../health.ts';
import { drillFindings } from '../drill.ts';
import type { IncidentWorld } from '../world.ts';
import type { Carry } from './index.ts';

export const assess: Carry<'assess'> = async (i, effect, world) => {
  const findings = i.drill ? drillFindings(i, world.clock.now()) : await look(i, world);
  await world.store.tellIncident(i.id, `${effect.key}/findings`, {
    at: world.clock.now(),
    by: null,
    from: 'worker',
    channel: null,
    what: { kind: 'findings', findings, effect: effect.key },
  });
  return {};
};

/** All services of the environment: which others are well tells a single failing service from an outage. */
async function look(i: Incident, world: IncidentWorld): Promise<Findings> {
  const services = world.catalog.services.filter((name) => world.catalog.place(name, i.environment));
  return findingsOf(await checkHealth({ environment: i.environment, services, full: false }, world));
}

export const findingsOf = ({ at, services }: HealthReport): Findings => ({
  at,
  services: services.map(findingOf),
});

function findingOf(health: ServiceHealth): Finding {
  const { service, running, unknown, probes } = health;
  const count = (verdict: 'ok' | 'failed' | 'unknown') => probes.filter((p) => p.verdict === verdict).length;
  const failed = probes.filter((p) => p.verdict !== 'ok').map((p) => `${p.name}: ${p.because ?? p.verdict}`);
  const short = running && running.running < running.desired;
  const problems = [...(running?.concern ? [running.concern] : []), ...(unknown ? [unknown] : []), ...failed];
  return {
    service,
    verdict: verdictOf(health),
    running: running
      ? `${running.version ?? 'unknown version'}, ${running.running} of ${running.desired} tasks run`
      : null,
    version: running?.version ?? null,
    problems: [
      ...(short && !running.concern ? [`${running.running} of ${running.desired} tasks run`] : []),
      ...problems,
    ]
      .map((line) => line.slice(0, 300))
      .slice(0, 10),
    probes: { ok: count('ok'), failed: count('failed'), unknown: count('unknown') },
    symptoms: symptomsOf(health),
  };
}

/**
 * Words of probes and of ECS by which a symptom of the matrix shows. A database that is only named is no sign: that one
 * forbids rolling back.
 */
const signs: readonly [Symptom, RegExp][] = [
  ['error-rate', /answered 5\d\d\b/],
  ['slow', /\btook \d|no answer within/],
  [
    'database-errors',
    /(database|postgres|mysql|\bdb\b)[^,}]{0,40}(error|down|refus|fail|unhealthy|timeout)/i,
  ],
  ['saturation', /out ?of ?memory|\b(cpu|memory)\b[^,}]{0,20}(9\d|100) ?%/i],
];

function symptomsOf({ running, probes }: ServiceHealth): Symptom[] {
  const words = [
    running?.concern ?? '',
    ...probes.filter((p) => p.verdict === 'failed').map((p) => p.because ?? ''),
  ];
  return signs.filter(([, sign]) => words.some((text) => sign.test(text))).map(([symptom]) => symptom);
}
