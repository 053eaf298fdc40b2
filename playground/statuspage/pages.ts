/** What a simulated Statuspage holds: pages with components and incidents. */
import { createHash } from 'node:crypto';

export const componentStatuses = [
  'operational',
  'under_maintenance',
  'degraded_performance',
  'partial_outage',
  'major_outage',
] as const;
type ComponentStatus = (typeof componentStatuses)[number];

export interface ComponentState {
  readonly id: string;
  readonly name: string;
  status: ComponentStatus;
}

interface IncidentUpdateState {
  readonly id: string;
  readonly status: string;
  readonly body: string;
  readonly at: number;
  readonly affected: readonly {
    readonly id: string;
    readonly name: string;
    readonly from: ComponentStatus;
    readonly to: ComponentStatus;
  }[];
}

export interface StatusIncidentState {
  readonly id: string;
  readonly createdAt: number;
  name: string;
  status: string;
  impactOverride: Impact | null;
  metadata: Record<string, unknown>;
  componentIds: readonly string[];
  resolvedAt: number | null;
  /** Oldest first. */
  readonly updates: IncidentUpdateState[];
}

export interface StatusPageState {
  readonly id: string;
  readonly components: ComponentState[];
  /** Oldest first. */
  readonly incidents: StatusIncidentState[];
}

export const impacts = ['none', 'maintenance', 'minor', 'major', 'critical'] as const;
export type Impact = (typeof impacts)[number];

/** Statuspage's own ids look like this. */
export const idFor = (what: string): string =>
  createHash('sha256').update(what).digest('hex').slice(0, 12).replace(/^\d/, 'p');

const impactOf: Readonly<Record<ComponentStatus, Impact>> = {
  operational: 'none',
  under_maintenance: 'maintenance',
  degraded_performance: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
};

/** The worst that its components are said to be, unless it was overridden. */
const impactFor = ({ impactOverride, updates }: StatusIncidentState): Impact =>
  impactOverride ??
  updates
    .flatMap(({ affected }) => affected.map(({ to }) => impactOf[to]))
    .reduce<Impact>((worst, one) => (impacts.indexOf(one) > impacts.indexOf(worst) ? one : worst), 'none');

const iso = (ms: number): string => new Date(ms).toISOString();

export const componentShape = (page: StatusPageState, { id, name, status }: ComponentState) => ({
  id,
  page_id: page.id,
  name,
  status,
  group: false,
  group_id: null,
  position: page.components.findIndex((one) => one.id === id) + 1,
});

export const incidentShape = (page: StatusPageState, incident: StatusIncidentState) => ({
  id: incident.id,
  page_id: page.id,
  name: incident.name,
  status: incident.status,
  impact: impactFor(incident),
  impact_override: incident.impactOverride,
  metadata: incident.metadata,
  shortlink: `https://stspg.io/${incident.id}`,
  created_at: iso(incident.createdAt),
  updated_at: iso(incident.updates.at(-1)?.at ?? incident.createdAt),
  resolved_at: incident.resolvedAt === null ? null : iso(incident.resolvedAt),
  components: page.components
    .filter(({ id }) => incident.componentIds.includes(id))
    .map((component) => componentShape(page, component)),
  incident_updates: incident.updates.toReversed().map((update) => ({
    id: update.id,
    incident_id: incident.id,
    status: update.status,
    body: update.body,
    created_at: iso(update.at),
    updated_at: iso(update.at),
    display_at: iso(update.at),
    deliver_notifications: true,
    affected_components: update.affected.map(({ id, name, from, to }) => ({
      code: id,
      name,
      old_status: from,
      new_status: to,
    })),
  })),
});
