/** What runbook 001's rollback decision matrix says about an incident. No I/O here. */
import type { Finding, Incident } from './incident.ts';
import type { MitigationAction, Symptom } from './incident-terms.ts';

/** One row of the matrix, as the catalog gives it. */
export interface DecisionRow {
  /** For people: `5xx errors > 1%`. */
  readonly symptom: string;
  readonly when: Symptom;
  readonly advice: string;
  readonly do: readonly MitigationAction[];
  readonly forbid: readonly MitigationAction[];
}

/** What a row was recognised by. */
export type Reason =
  | { by: 'findings'; service: string }
  | { by: 'alert'; title: string }
  /** Somebody chose the symptom. */
  | { by: 'people' };

export interface Recommendation {
  /** The rows that hold, in the matrix's order, and why. */
  rows: { row: DecisionRow; why: Reason[] }[];
  /** In the order of the rows; never one that is forbidden. */
  recommended: MitigationAction[];
  /** `because` is in plain words. */
  forbidden: { action: MitigationAction; because: string }[];
  /** The one service that is unhealthy while others are not. */
  singleService: string | null;
}

type Facts = Pick<Incident, 'kind' | 'findings' | 'alerts' | 'symptoms'>;

/** Forbid beats do: what one row forbids no other row recommends. */
export function recommend(incident: Facts, matrix: readonly DecisionRow[]): Recommendation {
  const singleService = onlyUnhealthy(incident.findings?.services ?? []);
  const rows = matrix
    .map((row) => ({ row, why: reasonsFor(row.when, incident, singleService) }))
    .filter(({ why }) => why.length > 0);
  const forbidden = forbiddenBy(incident.kind, rows);
  const wanted = new Set(rows.flatMap(({ row }) => row.do));
  return {
    rows,
    recommended: [...wanted].filter((action) => !forbidden.has(action)),
    forbidden: [...forbidden].map(([action, because]) => ({ action, because })),
    singleService,
  };
}

/** One that could not be asked counts on neither side. */
function onlyUnhealthy(services: readonly Finding[]): string | null {
  const [first, ...more] = services.filter(({ verdict }) => verdict === 'unhealthy');
  const isHealthyElsewhere = services.some(({ verdict }) => verdict === 'healthy');
  return first && more.length === 0 && isHealthyElsewhere ? first.service : null;
}

function reasonsFor(
  symptom: Symptom,
  { findings, alerts, symptoms }: Facts,
  singleService: string | null,
): Reason[] {
  const found =
    symptom === 'single-service'
      ? singleService === null
        ? []
        : [singleService]
      : (findings?.services ?? []).filter((f) => f.symptoms.includes(symptom)).map((f) => f.service);
  const fired = new Set(alerts.filter((a) => a.firing && a.topic === symptom).map((a) => a.title));
  return [
    ...found.map((service): Reason => ({ by: 'findings', service })),
    ...[...fired].map((title): Reason => ({ by: 'alert', title })),
    ...(symptoms.includes(symptom) ? [{ by: 'people' } as const] : []),
  ];
}

/** Runbook 004, "Database Corruption": the data is restored and verified, whatever the matrix of the team says. */
const underCorruption: readonly (readonly [MitigationAction, string])[] = (
  ['roll-back-all', 'roll-back'] as const
).map((action) => [action, 'the database is corrupted, restore and verify the data first']);

/** The first reason for each action. */
function forbiddenBy(
  kind: Incident['kind'],
  rows: Recommendation['rows'],
): ReadonlyMap<MitigationAction, string> {
  const said = rows.flatMap(({ row }) =>
    row.forbid.map((action) => [action, `${row.symptom}: ${row.advice}`] as const),
  );
  const first = new Map<MitigationAction, string>();
  for (const [action, because] of [...(kind === 'database-corruption' ? underCorruption : []), ...said]) {
    if (!first.has(action)) first.set(action, because);
  }
  return first;
}
