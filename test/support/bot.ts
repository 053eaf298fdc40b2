/** The whole bot in this process, between a simulated Slack and a simulated cloud, on a real Redis. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Cloud, type CloudService, startCloud } from '../../playground/cloud/index.ts';
import { type SlackWorkspace, startSlack } from '../../playground/slack/index.ts';
import type { Message } from '../../playground/slack/types.ts';
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
  socketMode?: boolean;
  /** Changes the catalog's text before the bot reads it. */
  catalog?: (text: string) => string;
  services?: (services: CloudService[]) => CloudService[];
  slackLatencyMs?: number;
  env?: Record<string, string>;
}

export interface Bot {
  slack: SlackWorkspace;
  cloud: Cloud;
  clock: Clock;
  store: Store;
  /** What runs in a cluster, by service. */
  versions(cluster: string): Record<string, string>;
  /** The parent message of a deployment as it is now, as text. */
  card(id: string): string;
  cards(): Message[];
  story(id: string): string;
  /** Waits until the deployment has ended and Slack shows it; gives how it ended. */
  ended(id: string): Promise<string>;
  /** Waits until the card of the deployment says this. */
  shows(id: string, text: string | RegExp): Promise<void>;
  /** What only this person sees, newest last. */
  whispers(person: string): string[];
  stop(): Promise<void>;
}

export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const { url, prefix } = testRedis();
  const clockSetting = clockText(new Date('2026-01-05T09:00:00Z'), options.scale ?? 60);
  const clock = clockFrom(clockSetting);
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test', appToken: 'xapp-test' };
  const slack = await startSlack({
    clock,
    ...secrets,
    ...people,
    channels: ['deployments', 'general'],
    latencyMs: options.slackLatencyMs ?? 2,
  });
  const cloud = await startCloud({
    clock,
    services: (options.services ?? ((s) => s))(estate()),
    latencyMs: 2,
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
  const level = process.env.TEST_LOG ?? 'silent';
  const server = await startServer(readEnvironment(env), pino({ level }));
  if (!options.socketMode) slack.connect(`http://127.0.0.1:${server.port}/slack/events`);
  const redis = workerConnection(url, { onError: () => {} });
  const store = createStore(redis, prefix);

  const cards = () => slack.messages('deployments').filter((m) => m.byBot);
  const cardOf = (id: string) => {
    const found = cards().filter((m) => m.metadata?.event_payload.key === id);
    if (found.length > 1) throw new Error(`${id} has ${found.length} messages`);
    return found[0];
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

  return {
    slack,
    cloud,
    clock,
    store,
    versions: (cluster) =>
      Object.fromEntries(
        estate()
          .filter((s) => s.cluster === cluster)
          .map((s) => [s.service, cloud.running(cluster, s.service).version]),
      ),
    card: (id) => textOf(cardOf(id)),
    cards,
    story: (id) => {
      const parent = cardOf(id);
      return parent
        ? slack
            .thread('deployments', parent.ts)
            .map((m) => m.text)
            .join('\n')
        : '';
    },
    ended: (id) =>
      until(`the end of ${id}`, async () => {
        const d = await store.load(id);
        const screen = await store.screen(id);
        const isShown = screen.answered || screen.told === d?.story.length;
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
    whispers: (person) => slack.ephemerals(person).map((m) => `${m.text} ${JSON.stringify(m.blocks)}`),
    stop: async () => {
      await server.stop();
      await Promise.all([slack.stop(), cloud.stop()]);
      redis.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
