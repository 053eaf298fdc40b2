/** Opens the incident of a group of alerts, once, however many workers and tries it takes. */
import { type AlertGroup, firing, openingRequest } from '../../records/alert-group.ts';
import type { Incident } from '../../records/incident.ts';
import { type Declaration, declareIncident } from '../incident/declare.ts';
import { coveringIncidents, isAsSevere } from './covering.ts';
import { lookBeforeOpening } from './look.ts';
import type { Opening } from './severity.ts';
import { alertNews } from './triage.ts';
import type { AlertWorld } from './world.ts';

/** Probes need not be looked at by several workers; should this one die, another looks after so many real milliseconds. */
const turn = 8_000;
/** When to look whether the other one is done, in the clock's milliseconds. */
const soon = 1_000;

/**
 * Takes a group that is `opening` to `open`. Gives null once it is done, else when to look again. Throws SaveConflict where
 * another worker was faster.
 */
export async function openFor(group: AlertGroup, world: AlertWorld): Promise<number | null> {
  const { store, clock } = world;
  const request = openingRequest(group);
  if (!(await store.takeTurn(request, turn))) return clock.now() + soon;
  try {
    const open = await store.openIncidents();
    const id =
      open.find(({ source }) => source.id === request)?.id ?? (await feedOrDeclare(group, open, world));
    await store.saveAlertGroup({ ...group, phase: 'open', since: clock.now(), incident: id });
    return null;
  } finally {
    await store.endTurn(request);
  }
}

/** Another incident may have been opened meanwhile; it is fed where it is as severe as what the probes say. */
async function feedOrDeclare(
  group: AlertGroup,
  open: readonly Incident[],
  world: AlertWorld,
): Promise<string> {
  const opening = await lookBeforeOpening(group, world);
  const covering = coveringIncidents(group, open).find((i) => isAsSevere(i.severity, opening.severity));
  if (!covering) return declare(group, opening, world);
  // Told before it is saved: what is told twice counts once, and what is saved is not told again.
  await tellAll(group, covering.id, world);
  return covering.id;
}

async function tellAll(group: AlertGroup, id: string, { store, clock, queues }: AlertWorld): Promise<void> {
  for (const { alert } of firing(group)) {
    const { name, what } = alertNews(alert);
    await store.tellIncident(id, name, { at: clock.now(), by: null, from: 'worker', channel: null, what });
  }
  await queues.wakeIncident(id);
}

async function declare(group: AlertGroup, opening: Opening, world: AlertWorld): Promise<string> {
  const request = openingRequest(group);
  const { id } = await declareIncident(
    declarationOf(group, request, opening),
    request,
    { who: group.answeredBy, from: group.answeredBy ? 'button' : 'worker' },
    world,
  );
  return id;
}

/** Runbook 004, "Alerts": high errors and high latency. */
const advice: ReadonlyMap<string, string> = new Map([
  ['error-rate', 'High error rate: consider rollback'],
  ['slow', 'High latency: investigate, consider rollback'],
]);

function declarationOf(group: AlertGroup, request: string, { severity, because }: Opening): Declaration {
  // People may open it when it is over already: then it is about what was.
  const alerts = (firing(group).length > 0 ? firing(group) : group.members).map((m) => m.alert);
  const since = Math.min(...alerts.map(({ at }) => at));
  const line = (text: string, links: string[] = [], at = group.since) => ({ at, text, links, message: null });
  const advised = new Set(alerts.flatMap(({ topic }) => advice.get(topic) ?? []));
  return {
    kind: 'outage',
    title: (alerts[0]?.title || `An alert in ${group.environment}`).slice(0, 150),
    severity,
    environment: group.environment,
    services: group.service === null ? [] : [group.service],
    drill: null,
    impact: null,
    source: { kind: 'alert', id: request },
    declaredBy: group.answeredBy,
    detectedAt: Number.isFinite(since) ? since : null,
    alerts,
    deployments: [],
    evidence: [
      ...alerts
        .slice(0, 5)
        .map((a) => line(`Alert from ${a.source}: ${a.title}`, a.link === null ? [] : [a.link], a.at)),
      ...(because === null ? [] : [line(because)]),
      ...[...advised].map((text) => line(text)),
    ],
  };
}
