/** The catalog's shape: what `pilothouse.yml` may say, and what the program reads out of it. */
import { z } from 'zod';
import { looksLikeVersion } from '../records/version.ts';
import { channel, duration, oneOrMore, personEntry, type Role, roles, share } from './fields.ts';
import { type IncidentRules, incidents } from './incidents.ts';

export type { Role };

/** Words that mean something else in a command. */
const commandWords = ['all', 'help', 'full', 'plan', 'reason', 'skip-staging', 'to', 'in', 'on'];

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected a name of lower-case letters, digits and dashes, at most 63')
  .refine((text) => !commandWords.includes(text), 'is a word of the commands: choose another name')
  .refine((text) => !looksLikeVersion(text), 'looks like a version: choose another name');

const rights = z.strictObject({
  deploy: oneOrMore(z.enum(roles)).default(['deployers']),
  rollback: oneOrMore(z.enum(roles)).default(['deployers', 'responders']),
  /** Runbook 001, hotfix: production without staging. */
  skip_staging: oneOrMore(z.enum(roles)).default(['admins']),
});

const approvals = z.strictObject({
  required: z.int().min(1).max(5).default(1),
  from: z.enum(roles).default('approvers'),
  expire: duration.default(30 * 60_000),
  self_approval: z.boolean().default(false),
});

/** Defaults are runbook 003's: 5 minutes, every 30 seconds, 3 failures in a row, 95 % of the looks good. */
const watch = z.strictObject({
  for: duration.default(5 * 60_000),
  every: duration.refine((value) => value >= 1_000, 'expected at least 1s').default(30_000),
  consecutive_failures: z.int().min(1).default(3),
  success_rate: share.default(0.95),
});

const isPlain = (address: string): boolean => {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url === null || `${url.username}${url.password}${url.search}${url.hash}` === '';
};

const environment = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://api.example.com' })
    .refine(isPlain, 'expected an address without user, password, ? and #: it is shown in Slack'),
  /** The environment in which a version must have been verified before it may come here. */
  after: name.optional(),
  /** What users depend on: its failures open incidents. Default: no other environment comes after it. */
  critical: z.boolean().optional(),
  rights: rights.prefault({}),
  approvals: approvals.optional(),
  /** Ask for the typed word ROLLBACK and a reason (runbook 003); default: where approvals are asked for. */
  confirm_rollback: z.boolean().optional(),
  watch: watch.prefault({}),
  /** How long a held deployment waits for a person before it is left as it is. */
  hold: duration.default(60 * 60_000),
  /** What people look at by hand after a deployment (runbook 001, "Manual Verification Checklist"). */
  checklist: z.array(z.string().min(1).max(200)).max(20).default([]),
});

/** AWS documentation, CreateService and RegisterTaskDefinition: the characters of names. */
export const awsName = /^[A-Za-z0-9_-]{1,255}$/;
export const awsCluster =
  /^([A-Za-z0-9_-]{1,255}|arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster\/[A-Za-z0-9_-]{1,255})$/;

/** After this long without an end a rollout counts as failed, where the catalog does not say. */
export const defaultTimeout = 15 * 60_000;

/** What may stand in the target itself or, laid over it, in one of its environments. */
const ecsPlace = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'expected a region such as us-east-1')
    .optional(),
  cluster: z.string().optional(),
  service: z.string().optional(),
  family: z.string().optional(),
  /** The container whose image carries the version; others are left alone. */
  container: z.string().optional(),
  image: z
    .string()
    .regex(/^\S+:[^/\s]*\{version\}[^/\s]*$/, 'expected an image with the tag {version}')
    .optional(),
  /** After this long without an end the rollout counts as failed. */
  timeout: duration.optional(),
});
const ecsTarget = z.strictObject({
  type: z.literal('ecs'),
  ...ecsPlace.shape,
  environments: z.record(name, ecsPlace),
});
export type EcsTarget = z.infer<typeof ecsTarget>;
export type EcsPlace = z.infer<typeof ecsPlace>;

/** A target after the environment's own values were laid over it and the placeholders filled in. */
export interface EcsSettings {
  readonly type: 'ecs';
  /** Undefined for the SDK's own default. */
  readonly region?: string | undefined;
  readonly cluster: string;
  readonly service: string;
  readonly family: string;
  readonly container: string;
  /** With the placeholder {version} in its tag. */
  readonly image: string;
  /** Milliseconds. */
  readonly timeout: number;
}

const probe = z.strictObject({
  name: z.string().min(1).max(60),
  /** A path below the environment's base_url, or a whole URL. */
  get: z.string().regex(/^(\/|https?:\/\/)/, 'expected a path that begins with / or an http(s) URL'),
  status: z.int().min(100).max(599).default(200),
  /** What the JSON answer must contain: objects and arrays are compared in part, all else must be equal. */
  json: z.json().optional(),
  /** Slower than this is a failure. */
  within: duration.optional(),
  /** An attempt without an answer in this time is given up. */
  timeout: duration.default(5_000),
  /** How often an attempt that got no answer is repeated before it counts. */
  retries: z.int().min(0).max(5).default(2),
  /** Only for `/health … --full`, not for deployments. */
  full: z.boolean().default(false),
});

const service = z.strictObject({
  stage: z.int().min(1).default(1),
  target: z.discriminatedUnion('type', [ecsTarget]),
  probes: z.array(probe).max(20).default([]),
});

export const catalogFile = z.strictObject({
  organization: z.string().min(1).max(80),
  slack: z.strictObject({
    deployments: channel,
    /** Where incidents are announced; needed once `incidents` is there. */
    incidents: channel.optional(),
  }),
  people: z.strictObject({
    deployers: z.array(personEntry).min(1),
    approvers: z.array(personEntry).default([]),
    responders: z.array(personEntry).default([]),
    /** Who may publish to the status page. */
    communicators: z.array(personEntry).default([]),
    admins: z.array(personEntry).default([]),
  }),
  environments: z
    .record(name, environment)
    .refine((all) => Object.keys(all).length > 0, 'expected at least one'),
  services: z.record(name, service).refine((all) => Object.keys(all).length > 0, 'expected at least one'),
  incidents: incidents.optional(),
});
export type CatalogFile = z.infer<typeof catalogFile>;

export type Probe = z.infer<typeof probe>;
/** A probe of one environment: the whole address instead of the path. Durations in milliseconds. */
export type ProbeSettings = Readonly<Omit<Probe, 'get'> & { url: string }>;

/** One service in one environment, with every placeholder but {version} filled in. */
export interface ServicePlace {
  readonly service: string;
  readonly environment: string;
  readonly stage: number;
  readonly target: EcsSettings;
  readonly probes: readonly ProbeSettings[];
}

/** Durations in milliseconds, shares as 0 to 1. */
export type Environment = Readonly<z.infer<typeof environment>> & {
  readonly name: string;
  readonly confirm_rollback: boolean;
  readonly critical: boolean;
};

/** The catalog as the program uses it: checked as a whole, deeply frozen, in the file's order. */
export interface Catalog {
  readonly organization: string;
  readonly slack: { readonly deployments: string; readonly incidents?: string | undefined };
  readonly people: Readonly<Record<Role, readonly string[]>>;
  readonly environments: ReadonlyMap<string, Environment>;
  /** Service names in order of stage, then of the file. */
  readonly services: readonly string[];
  /** The service in that environment, or undefined where it does not run there. */
  place(service: string, environment: string): ServicePlace | undefined;
  /** Undefined where the bot does not run incidents. */
  readonly incidents?: (IncidentRules & { readonly channel: string }) | undefined;
}
