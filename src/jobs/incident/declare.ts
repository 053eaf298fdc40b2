/** Opens an incident: whoever or whatever found it, the same few facts become a record and a job. */

import type { Clock } from '../../clients/clock.ts';
import type { IncidentDraft } from '../../clients/store/incidents.ts';
import type { Store } from '../../clients/store/index.ts';
import type { Catalog } from '../../config/catalog.ts';
import type { Alert } from '../../records/alert.ts';
import { blockOf } from '../../records/block.ts';
import type { Person } from '../../records/deployment.ts';
import type { AuditEntry } from '../../records/entries.ts';
import type { Incident } from '../../records/incident.ts';
import type { Queues } from '../queues.ts';

/** What is known of an incident when it is declared. */
export interface Declaration
  extends Pick<
    Incident,
    'kind' | 'title' | 'severity' | 'environment' | 'services' | 'drill' | 'impact' | 'source' | 'declaredBy'
  > {
  /** First sign of it, in the clock's milliseconds; null: now. */
  detectedAt: number | null;
  alerts: readonly Alert[];
  deployments: readonly string[];
  /** First lines of its timeline: evidence of the deployment, the message it was declared from; with a link or none. */
  evidence: readonly { at: number; text: string; links: string[]; message: string | null }[];
}

const nothingRuns: IncidentDraft['clocks'] = {
  acknowledge: null,
  level: 0,
  leadership: null,
  update: null,
  draft: null,
  overdue: null,
  roles: null,
  assess: null,
  mitigate: null,
  archive: null,
  chase: null,
};

/** The record of a new incident; its clocks and effects are set when the worker first sees it. */
export function draftIncident(d: Declaration, now: number): IncidentDraft {
  const detectedAt = Math.min(d.detectedAt ?? now, now);
  const isEmergency = d.kind === 'security' || d.kind === 'database-corruption';
  const { kind, title, severity, environment, services, drill, impact, source, declaredBy } = d;
  return {
    kind,
    title,
    severity,
    status: 'investigating',
    environment,
    services: [...services],
    drill,
    isPrivate: kind === 'security',
    source,
    declaredBy,
    detectedAt,
    declaredAt: now,
    acknowledged: null,
    mitigatedAt: null,
    resolvedAt: null,
    resolvedBy: null,
    mergedInto: null,
    impact,
    action: null,
    eta: null,
    rootCause: null,
    resolution: null,
    fix: null,
    roles: { commander: null, communications: null, scribe: null },
    responders: [],
    alerts: d.alerts.map(({ source: from, key, title: name, topic, link, at }) => ({
      source: from,
      key,
      title: name,
      topic,
      link,
      firing: true,
      since: Math.min(at, now),
      count: 1,
    })),
    deployments: [...d.deployments],
    links: [],
    findings: null,
    symptoms: [],
    checked: {},
    mitigations: [],
    updates: [],
    followUps: [],
    timeline: d.evidence.map((line, index) => ({
      n: index + 1,
      at: Math.min(line.at, now),
      kind: line.message !== null ? 'note' : source.kind === 'alert' ? 'alert' : 'deployment',
      by: null,
      text: line.text,
      links: line.links,
      message: line.message,
      state: 'as-written',
    })),
    effects: [],
    room: null,
    card: null,
    roomCard: null,
    statusPage: null,
    halt: isEmergency ? { since: now, cleared: null } : null,
    clocks: nothingRuns,
  };
}

export interface DeclareWorld {
  store: Pick<Store, 'createIncident'>;
  queues: Pick<Queues, 'wakeIncident'>;
  catalog: Pick<Catalog, 'incidents'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Stores it with what it keeps from deployments, and starts its job. `request` names what asked for it, so that the same one twice opens one incident. Gives
 * its id, and whether it was opened just now. Throws TooLate as `createIncident`.
 */
export async function declareIncident(
  declaration: Declaration,
  request: string,
  asked: { who: Person | null; from: AuditEntry['from']; channel?: string },
  { store, queues, catalog, clock }: DeclareWorld,
  within: number | null = null,
): Promise<{ id: string; fresh: boolean }> {
  const now = clock.now();
  const draft = draftIncident(declaration, now);
  const blocks = catalog.incidents?.severities[draft.severity].blocks_deploys ?? false;
  const { id, fresh } = await store.createIncident(
    draft,
    request,
    {
      at: now,
      who: asked.who,
      what: draft.drill ? 'incident.drill' : 'incident.declared',
      deployment: null,
      environment: draft.environment,
      detail: draft.isPrivate ? draft.severity : `${draft.severity} ${draft.title}`.slice(0, 300),
      from: asked.from,
      ...(asked.channel && { channel: asked.channel }),
    },
    within,
    blockOf({ ...draft, id: '@', schema: 1, revision: 0, read: 0 }, blocks),
  );
  // Stored is declared: should the job not get there now, the workers' sweep adds it.
  await queues.wakeIncident(id).catch(() => {});
  return { id, fresh };
}
