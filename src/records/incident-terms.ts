/** The closed lists that the catalog and the records of incidents share. */
export const severities = ['P1', 'P2', 'P3', 'P4'] as const;
export type Severity = (typeof severities)[number];

/** What people may do to get better. `roll-back` is one service, `roll-back-all` the environment. */
export const mitigationActions = [
  'roll-back-all',
  'roll-back',
  'restart',
  'scale-up',
  'rate-limiting',
  'maintenance-page',
  'freeze',
] as const;
export type MitigationAction = (typeof mitigationActions)[number];

/** What a row of the decision matrix is recognised by; people may choose a symptom too. */
export const symptoms = [
  'error-rate',
  'slow',
  'single-service',
  'database-errors',
  'saturation',
  'other',
] as const;
export type Symptom = (typeof symptoms)[number];

export const incidentRoles = ['commander', 'communications', 'scribe'] as const;
export type IncidentRole = (typeof incidentRoles)[number];
