/**
 * What deployments tell incidents: each one to the open incidents of what it changes, a failed one of a critical
 * environment opens its own, and so does, for the review afterwards, a rollback that went well.
 */

import type { What } from '../../records/act.ts';
import { type Deployment, type Ending, type StoryEntry, wasTouched } from '../../records/deployment.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import type { Severity } from '../../records/incident-terms.ts';
import type { World } from '../deployment/world.ts';
import type { Queues } from '../queues.ts';
import { type Declaration, declareIncident } from './declare.ts';

export interface FollowUpWorld extends Pick<World, 'catalog' | 'store' | 'clock'> {
  queues: Pick<Queues, 'wakeIncident'>;
  /** The address of a message, or null where Slack does not tell it at once; must neither throw nor wait for long. */
  permalink?: (channel: string, ts: string) => Promise<string | null>;
}

/** Incidents that ended this long ago, counted in incidents, are not asked for any more. */
const recent = 50;

/**
 * Safe to call again at any point, as often as wanted: what was told or opened before is so once. Throws where the store
 * or the queue fails; then it has to be called again.
 */
export async function followUp(d: Deployment, world: FollowUpWorld): Promise<void> {
  if (!world.catalog.incidents || d.planOnly || startOf(d) === null) return;
  const concerned = (await related(d, world)).filter((i) => i.source.id !== d.id);
  const acts = actsOf(d);
  for (const i of concerned) await tell(i, d, acts, world);
  const opened = d.ending && !concerned.some((i) => covers(i, d)) ? declarationOf(d, world) : null;
  if (opened) {
    await declareIncident(opened, `deployment:${d.id}`, { who: null, from: 'worker' }, world);
  }
}

/** When it began to change the environment; a claim that led back to the plan was no beginning. */
function startOf(d: Deployment): number | null {
  const last = d.story.findLast(({ event }) => event === 'started' || event === 'plan-changed');
  if (last?.event === 'started') return last.at;
  // What was changed stays changed, whatever the plan says by now.
  return d.releases.some(wasTouched) ? d.startedAt : null;
}

/** Open ones, those that were open when the deployment ended, and the one that it is a fix for. */
async function related(d: Deployment, { store }: FollowUpWorld): Promise<Incident[]> {
  const [open, latest, linked] = await Promise.all([
    store.openIncidents(),
    d.endedAt === null ? [] : store.recentIncidents(recent),
    d.incident === null ? null : store.loadIncident(d.incident),
  ]);
  const all = new Map([...open, ...latest, ...(linked ? [linked] : [])].map((i) => [i.id, i]));
  return [...all.values()].filter((i) => i.id === d.incident || (isAbout(i, d) && i.kind !== 'review'));
}

/** Whether it is, or was when the deployment ended, an open incident of something that the deployment changes. */
function isAbout(i: Incident, d: Deployment): boolean {
  if (i.drill || i.kind === 'review' || i.status === 'merged' || i.environment !== d.environment)
    return false;
  const wasOpen = !isOver(i) || (d.endedAt !== null && i.resolvedAt !== null && i.resolvedAt > d.endedAt);
  return wasOpen && (i.services.length === 0 || i.services.some((s) => d.wanted.services.includes(s)));
}

/**
 * Whether it is told instead of an incident of its own. What names no service and is minor is told as well, but nobody is
 * called to it: runbook 004, "Alerts", has on-call told of a failed deployment, and called to a rollback.
 */
const covers = (i: Incident, d: Deployment): boolean =>
  isAbout(i, d) &&
  (i.id === d.incident || i.services.length > 0 || i.severity === 'P1' || i.severity === 'P2');

type Told = Extract<What, { kind: 'deployment' }>;
interface DeploymentAct {
  at: number;
  event: Told['event'];
  text: string;
}

/** What there is to tell by now, in order. */
function actsOf(d: Deployment): DeploymentAct[] {
  const start = startOf(d);
  const started = start === null ? [] : [{ at: start, event: 'started' as const, text: startWords(d) }];
  if (d.ending === null || d.endedAt === null) return started;
  return [...started, { at: d.endedAt, event: eventOf(d.ending), text: endWords(d) }];
}

/** A deployment that started and ended in another way than these was called off before it changed anything. */
const eventOf = (ending: Ending): Told['event'] =>
  ending === 'succeeded' || ending === 'rolled-back' || ending === 'failed' || ending === 'left'
    ? ending
    : 'stopped';

function startWords(d: Deployment): string {
  const { id, requestedBy, kind, environment, reason, incident } = d;
  const what = kind === 'deploy' ? 'deploys' : 'rolls back';
  const isSaid = incident !== null && reason?.startsWith(incident);
  const purpose = incident && !isSaid ? `, as a fix for ${incident}` : '';
  const why = reason ? `: ${reason}` : '';
  return `${id}: @${requestedBy.name} ${what} ${changesOf(d)} in ${environment}${purpose}${why}`;
}

const endings: Readonly<Record<Told['event'], string>> = {
  started: 'started',
  succeeded: 'succeeded',
  'rolled-back': 'was rolled back: every changed service runs what it ran before',
  failed: 'failed before anything was changed',
  left: 'was left as it is',
  stopped: 'was called off before anything was changed',
};

function endWords(d: Deployment): string {
  const what = endings[eventOf(d.ending ?? 'failed')];
  const problem = d.ending === 'succeeded' ? null : (d.problem?.summary ?? null);
  const of = d.kind === 'deploy' ? 'Deployment' : 'Rollback';
  return `${of} ${d.id} of ${changesOf(d)} in ${d.environment} ${what}${problem ? ` (${problem})` : ''}`;
}

/** "auth-svc v1.1.0, market-svc v1.2.0 and 4 more". */
function changesOf(d: Deployment): string {
  const all = d.releases.map(({ service, to }) => `${service} ${to.version}`);
  const names = all.length > 0 ? all : d.wanted.services;
  const more = names.length - shownChanges;
  return names.slice(0, shownChanges).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
const shownChanges = 5;
/** As much as an act holds (`act.ts`). */
const longestText = 3_000;

async function tell(
  i: Incident,
  d: Deployment,
  acts: readonly DeploymentAct[],
  world: FollowUpWorld,
): Promise<void> {
  // An incident that was opened while it was under way hears how it ends, not that it starts.
  const news = acts.filter(
    ({ at, event }) => event !== 'started' || at >= i.declaredAt || d.incident === i.id,
  );
  if (news.length === 0) return;
  const link = await cardOf(d, world);
  for (const { at, event, text } of news) {
    await world.store.tellIncident(i.id, `${d.id}:${event}`, {
      at,
      by: event === 'started' ? d.requestedBy : null,
      from: 'worker',
      channel: null,
      what: {
        kind: 'deployment',
        id: d.id,
        event,
        text: text.slice(0, longestText),
        link,
        ...(d.kind === 'rollback' && { back: d.wanted.services }),
      },
    });
  }
  await world.queues.wakeIncident(i.id);
}

async function cardOf(d: Deployment, { store, permalink }: FollowUpWorld): Promise<string | null> {
  const { channel, ts } = await store.screen(d.id);
  return permalink && channel !== null && ts !== null ? permalink(channel, ts) : null;
}

/** What an ended deployment of a critical environment opens, or null. */
function declarationOf(d: Deployment, { catalog }: FollowUpWorld): Declaration | null {
  const rules = catalog.incidents;
  if (!rules || !catalog.environments.get(d.environment)?.critical) return null;
  const trouble = d.story.find(({ event }) => troubles.has(event));
  if (isFailure(d, trouble !== undefined)) {
    const services = impacted(d);
    return {
      ...blank(d),
      kind: 'outage',
      severity: neverP1(rules.automatic.failed_deployment),
      title: titled(
        `${d.kind === 'deploy' ? 'Deployment' : 'Rollback'} ${d.id} failed: ${d.problem?.summary ?? d.ending}`,
      ),
      services,
      detectedAt: trouble?.at ?? d.endedAt,
      evidence: evidenceOf(d),
    };
  }
  if (!isRollback(d)) return null;
  return {
    ...blank(d),
    kind: 'review',
    severity: neverP1(rules.automatic.rollback),
    title: titled(
      `Review of ${d.kind === 'rollback' ? 'rollback' : 'the rolled back deployment'} ${d.id}${d.reason ? `: ${d.reason}` : ''}`,
    ),
    services: d.wanted.services,
    // A rollback by hand is on-call's business, whatever it was aimed at (runbook 004, "Alerts").
    source: { kind: 'rollback', id: d.id },
    detectedAt: d.requestedAt,
    evidence: evidenceOf(d),
  };
}

const blank = (d: Deployment) => ({
  environment: d.environment,
  drill: null,
  impact: null,
  // Runbook 004, "Alerts": what was put back pages on-call, what failed before it changed anything is told.
  source: {
    kind:
      d.kind === 'rollback' || d.releases.some(wasTouched) ? ('rollback' as const) : ('deployment' as const),
    id: d.id,
  },
  declaredBy: null,
  alerts: [],
  deployments: [d.id],
});

/** Nothing opens a P1 but people, and alerts of an environment that is down. */
const neverP1 = (severity: Severity): Severity => (severity === 'P1' ? 'P2' : severity);

/** The events with which something showed to be wrong. */
const troubles: ReadonlySet<StoryEntry['event']> = new Set([
  'service-failed',
  'verification-failed',
  'watch-failed',
  'rollback-failed',
  'could-not-tell',
  'held',
]);

/** What a person stopped while all was well was no failure. */
function isFailure({ ending, stoppedBy }: Deployment, hadTrouble: boolean): boolean {
  return (
    ending === 'failed' ||
    ending === 'left' ||
    (ending === 'rolled-back' && (stoppedBy === null || hadTrouble))
  );
}

const isRollback = ({ kind, ending }: Deployment): boolean =>
  ending === 'rolled-back' || (ending === 'succeeded' && kind === 'rollback');

/** Those of which something was told, else those that were changed, else all of them. */
function impacted(d: Deployment): string[] {
  const named = d.story.flatMap(({ event, service }) =>
    troubles.has(event) && service !== null ? [service] : [],
  );
  if (d.problem?.service) named.push(d.problem.service);
  const changed = d.releases.filter(wasTouched).map(({ service }) => service);
  const found = [named, changed].find((services) => services.length > 0) ?? d.wanted.services;
  return d.wanted.services.filter((service) => found.includes(service));
}

const longestTitle = 150;
const titled = (text: string): string =>
  text.length > longestTitle ? `${text.slice(0, longestTitle - 1).trimEnd()}…` : text;

/** First lines of the timeline: that it started, what went wrong, in which order, and how it ended. */
function evidenceOf(d: Deployment): Declaration['evidence'] {
  const start = startOf(d);
  const line = (at: number, text: string) => ({ at, text: text.slice(0, 1_000), links: [], message: null });
  const wrong = d.story
    .filter(({ event, detail }) => troubles.has(event) && detail !== null)
    .slice(0, mostLines)
    .map(({ at, service, detail, evidence }) =>
      line(at, [[service, detail].filter(Boolean).join(': '), ...evidence.slice(0, 3)].join('; ')),
    );
  return [
    ...(start === null ? [] : [line(start, startWords(d))]),
    ...wrong,
    line(d.endedAt ?? d.requestedAt, endWords(d)),
  ];
}
const mostLines = 8;
