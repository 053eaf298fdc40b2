/** What the process counts of incidents, for Prometheus. Drills are left out of everything. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Incident, isOver, type Update } from './records/incident.ts';
import { severities } from './records/incident-terms.ts';
import { punctuality, timesOf } from './records/incident-times.ts';

const minute = 60;
const hour = 60 * minute;
/** In seconds. Runbook 001's response times (5 and 15 minutes, 1 hour) are among them, so that keeping them can be read. */
const buckets = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  24 * hour,
  72 * hour,
  168 * hour,
];

/** The labels of an update: what became of it, and whether a person or the clock wrote it. */
const outcomes = { 'on-time': 'on_time', late: 'late', skipped: 'skipped' } as const;
const authorOf = ({ by }: Update) => (by === null ? 'automatic' : 'person');

export interface IncidentMetrics {
  /**
   * To be told of every save, once: the record that was loaded (null: there was none) and the one that was saved.
   * Counts what is new in it. A record that was only loaded, or is older than what was loaded, counts nothing.
   */
  changed(before: Incident | null, after: Incident): void;
  /** All incidents that are open now; to be told whenever that changes, or every so often. */
  open(incidents: readonly Pick<Incident, 'severity' | 'status' | 'drill'>[]): void;
}

export function createIncidentMetrics(registry: Registry): IncidentMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'pilothouse_incident_seconds',
    help: 'Seconds until outages were acknowledged (from the declaration), mitigated and resolved (from the first sign).',
    labelNames: ['phase', 'severity'],
    buckets,
    registers,
  });
  const total = new Counter({
    name: 'pilothouse_incidents_total',
    help: 'Incidents that were opened, by severity at that time, kind, and what opened them.',
    labelNames: ['severity', 'kind', 'source'],
    registers,
  });
  const updates = new Counter({
    name: 'pilothouse_incident_updates_total',
    help: 'Updates of incidents by what became of them, and whether a person or the clock wrote them; none: missed.',
    labelNames: ['severity', 'outcome', 'author'],
    registers,
  });
  const open = new Gauge({
    name: 'pilothouse_incidents_open',
    help: 'Incidents that are open now.',
    labelNames: ['severity'],
    registers,
  });

  /** What went well and is only reviewed has no outage to measure. */
  const observe = (phase: string, i: Incident, ms: number | null) => {
    if (ms !== null && i.kind !== 'review') seconds.observe({ phase, severity: i.severity }, ms / 1000);
  };

  return {
    changed(before, after) {
      if (after.drill !== null || !isSave(before, after)) return;
      const { severity, kind, source } = after;
      const times = timesOf(after);
      if (hasBegun(after) && !(before && hasBegun(before)))
        total.inc({ severity, kind, source: source.kind });
      if (after.acknowledged && !before?.acknowledged) observe('acknowledge', after, times.toAcknowledge);
      // Until it is resolved trouble may come back, and a histogram takes nothing back.
      if (after.status === 'resolved' && before?.status !== 'resolved') {
        observe('mitigate', after, times.toMitigate);
        observe('resolve', after, times.toResolve);
      }
      const known = new Set(before?.updates.filter((u) => isSettled(before, u)).map(({ n }) => n));
      for (const update of after.updates.filter((u) => isSettled(after, u) && !known.has(u.n))) {
        updates.inc({ severity, outcome: outcomes[punctuality(update)], author: authorOf(update) });
      }
      const missed = times.updatesMissed - (before ? timesOf(before).updatesMissed : 0);
      if (missed > 0) updates.inc({ severity, outcome: 'missed', author: 'none' }, missed);
    },
    open(incidents) {
      const real = incidents.filter((i) => i.drill === null && !isOver(i));
      for (const severity of severities) {
        open.set({ severity }, real.filter((i) => i.severity === severity).length);
      }
    },
  };
}

/** The first save gives revision 1; where nothing was loaded before a later one, it was not this save that changed it. */
const isSave = (before: Incident | null, after: Incident): boolean =>
  before === null ? after.revision <= 1 : after.revision > before.revision;

/** While Slack takes none of its messages an update may still be written anew; what became of it is known after that. */
function isSettled({ effects }: Incident, { n, state }: Update): boolean {
  const posts = effects.filter(
    ({ what }) => what.kind === 'post' && what.post.kind === 'update' && what.post.n === n,
  );
  return state === 'skipped' || posts.length === 0 || posts.some((post) => post.state !== 'due');
}

/** Its first line is written when the worker first sees it. */
const hasBegun = ({ timeline }: Incident): boolean => timeline.some(({ kind }) => kind === 'declared');
