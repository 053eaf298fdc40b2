/** The whole bot in this process, between a simulated Slack and a simulated cloud, on a real Redis. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  type Cloud,
  type CloudOptions,
  type CloudService,
  startCloud,
} from '../../playground/cloud/index.ts';
import { type SlackWorkspace, startSlack } from '../../playground/slack/index.ts';
import type { Delivery, LogEntry, Message, SlackOptions, View } from '../../playground/slack/types.ts';
import { type Clock, clockFrom, clockText } from '../../src/clients/clock.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { createStore, type Store } from '../../src/clients/store/index.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { startServer } from '../../src/server.ts';
import { testRedis } from './redis.ts';
import { catalogText, estate, people } from './world.ts';

export interface BotOptions {
  /** How much faster than real time everything goes. */
  scale?: number;
  /** The clock that others share already, as `PILOTHOUSE_CLOCK` says it; instead of `scale`. */
  clock?: string;
  /** Further settings of the simulated Slack and cloud. */
  slack?: Partial<SlackOptions>;
  cloud?: Partial<CloudOptions>;
  socketMode?: boolean;
  /** Changes the catalog's text before the bot reads it. */
  catalog?: (text: string) => string;
  services?: (services: CloudService[]) => CloudService[];
  slackLatencyMs?: number;
  env?: Record<string, string>;
  /** A Redis of one's own instead of the test run's. */
  redisUrl?: string;
  /** Breaks something before the bot starts. */
  before?: (world: { slack: SlackWorkspace; cloud: Cloud }) => void;
  /** Gets every line that the bot logs, of any level. */
  log?: (line: string) => void;
}

export interface Bot {
  slack: SlackWorkspace;
  cloud: Cloud;
  clock: Clock;
  store: Store;
  /** Where the bot listens, and where it keeps its things in Redis. */
  url: string;
  redis: { url: string; prefix: string };
  secrets: { signingSecret: string; botToken: string; appToken: string };
  /** What runs in a cluster, by service. */
  versions(cluster: string): Record<string, string>;
  /** The parent message of a deployment as it is now, as text. */
  card(id: string): string;
  cards(): Message[];
  /** What the thread tells, a line each; and what it shows beside that, such as the reasons of stopped tasks. */
  story(id: string): string;
  evidence(id: string): string;
  /** Waits until the deployment has ended and Slack shows it; gives how it ended. */
  ended(id: string): Promise<string>;
  /** Waits until the card of the deployment says this. */
  shows(id: string, text: string | RegExp): Promise<void>;
  /** What only this person sees, newest last. */
  whispers(person: string): string[];
  /** Waits until this person was told so privately; gives the whole answer. */
  whispered(person: string, text: string | RegExp): Promise<string>;
  /** Types a command that is accepted; gives the id of the deployment that it became. */
  ask(command: string, by: { as: string }): Promise<string>;
  /** Presses a button of the deployment's card, by its words; gives what the presser was answered. */
  press(id: string, button: string, by: { as: string }): Promise<string>;
  /** The form that opens for a person, once it is there. */
  form(person: string): Promise<View>;
  /** Fills and sends the form that opens for this person. */
  fill(values: Record<string, string | string[]>, by: { as: string }): Promise<Delivery>;
  /** Deploys a version and waits until it is proven healthy there. */
  prove(environment: string, services: string, version: string): Promise<void>;
  /** All that Slack did not take. */
  refusals(): LogEntry[];
  /** Waits for anything: until `look` gives something. */
  until<R>(what: string, look: () => Promise<R | undefined> | R | undefined): Promise<R>;
  stop(): Promise<void>;
}

export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const { url: sharedUrl, prefix } = testRedis();
  const url = options.redisUrl ?? sharedUrl;
  const clockSetting = options.clock ?? clockText(new Date('2026-01-05T09:00:00Z'), options.scale ?? 60);
  const clock = clockFrom(clockSetting);
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test', appToken: 'xapp-test' };
  const slack = await startSlack({
    clock,
    ...secrets,
    ...people,
    channels: ['deployments', 'general'],
    latencyMs: options.slackLatencyMs ?? 2,
    ...options.slack,
  });
  const cloud = await startCloud({
    clock,
    services: (options.services ?? ((s) => s))(estate()),
    latencyMs: 2,
    ...options.cloud,
  });
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-test-'));
  const file = join(folder, 'pilothouse.yml');
  writeFileSync(file, (options.catalog ?? ((text) => text))(catalogText(cloud)));
  const env = {
    SLACK_BOT_TOKEN: secrets.botToken,
    SLACK_SIGNING_SECRET: secrets.signingSecret,
    ...(options.socketMode && { SLACK_APP_TOKEN: secrets.appToken }),
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: url,
    PILOTHOUSE_PREFIX: prefix,
    PILOTHOUSE_CATALOG: file,
    PILOTHOUSE_CLOCK: clockSetting,
    PORT: '0',
    HOST: '127.0.0.1',
    ...options.env,
  };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.awsUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-test',
  });
  options.before?.({ slack, cloud });
  const log = options.log
    ? pino({ level: 'trace' }, { write: options.log })
    : pino({ level: process.env.TEST_LOG ?? 'silent' });
  const stopWorld = async () => {
    await Promise.all([slack.stop(), cloud.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  const server = await Promise.resolve()
    .then(() => startServer(readEnvironment(env), log))
    .catch(async (error: unknown) => {
      await stopWorld();
      throw error;
    });
  if (!options.socketMode) slack.connect(`http://127.0.0.1:${server.port}/slack/events`);
  const redis = workerConnection(url, { onError: () => {} });
  const store = createStore(redis, prefix);

  const cards = () => slack.messages('deployments').filter((m) => m.byBot);
  const cardOf = (id: string) => {
    const found = cards().filter((m) => m.metadata?.event_payload.key === id);
    if (found.length > 1) throw new Error(`${id} has ${found.length} messages`);
    return found[0];
  };
  const threadOf = (id: string) => {
    const parent = cardOf(id);
    return parent ? slack.thread('deployments', parent.ts) : [];
  };
  const textOf = (message: Message | undefined) => JSON.stringify(message?.blocks ?? []);
  const until = async <R>(
    what: string,
    look: () => Promise<R | undefined> | R | undefined,
    seconds = 25,
  ): Promise<R> => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const whispers = (person: string) =>
    slack.ephemerals(person).map((m) => `${m.text} ${JSON.stringify(m.blocks)}`);
  const bot: Bot = {
    slack,
    cloud,
    clock,
    store,
    url: `http://127.0.0.1:${server.port}`,
    redis: { url, prefix },
    secrets,
    versions: (cluster) =>
      Object.fromEntries(
        estate()
          .filter((s) => s.cluster === cluster)
          .map((s) => [s.service, cloud.running(cluster, s.service).version]),
      ),
    card: (id) => textOf(cardOf(id)),
    cards,
    story: (id) =>
      threadOf(id)
        .map((m) => m.text)
        .join('\n'),
    evidence: (id) =>
      threadOf(id)
        .slice(1)
        .flatMap((m) => m.blocks.filter(({ type }) => type === 'context'))
        .map((block) => JSON.stringify(block))
        .join('\n'),
    ended: (id) =>
      until(`the end of ${id}`, async () => {
        const d = await store.load(id);
        const screen = await store.screen(id);
        const isTold = screen.told === d?.story.length && endWords.test(textOf(cardOf(id)));
        const isShown = screen.answered || isTold;
        return d?.ending && isShown ? d.ending : undefined;
      }).catch(async (error: Error) => {
        const d = await store.load(id);
        throw new Error(
          `${error.message}: ${JSON.stringify({ ...d, releases: d?.releases.length }, null, 1)}`,
        );
      }),
    shows: async (id, text) => {
      await until(`"${text}" in the card of ${id}`, () =>
        textOf(cardOf(id)).match(text) ? true : undefined,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it shows ${textOf(cardOf(id))}`);
      });
    },
    whispers,
    whispered: (person, text) =>
      until(`"${text}" told to ${person}`, () => whispers(person).findLast((said) => said.match(text))).catch(
        (error: Error) => {
          throw new Error(`${error.message}; told was ${whispers(person).join('\n')}`);
        },
      ),
    ask: async (command, by) => {
      const { reply, error } = await slack.command(command, by);
      const id = /D-\d+/.exec(reply?.text ?? '')?.[0];
      if (!id) throw new Error(`${command} became no deployment: ${error ?? reply?.text}`);
      return id;
    },
    press: async (id, button, by) => {
      const { channel, ts } = await until(`${button} on the card of ${id}`, () =>
        textOf(cardOf(id)).includes(`"text":"${button}"`) ? cardOf(id) : undefined,
      );
      const before = whispers(by.as).length;
      await slack.click({ text: button }, { ...by, message: { channel, ts } });
      return until(`an answer to ${by.as}, who pressed ${button}`, () => whispers(by.as)[before]);
    },
    form: (person) => until(`a form for ${person}`, () => slack.modal(person)),
    fill: async (values, by) => {
      await bot.form(by.as);
      return slack.fill(values, by);
    },
    prove: async (environment, services, version) => {
      const id = await bot.ask(`/deploy ${environment} ${services} ${version}`, { as: 'ana' });
      const isAsked = async () => ((await store.load(id))?.step === 'approval' ? true : undefined);
      if (environment === 'production') {
        await until(`the question of ${id}`, isAsked);
        await bot.press(id, 'Approve', { as: 'ben' });
      }
      const ending = await bot.ended(id);
      if (ending !== 'succeeded') throw new Error(`${id} ${ending}: ${bot.card(id)}`);
    },
    refusals: () => slack.log.filter((entry) => !entry.ok),
    until: (what, look) => until(what, look),
    stop: async () => {
      await server.stop();
      await stopWorld();
      redis.disconnect();
    },
  };
  return bot;
}

/** The heads of cards whose deployment has ended. */
const endWords =
  /\*(Deployed|Nothing to do|Refused|Rejected|Cancelled|Expired|Rolled back|Left as it is|Failed)\*/;
