/** The stage: Redis, a simulated Slack, a simulated cloud and the bot, all on one clock, started and ended together. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Clock, clockFrom, clockText } from '../src/clients/clock.ts';
import { type Bot, startBot } from './bots.ts';
import { type Cloud, type CloudOptions, startCloud } from './cloud/index.ts';
import { badVersion, catalogText, type Estate, openEstate, workspace } from './estate.ts';
import { type AppManifest, readManifest } from './manifest.ts';
import { type Outside, startOutside } from './outside/index.ts';
import { findRedis } from './redis.ts';
import { startSlack } from './slack/index.ts';
import type { SlackOptions, SlackWorkspace } from './slack/types.ts';

export interface StageOptions {
  /** How much faster than real time the common clock runs; default 10. */
  readonly scale?: number;
  /** What the clock shows at the start; default the real time. */
  readonly start?: Date;
  /** The bot connects to Slack by Socket Mode; default HTTP. */
  readonly socketMode?: boolean;
  /** One process for Slack's requests and this many workers; default one process that does all. */
  readonly workers?: number;
  /** Versions that run in whole environments at the start, for example `{ production: 'v1.5.0' }`. */
  readonly running?: Readonly<Record<string, string>>;
  /** Further settings of the cloud: `rolloutMs`, `latencyMs`, `quotas`. */
  readonly cloud?: Partial<Pick<CloudOptions, 'rolloutMs' | 'latencyMs' | 'quotas'>>;
  /** Further settings of Slack: `latencyMs`, `rateLimits`. */
  readonly slack?: Partial<Pick<SlackOptions, 'latencyMs' | 'rateLimits'>>;
  /** Further or other variables for the bot. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told what is going on while it starts. */
  readonly say?: (line: string) => void;
  /** Told of a bot that ended by itself, with its last words; default `say`. */
  readonly onCrash?: (words: string) => void;
}

export interface Stage {
  readonly slack: SlackWorkspace;
  readonly cloud: Cloud;
  /** PagerDuty, Statuspage and GitHub. */
  readonly outside: Outside;
  readonly clock: Clock;
  readonly scale: number;
  readonly estate: Estate;
  readonly manifest: AppManifest;
  /** The keys of this stage begin with the prefix and a colon. */
  readonly redis: { readonly url: string; readonly prefix: string };
  /** The one that does all; or first the one that serves Slack, then the workers. */
  readonly bots: readonly [Bot, ...Bot[]];
  /** Ends everything that was started and removes what it left behind. */
  stop(): Promise<void>;
}

/** Throws with what went wrong, after ending whatever had started. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const ends: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(options, (end) => ends.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  options: StageOptions,
  later: (end: () => Promise<void>) => void,
): Promise<Omit<Stage, 'stop'>> {
  const { scale = 10, say = () => {} } = options;
  const time = clockText(options.start ?? new Date(), scale);
  const clock = clockFrom(time);
  const estate = openEstate(options.running);
  const manifest = await readManifest();
  const secrets = madeUpSecrets();

  const prefix = `playground-${randomBytes(4).toString('hex')}`;
  const redis = await findRedis({ say, appendonly: true });
  later(redis.stop);
  later(() => forget(redis.url, prefix));
  say(`Redis: ${redis.how}`);

  const slack = await startSlack({
    ...workspace,
    ...options.slack,
    clock,
    signingSecret: secrets.SLACK_SIGNING_SECRET,
    botToken: secrets.SLACK_BOT_TOKEN,
    appToken: secrets.SLACK_APP_TOKEN,
    scopes: [...manifest.scopes],
    events: [...manifest.events],
    commands: manifest.commands.map(({ command }) => command.replace(/^\//, '')),
    shortcuts: [...manifest.shortcuts],
    escapeMentions: manifest.commands.some(({ escapes }) => escapes),
  });
  later(() => slack.stop());
  const cloud = await startCloud({ ...estate.cloud, ...options.cloud, clock });
  later(() => cloud.stop());
  for (const service of estate.catalog.services)
    cloud.break.version(estate.repository(service), badVersion, 'crash-at-start');
  const outside = await startOutside({ clock, ...estate.outside });
  later(() => outside.stop());
  say('A simulated Slack workspace, a simulated cloud, PagerDuty, Statuspage and GitHub are up');

  const folder = await mkdtemp(join(tmpdir(), 'pilothouse-stage-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const catalog = join(folder, 'pilothouse.yml');
  await writeFile(
    catalog,
    catalogText(estate, (cluster) => cloud.siteUrl(cluster), scale),
  );

  const { SLACK_APP_TOKEN, ...shared } = secrets;
  const environment = {
    ...shared,
    ...(options.socketMode && { SLACK_APP_TOKEN }),
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: redis.url,
    PILOTHOUSE_CATALOG: catalog,
    PILOTHOUSE_PREFIX: prefix,
    PILOTHOUSE_CLOCK: time,
    ...fakeAws(cloud.awsUrl, estate.cloud.region),
    ...outside.environment,
    ...options.environment,
  };
  const start = async (name: string, role: string) => {
    const bot = await startBot({
      name,
      environment: { ...environment, PILOTHOUSE_ROLE: role },
      onCrash: say,
    });
    later(() => bot.kill());
    return bot;
  };
  const { workers = 0 } = options;
  const front = await start(workers ? 'web' : 'bot', workers ? 'web' : 'all');
  const others: Bot[] = [];
  for (let n = 1; n <= workers; n++) others.push(await start(`worker ${n}`, 'worker'));
  if (!options.socketMode) slack.connect(`${front.url}/slack/events`);
  outside.pagerduty.subscribe({
    url: `${front.url}/alerts/pagerduty`,
    secret: outside.alertSecrets.pagerduty,
  });
  say('The bot is ready');
  return {
    slack,
    cloud,
    outside,
    clock,
    scale,
    estate,
    manifest,
    redis: { url: redis.url, prefix },
    bots: [front, ...others],
  };
}

const madeUp = () => randomBytes(16).toString('hex');

const madeUpSecrets = () => ({
  SLACK_BOT_TOKEN: `xoxb-playground-${madeUp()}`,
  SLACK_APP_TOKEN: `xapp-playground-${madeUp()}`,
  SLACK_SIGNING_SECRET: madeUp(),
});

/** The SDK wants credentials; nobody's real ones may be found instead. */
const fakeAws = (url: string, region: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'PLAYGROUND',
  AWS_SECRET_ACCESS_KEY: madeUp(),
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** A Redis that somebody named is left as it was found. */
async function forget(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 500 })) {
    if (keys.length > 0) await redis.unlink(keys);
  }
  redis.disconnect();
}
