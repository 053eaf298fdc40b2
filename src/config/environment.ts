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

const webAddress = z.url({ protocol: /^https?$/, ...setting('an http or https address') });

/** Amazon SNS documentation, "Topic ARN". */
const topicArn = /^arn:(aws[a-z-]*):sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

const listOf = (isOne: (text: string) => boolean, expected: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .refine((all) => all.every(isOne), setting(expected))
    .optional();

const variables = z.object({
  SLACK_BOT_TOKEN: z
    .string({ error: 'is missing: the bot token of the Slack app (OAuth & Permissions)' })
    .startsWith('xoxb-', setting('a bot token, which begins with xoxb-')),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_APP_TOKEN: z
    .string()
    .startsWith('xapp-', setting('an app-level token, which begins with xapp-'))
    .optional(),
  SLACK_API_URL: webAddress.optional(),
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
  GITHUB_TOKEN: z.string().optional(),
  GITHUB_API_URL: webAddress.default('https://api.github.com'),
  PAGERDUTY_TOKEN: z.string().optional(),
  PAGERDUTY_API_URL: webAddress.default('https://api.pagerduty.com'),
  PAGERDUTY_FROM: z.email(setting("the e-mail address of one of PagerDuty's users")).optional(),
  PAGERDUTY_ROUTING_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, setting('the 32 letters and digits of an Events API v2 integration key'))
    .optional(),
  PAGERDUTY_EVENTS_URL: webAddress.default('https://events.pagerduty.com'),
  PAGERDUTY_WEBHOOK_SECRET: z.string().optional(),
  STATUSPAGE_TOKEN: z.string().optional(),
  STATUSPAGE_API_URL: webAddress.default('https://api.statuspage.io'),
  ALERTS_SECRET_GENERIC: z.string().optional(),
  ALERTS_SECRET_ALERTMANAGER: z.string().optional(),
  ALERTS_SECRET_DATADOG: z.string().optional(),
  ALERTS_SNS_TOPICS: listOf((text) => topicArn.test(text), 'ARNs of SNS topics, separated by commas'),
  ALERTS_SNS_CERTIFICATES: listOf(
    (text) => webAddress.safeParse(text).success,
    'beginnings of http or https addresses, separated by commas',
  ),
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
  readonly github: { readonly token: string | null; readonly apiUrl: string };
  readonly pagerduty: {
    /** Of the REST API: who is on call, what became of a page. */
    readonly token: string | null;
    readonly apiUrl: string;
    /** The e-mail address of the user in whose name incidents are changed over the REST API. */
    readonly from: string | null;
    /** Of an Events API v2 integration: pages go out through it. */
    readonly routingKey: string | null;
    readonly eventsUrl: string;
    readonly webhookSecret: string | null;
  };
  readonly statuspage: { readonly token: string | null; readonly apiUrl: string };
  readonly alerts: {
    /** Shared secret or HMAC key of each source; a source without one is not listened to. */
    readonly secrets: Readonly<Record<'generic' | 'alertmanager' | 'datadog', string | null>>;
    readonly sns: {
      /** ARNs; messages of other topics are refused. */
      readonly topics: readonly string[];
      /** What the address of a signing certificate has to begin with; each one holds a whole host name and its slash. */
      readonly certificates: readonly string[];
    };
  };
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
    ...outsideOf(v),
  });
}

function outsideOf(
  v: z.output<typeof variables>,
): Pick<ProcessSettings, 'github' | 'pagerduty' | 'statuspage' | 'alerts'> {
  const topics = v.ALERTS_SNS_TOPICS ?? [];
  const certificates = v.ALERTS_SNS_CERTIFICATES?.map((text) => new URL(text).href);
  return {
    github: Object.freeze({ token: v.GITHUB_TOKEN ?? null, apiUrl: v.GITHUB_API_URL }),
    pagerduty: Object.freeze({
      token: v.PAGERDUTY_TOKEN ?? null,
      apiUrl: v.PAGERDUTY_API_URL,
      from: v.PAGERDUTY_FROM ?? null,
      routingKey: v.PAGERDUTY_ROUTING_KEY ?? null,
      eventsUrl: v.PAGERDUTY_EVENTS_URL,
      webhookSecret: v.PAGERDUTY_WEBHOOK_SECRET ?? null,
    }),
    statuspage: Object.freeze({ token: v.STATUSPAGE_TOKEN ?? null, apiUrl: v.STATUSPAGE_API_URL }),
    alerts: Object.freeze({
      secrets: Object.freeze({
        generic: v.ALERTS_SECRET_GENERIC ?? null,
        alertmanager: v.ALERTS_SECRET_ALERTMANAGER ?? null,
        datadog: v.ALERTS_SECRET_DATADOG ?? null,
      }),
      sns: Object.freeze({
        topics: Object.freeze(topics),
        certificates: Object.freeze(certificates ?? [...new Set(topics.map(certificatesFor))]),
      }),
    }),
  };
}

/** SNS signs in the topic's own region (Amazon SNS documentation, "Verifying the signatures of Amazon SNS messages"). */
function certificatesFor(topic: string): string {
  const [, partition, region] = topicArn.exec(topic) ?? [];
  return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}/`;
}

/** The values that must never be printed: what a logger has to blank out. */
export function secretsOf(settings: ProcessSettings): string[] {
  const { slack, github, pagerduty, statuspage, alerts } = settings;
  const { password } = new URL(settings.redisUrl);
  const secrets = [
    slack.botToken,
    slack.signingSecret,
    slack.appToken,
    password,
    decoded(password),
    github.token,
    pagerduty.token,
    pagerduty.routingKey,
    pagerduty.webhookSecret,
    statuspage.token,
    ...Object.values(alerts.secrets),
  ];
  return [...new Set(secrets)].filter((secret): secret is string => secret !== null && secret !== '');
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
