/** The incident record: the one truth about an incident, as it is stored in Redis. No I/O here. */
import { z } from 'zod';
import { alertSources, alertTopics } from './alert.ts';
import { person } from './deployment.ts';
import { effect } from './effect.ts';
import {
  type IncidentRole,
  incidentRoles,
  mitigationActions,
  severities,
  symptoms,
} from './incident-terms.ts';

/** What runbook 001's templates call it; `merged` and `resolved` are ends, though a resolved one may be reopened. */
export const incidentStatuses = [
  'investigating',
  'identified',
  'mitigating',
  'monitoring',
  'resolved',
  'merged',
] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** Runbook 004's emergencies stop deployments; everything else is an `outage`, or a `review` of what went well. */
export const incidentKinds = ['outage', 'database-corruption', 'security', 'review'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** Made-up trouble for practice: nothing outside Slack is touched. */
export const drillScenarios = ['bad-release', 'overload', 'database-errors', 'security'] as const;
export type DrillScenario = (typeof drillScenarios)[number];

export const timelineKinds = [
  'declared',
  'alert',
  'acknowledged',
  'paged',
  'told',
  'overdue',
  'leadership',
  'severity',
  'status',
  'facts',
  'role',
  'hand-over',
  'note',
  'checked',
  'findings',
  'mitigation',
  'deployment',
  'update',
  'update-skipped',
  'update-missed',
  'public',
  'room',
  'trouble',
  'link',
  'merged',
  'halt',
  'resolved',
  'reopened',
  'follow-up',
  'post-mortem',
  'archived',
] as const;

/** One line of what happened; `text` is in plain words, not escaped, and makes sense by itself. */
const timelineEntry = z.strictObject({
  /** From 1, in the order in which it became known. */
  n: z.number(),
  at: z.number(),
  kind: z.enum(timelineKinds),
  by: person.nullable(),
  text: z.string(),
  /** Where it can be seen: a message, a deployment's card, a status page. */
  links: z.array(z.string()),
  /** The message that it was taken from, `channel:ts`, so that edits and deletions are followed. */
  message: z.string().nullable(),
  state: z.enum(['as-written', 'edited', 'removed']),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** One service as it was found: what runs, and what its probes say. */
const finding = z.strictObject({
  service: z.string(),
  verdict: z.enum(['healthy', 'unhealthy', 'unknown']),
  /** For people: `v1.4.0, 2 of 4 tasks run`; null where it could not be asked. */
  running: z.string().nullable(),
  /** Null where nothing shows. */
  version: z.string().nullable(),
  /** Failing or silent probes and concerns, each in one line. */
  problems: z.array(z.string()),
  probes: z.strictObject({ ok: z.number(), failed: z.number(), unknown: z.number() }),
  /** What the problems look like, for the matrix. */
  symptoms: z.array(z.enum(symptoms)),
});
export type Finding = z.infer<typeof finding>;
export const findings = z.strictObject({ at: z.number(), services: z.array(finding) });
export type Findings = z.infer<typeof findings>;

const incidentAlert = z.strictObject({
  source: z.enum(alertSources),
  key: z.string(),
  title: z.string(),
  topic: z.enum(alertTopics),
  link: z.string().nullable(),
  firing: z.boolean(),
  since: z.number(),
  /** Messages of the source about it that were counted, not told. */
  count: z.number(),
});

/** What people or the clock sent out, or will: one for each slot of the interval. */
const update = z.strictObject({
  /** From 1. */
  n: z.number(),
  dueAt: z.number(),
  /** When it was sent (or skipped). */
  at: z.number(),
  /** Null: posted by itself, because nobody answered. */
  by: person.nullable(),
  state: z.enum(['sent', 'skipped']),
  status: z.enum(incidentStatuses),
  action: z.string(),
  eta: z.string(),
  /** Slots before it in which nothing could be sent. */
  missed: z.number(),
});
export type Update = z.infer<typeof update>;

const mitigation = z.strictObject({
  n: z.number(),
  action: z.enum(mitigationActions),
  services: z.array(z.string()),
  by: person,
  at: z.number(),
  /** `undone`: rate limiting or the maintenance page was switched off again. */
  state: z.enum(['asked', 'under-way', 'done', 'failed', 'undone']),
  detail: z.string().nullable(),
  /** What scaling wants, by service; decided once, so that carrying it out twice changes nothing. */
  desired: z.record(z.string(), z.number()),
});
export type Mitigation = z.infer<typeof mitigation>;

const followUp = z.strictObject({
  n: z.number(),
  text: z.string(),
  owner: person.nullable(),
  due: z.number(),
  done: z.strictObject({ at: z.number(), by: person }).nullable(),
  /** The GitHub issue. */
  link: z.string().nullable(),
  /** When the owner was last reminded. */
  chasedAt: z.number().nullable(),
});
export type FollowUp = z.infer<typeof followUp>;

const message = z.strictObject({ channel: z.string(), ts: z.string() });

export const incident = z.strictObject({
  /** Bumped, with a translation where records are loaded, whenever a field changes its meaning. */
  schema: z.literal(1),
  /** `INC-12`. */
  id: z.string(),
  /** Raised by one on every save; a save that read an older one is refused. */
  revision: z.number(),
  /** How many acts of the inbox have been taken into account. */
  read: z.number(),
  kind: z.enum(incidentKinds),
  title: z.string(),
  severity: z.enum(severities),
  status: z.enum(incidentStatuses),
  environment: z.string(),
  /** Empty: not known, or all of them. */
  services: z.array(z.string()),
  drill: z.enum(drillScenarios).nullable(),
  isPrivate: z.boolean(),
  /** How it was declared: by a person, by a failed deployment (its id), by a rollback (its id), by alerts. */
  source: z.strictObject({
    kind: z.enum(['person', 'deployment', 'rollback', 'alert']),
    id: z.string().nullable(),
  }),
  declaredBy: person.nullable(),
  /** First sign of it (an alert's start, a deployment's first failure); at the latest when it was declared. */
  detectedAt: z.number(),
  declaredAt: z.number(),
  acknowledged: z
    .strictObject({ at: z.number(), by: person, via: z.enum(['slack', 'pagerduty']) })
    .nullable(),
  /** When users were no longer hurt: the first status `monitoring`, or its resolution. */
  mitigatedAt: z.number().nullable(),
  resolvedAt: z.number().nullable(),
  resolvedBy: person.nullable(),
  mergedInto: z.string().nullable(),
  impact: z.string().nullable(),
  /** What is being done, for the next update. */
  action: z.string().nullable(),
  eta: z.string().nullable(),
  rootCause: z.string().nullable(),
  resolution: z.string().nullable(),
  /** Runbook 000: "permanent fix PR link". */
  fix: z.string().nullable(),
  roles: z.strictObject({
    commander: person.nullable(),
    communications: person.nullable(),
    scribe: person.nullable(),
  }),
  responders: z.array(person),
  alerts: z.array(incidentAlert),
  /** Related deployments, oldest first. */
  deployments: z.array(z.string()),
  links: z.array(z.strictObject({ title: z.string(), link: z.string() })),
  findings: findings.nullable(),
  /** What people say it looks like, for the matrix; null: not chosen. */
  symptoms: z.array(z.enum(symptoms)),
  /** Rows of the procedure that people ticked, by the row's key (`procedure.ts`). */
  checked: z.record(z.string(), z.strictObject({ at: z.number(), by: person })),
  mitigations: z.array(mitigation),
  updates: z.array(update),
  followUps: z.array(followUp),
  timeline: z.array(timelineEntry),
  /** What has to happen outside, each once; see `effect.ts`. */
  effects: z.array(effect),
  /** Null until a channel is there; incidents without a war room live in their card's thread. */
  room: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  /** The card in the incidents channel and the pinned summary in the war room. */
  card: message.nullable(),
  roomCard: message.nullable(),
  /** Statuspage's incident. */
  statusPage: z.strictObject({ id: z.string(), link: z.string().nullable() }).nullable(),
  /** What emergencies stop, until somebody clears it. */
  halt: z
    .strictObject({ since: z.number(), cleared: z.strictObject({ at: z.number(), by: person }).nullable() })
    .nullable(),
  /** Deadlines; null: not running. All of them in the clock's milliseconds. */
  clocks: z.strictObject({
    /** Acknowledge by then, or the next level is called. */
    acknowledge: z.number().nullable(),
    /** The level called last, from 0. */
    level: z.number(),
    leadership: z.number().nullable(),
    /** The next update, its draft, and the time after which its absence is escalated. */
    update: z.number().nullable(),
    draft: z.number().nullable(),
    overdue: z.number().nullable(),
    /** Unclaimed roles are asked for. */
    roles: z.number().nullable(),
    /** Phases of the P1 procedure. */
    assess: z.number().nullable(),
    mitigate: z.number().nullable(),
    archive: z.number().nullable(),
    chase: z.number().nullable(),
  }),
});
export type Incident = z.infer<typeof incident>;

export const isOver = ({ status }: Pick<Incident, 'status'>): boolean =>
  status === 'resolved' || status === 'merged';

/** A war room was made, or will be. */
export const hasRoom = ({ room, effects }: Pick<Incident, 'room' | 'effects'>): boolean =>
  room !== null || effects.some(({ what }) => what.kind === 'room');

/** The roles that nobody has. */
export const unclaimedRoles = ({ roles }: Pick<Incident, 'roles'>): IncidentRole[] =>
  incidentRoles.filter((role) => roles[role] === null);

/** What it is called outside the places of its own people. */
export const publicTitle = ({ isPrivate, title }: Pick<Incident, 'isPrivate' | 'title'>): string =>
  isPrivate ? 'a security incident' : title;

/** What is shown where a service is named: the services, or the environment. */
export const subjectOf = ({ services, environment }: Pick<Incident, 'services' | 'environment'>): string =>
  services.length > 0 ? services.join(', ') : environment;
