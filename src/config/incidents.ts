/** The catalog's section about incidents: severities, people on call, communication, mitigations. Defaults: runbooks 001 and 004. */
import { z } from 'zod';
import { mitigationActions, type Severity, severities, symptoms } from '../records/incident-terms.ts';
import { duration, oneOrMore, personEntry, roles } from './fields.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** "0m": paged at once, and overdue after the five minutes of the P1 procedure's first step (runbook 001). */
const responseTime = z.union([
  z.literal('next-business-day'),
  z.literal('0m').transform(() => 5 * minute),
  duration,
]);

/** What the file may say of a severity; what it leaves out is as in `severityDefaults`. */
const severity = z.strictObject({
  means: z.string().min(1).max(120).optional(),
  respond_within: responseTime.optional(),
  page: z.boolean().optional(),
  war_room: z.boolean().optional(),
  update_every: z.union([z.literal('never').transform(() => null), duration]).optional(),
  blocks_deploys: z.boolean().optional(),
});

/** What a severity means and demands. Durations in milliseconds. */
export interface SeverityRules {
  readonly means: string;
  /** When somebody has to have acknowledged it; after that it is paged again, one level up each time. */
  readonly respond_within: number | 'next-business-day';
  /** Page as soon as it is declared; else whoever is on call is told without ringing. */
  readonly page: boolean;
  readonly war_room: boolean;
  /** How often an update is due until it is resolved; null: never. */
  readonly update_every: number | null;
  /** While one is open, its environment takes no deploys (rollbacks go on). */
  readonly blocks_deploys: boolean;
}

const quiet = { page: false, war_room: false, update_every: null, blocks_deploys: false } as const;

/** Runbook 001, "Severity Levels"; a P1 is overdue after the five minutes of its procedure's first step. */
const severityDefaults: Readonly<Record<Severity, SeverityRules>> = {
  P1: {
    means: 'Service down, all users affected',
    respond_within: 5 * minute,
    page: true,
    war_room: true,
    update_every: 15 * minute,
    blocks_deploys: true,
  },
  P2: {
    ...quiet,
    means: 'Major feature broken',
    respond_within: 15 * minute,
    page: true,
    update_every: 30 * minute,
  },
  P3: { ...quiet, means: 'Minor feature broken', respond_within: 60 * minute },
  P4: { ...quiet, means: 'Cosmetic issue', respond_within: 'next-business-day' },
};

/** Keys that the file leaves out are not there at all, so they cover no default. */
const severityTable = z
  .strictObject({
    P1: severity.optional(),
    P2: severity.optional(),
    P3: severity.optional(),
    P4: severity.optional(),
  })
  .prefault({})
  .transform(
    (said): Record<Severity, SeverityRules> => ({
      P1: { ...severityDefaults.P1, ...withoutGaps(said.P1) },
      P2: { ...severityDefaults.P2, ...withoutGaps(said.P2) },
      P3: { ...severityDefaults.P3, ...withoutGaps(said.P3) },
      P4: { ...severityDefaults.P4, ...withoutGaps(said.P4) },
    }),
  );

type Said = z.infer<typeof severity>;
type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const withoutGaps = ({
  means,
  respond_within,
  page,
  war_room,
  update_every,
  blocks_deploys,
}: Said = {}): Given<Said> => ({
  ...(means !== undefined && { means }),
  ...(respond_within !== undefined && { respond_within }),
  ...(page !== undefined && { page }),
  ...(war_room !== undefined && { war_room }),
  ...(update_every !== undefined && { update_every }),
  ...(blocks_deploys !== undefined && { blocks_deploys }),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "09:00"');
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const businessHours = z.strictObject({
  /** An IANA time zone. */
  zone: z
    .string()
    .refine((zone) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: zone });
        return true;
      } catch {
        return false;
      }
    }, 'expected a time zone such as Europe/Berlin')
    .default('UTC'),
  days: z.array(z.enum(weekdays)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
  from: clockTime.default('09:00'),
  to: clockTime.default('17:00'),
  holidays: z.array(z.iso.date('expected a date such as 2026-12-25')).max(400).default([]),
});
export type BusinessHours = Readonly<z.infer<typeof businessHours>>;

const onCall = z.strictObject({
  /** PagerDuty's schedule: who is on call now. Pages go through PagerDuty where PAGERDUTY_ROUTING_KEY is set. */
  pagerduty_schedule: z
    .string()
    .regex(/^P[A-Z0-9]{5,}$/, "expected PagerDuty's id of a schedule, which begins with P")
    .optional(),
  /** Who is called where PagerDuty is not used or does not answer. */
  otherwise: z.array(personEntry).min(1),
  /** The levels after it, called one after the other while nobody acknowledges. */
  escalate: z.array(z.array(personEntry).min(1)).max(5).default([]),
  /** Called when an outage lasts (runbook 004: "Page engineering leadership for extended outages (>15 min)"). */
  leadership: z.array(personEntry).default([]),
  leadership_after: duration.default(15 * minute),
});

/** Severities of what opens by itself. An alert opens a P1 only where probes say that production is down. */
const automatic = z.strictObject({
  failed_deployment: z.enum(severities).default('P2'),
  /** A production rollback that went well, for its review (runbook 000). */
  rollback: z.enum(severities).default('P4'),
  alert: z.enum(severities).default('P3'),
  /** An alert, and every probe of a service fails. */
  service_down: z.enum(severities).default('P2'),
  /** An alert, and the probes of all services of the environment fail. */
  environment_down: z.enum(severities).default('P1'),
});

const link = z.strictObject({ title: z.string().min(1).max(60), link: z.url({ protocol: /^https?$/ }) });

const warRoom = z.strictObject({
  /** Besides those on call. */
  invite: z.array(personEntry).max(50).default([]),
  /** Dashboards, runbook, status page, call link; placeholders {service} and {environment}. */
  bookmarks: z.array(link).max(10).default([]),
  /** After the incident was resolved. */
  archive_after: duration.default(7 * day),
});

const updates = z.strictObject({
  /** How long before an update is due its draft is offered. */
  draft_before: duration.default(3 * minute),
  /** Post the draft when nobody answers; otherwise the missing update is escalated. */
  automatic: z.boolean().default(true),
});

const matrixRow = z.strictObject({
  symptom: z.string().min(1).max(80),
  when: z.enum(symptoms),
  advice: z.string().min(1).max(200),
  do: z.array(z.enum(mitigationActions)).default([]),
  /** Never recommended, and warned of, while this row holds, whatever other rows say. */
  forbid: z.array(z.enum(mitigationActions)).default([]),
});

/** Runbook 001, "Rollback Decision Matrix". */
const matrixDefaults: z.input<typeof matrixRow>[] = [
  { symptom: '5xx errors > 1%', when: 'error-rate', advice: 'Immediate rollback', do: ['roll-back-all'] },
  {
    symptom: 'Response time > 5s',
    when: 'slow',
    advice: 'Investigate, consider rollback',
    do: ['roll-back-all'],
  },
  {
    symptom: 'Single service failing',
    when: 'single-service',
    advice: 'Rollback that service',
    do: ['roll-back'],
  },
  {
    symptom: 'Database errors',
    when: 'database-errors',
    advice: 'DO NOT rollback, investigate',
    forbid: ['roll-back-all', 'roll-back'],
  },
  {
    symptom: 'Memory/CPU spike',
    when: 'saturation',
    advice: 'Scale up first, then investigate',
    do: ['scale-up'],
  },
];

/** A prepared listener rule of a load balancer, switched by its priority: a smaller number is looked at first. */
const albRule = z.strictObject({
  alb_rule: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener-rule\/app\/\S+$/,
      'expected the ARN of a listener rule of an Application Load Balancer',
    ),
  on: z.int().min(1).max(50_000),
  off: z.int().min(1).max(50_000),
});

/** An action that is not configured is not offered. Restart needs nothing. */
const mitigations = z.strictObject({
  scale_up: z.strictObject({ by: z.int().min(1).max(100), most: z.int().min(1).max(1000) }).optional(),
  rate_limiting: albRule.optional(),
  maintenance_page: albRule.optional(),
});

/** What an emergency of this kind stops, who ends that, and what runbook 004 says to do. */
const halt = (steps: string[]) =>
  z
    .strictObject({
      clear: oneOrMore(z.enum(roles)).default(['admins']),
      /** Security only: who may switch to a clean revision while it lasts. */
      switch: oneOrMore(z.enum(roles)).default(['admins']),
      steps: z.array(z.string().min(1).max(200)).min(1).max(20).default(steps),
    })
    .prefault({});

const emergencies = z.strictObject({
  'database-corruption': halt([
    'Immediately halt all deployments',
    'Enable read-only mode on all environments',
    'Restore from latest backup',
    'Verify data integrity',
    'Resume operations',
  ]),
  security: halt([
    'Isolate affected environment',
    'Switch traffic to clean environment',
    'Engage security team',
    'Do NOT deploy until cleared',
  ]),
});

/** Placeholders {service} {impact} {status} {action} {eta} {duration} {resolution} {follow_up} {environment} {severity} {id}. */
const messages = z.strictObject({
  initial: z
    .string()
    .max(2000)
    .default(
      '🚨 INCIDENT: {service} experiencing issues\n- Impact: {impact}\n- Status: {status}\n- ETA: {eta}',
    ),
  update: z
    .string()
    .max(2000)
    .default('📍 UPDATE: {service} incident\n- Status: {status}\n- Action: {action}\n- ETA: {eta}'),
  resolved: z
    .string()
    .max(2000)
    .default(
      '✅ RESOLVED: {service} incident\n- Duration: {duration}\n- Impact: {impact}\n- Resolution: {resolution}\n- Follow-up: {follow_up}',
    ),
});

const statusPage = z.strictObject({
  /** Statuspage's id of the page. */
  statuspage: z.string().min(1).max(40),
  /** Statuspage's component for each service that has one. */
  components: z.record(z.string(), z.string().min(1).max(40)).default({}),
  /** Where people see it. */
  link: z.url({ protocol: /^https?$/ }).optional(),
});

const postMortem = z.strictObject({
  /** Where follow-ups become GitHub issues. */
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name')
    .optional(),
  /** Due date of a follow-up for which nobody says one. */
  due_after: duration.default(14 * day),
  /** How often the owner of an overdue follow-up is reminded. */
  chase_every: duration.default(day),
});

/** When alerts become incidents. */
const alerts = z.strictObject({
  /** Ask responders in the incidents channel before an incident is opened. */
  ask_first: z.boolean().default(false),
  /** It has to fire for so long, so that a short spike opens nothing. */
  fire_for: z.union([z.literal('0m').transform(() => 0), duration]).default(0),
  /** So many changes between firing and resolved within `flap_within` make an alert flapping: it opens nothing more. */
  flap_changes: z.int().min(2).max(100).default(4),
  flap_within: duration.default(10 * minute),
});

const rights = z.strictObject({
  /** Who runs incidents; declaring and acknowledging one is open to everybody. */
  manage: oneOrMore(z.enum(roles)).default(['responders', 'admins']),
  mitigate: oneOrMore(z.enum(roles)).default(['responders', 'deployers', 'admins']),
  /** Who may publish to the status page. */
  publish: oneOrMore(z.enum(roles)).default(['communicators', 'admins']),
  freeze: oneOrMore(z.enum(roles)).default(['responders', 'approvers', 'admins']),
});

export const incidents = z.strictObject({
  severities: severityTable,
  on_call: onCall,
  business_hours: businessHours.prefault({}),
  rights: rights.prefault({}),
  automatic: automatic.prefault({}),
  alerts: alerts.prefault({}),
  war_room: warRoom.prefault({}),
  updates: updates.prefault({}),
  matrix: z
    .array(matrixRow)
    .max(30)
    .default(() => matrixDefaults.map((row) => matrixRow.parse(row))),
  mitigations: mitigations.prefault({}),
  emergencies: emergencies.prefault({}),
  messages: messages.prefault({}),
  status_page: statusPage.optional(),
  /** Runbook 001, "Contacts": shown where a person is needed. */
  contacts: z
    .array(z.strictObject({ role: z.string().min(1).max(60), contact: z.string().min(1).max(200) }))
    .max(20)
    .default([]),
  /** How long a role stays unclaimed before it is asked for. */
  claim_roles_within: duration.default(5 * minute),
  post_mortem: postMortem.prefault({}),
});
/** Durations in milliseconds. */
export type IncidentRules = Readonly<z.infer<typeof incidents>>;
