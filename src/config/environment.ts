/** The process environment, checked: one frozen object, or every problem at once, without showing a value. */
import { z } from 'zod';
import { clockFrom } from '../clients/clock.ts';

const setting = (expected: string) => ({ error: `expected ${expected}` });

const isClock = (text: string): boolean => {
  try {
    clockFrom(text);
    return true;
  } catch {
    return false;
  }
};

const variables = z.object({
  SLACK_BOT_TOKEN: z
    .string({ error: 'is missing: the bot token of the Slack app (OAuth & Permissions)' })
    .startsWith('xoxb-', setting('a bot token, which begins with xoxb-')),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_APP_TOKEN: z
    .string()
    .startsWith('xapp-', setting('an app-level token, which begins with xapp-'))
    .optional(),
  SLACK_API_URL: z.url({ protocol: /^https?$/, ...setting('an http or https address') }).optional(),
  PORT: z.coerce
    .number(setting('a port number'))
    .int(setting('a port number'))
    .min(0, setting('a port number'))
    .max(65_535, setting('a port number'))
    .default(3000),
  HOST: z.string().default('0.0.0.0'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, ...setting('an address such as redis://127.0.0.1:6379') })
    .default('redis://127.0.0.1:6379'),
  PILOTHOUSE_CATALOG: z.string().default('./pilothouse.yml'),
  PILOTHOUSE_ROLE: z.enum(['all', 'web', 'worker'], setting('all, web or worker')).default('all'),
  PILOTHOUSE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, setting('letters, digits, dashes and underscores, at most 64'))
    .default('pilothouse'),
  PILOTHOUSE_CLOCK: z
    .string()
    .refine(isClock, setting('start=<ISO time>;since=<milliseconds>;scale=<number above 0>'))
    .optional(),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      setting('fatal, error, warn, info, debug, trace or silent'),
    )
    .default('info'),
});

/** How this process shall run. What AWS's SDK needs it reads by itself, from AWS's standard variables. */
export interface ProcessSettings {
  readonly slack: {
    readonly botToken: string;
    /** Null only with an app token: Socket Mode has no signatures. */
    readonly signingSecret: string | null;
    /** Socket Mode where there is one, else HTTP. */
    readonly appToken: string | null;
    /** Null for Slack's own. */
    readonly apiUrl: string | null;
  };
  readonly port: number;
  readonly host: string;
  readonly redisUrl: string;
  /** Path of the catalog. */
  readonly catalog: string;
  readonly role: 'all' | 'web' | 'worker';
  /** What every key in Redis begins with. */
  readonly prefix: string;
  /** What `clockFrom` reads; undefined for real time. */
  readonly clock: string | undefined;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/** The process cannot start. The message lists every problem by the variable's name and shows no value. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly problems: readonly { readonly variable: string; readonly message: string }[];

  constructor(problems: EnvironmentError['problems']) {
    super(problems.map(({ variable, message }) => `${variable}: ${message}`).join('\n'));
    this.problems = problems;
  }
}

/** Reads the variables that the README lists; an empty one counts as not set. Throws an `EnvironmentError`. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ProcessSettings {
  const read = variables.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim())),
  );
  const problems = (read.error?.issues ?? []).map(({ path, message }) => ({
    variable: path.join('.'),
    message,
  }));
  if (!env.SLACK_SIGNING_SECRET?.trim() && !env.SLACK_APP_TOKEN?.trim()) {
    problems.push({
      variable: 'SLACK_SIGNING_SECRET',
      message: 'is missing: it proves that requests come from Slack (or set SLACK_APP_TOKEN for Socket Mode)',
    });
  }
  if (!read.success || problems.length > 0) throw new EnvironmentError(problems);
  const v = read.data;
  return Object.freeze({
    slack: Object.freeze({
      botToken: v.SLACK_BOT_TOKEN,
      signingSecret: v.SLACK_SIGNING_SECRET ?? null,
      appToken: v.SLACK_APP_TOKEN ?? null,
      apiUrl: v.SLACK_API_URL ?? null,
    }),
    port: v.PORT,
    host: v.HOST,
    redisUrl: v.REDIS_URL,
    catalog: v.PILOTHOUSE_CATALOG,
    role: v.PILOTHOUSE_ROLE,
    prefix: v.PILOTHOUSE_PREFIX,
    clock: v.PILOTHOUSE_CLOCK,
    logLevel: v.LOG_LEVEL,
  });
}

/** The values that must never be printed: what a logger has to blank out. */
export function secretsOf({ slack, redisUrl }: ProcessSettings): string[] {
  const { password } = new URL(redisUrl);
  const secrets = [slack.botToken, slack.signingSecret, slack.appToken, password, decoded(password)];
  return [...new Set(secrets)].filter((secret): secret is string => secret !== null && secret !== '');
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
