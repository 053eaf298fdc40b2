/** Several environments side by side, a simulated Slack and cloud, the bot's web half here, and its workers as processes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Cloud, startCloud } from '../../playground/cloud/index.ts';
import { type SlackWorkspace, startSlack } from '../../playground/slack/index.ts';
import { type Clock, clockFrom, clockText } from '../../src/clients/clock.ts';
import { workerConnection } from '../../src/clients/redis.ts';
import { createStore, type Store } from '../../src/clients/store/index.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { startServer } from '../../src/server.ts';
import { type Crew, startCrew } from '../support/crew.ts';
import { testRedis } from '../support/redis.ts';
import { people } from '../support/world.ts';
import { layWire } from './wire.ts';

/** `production` asks for approvals, and for the typed word before a rollback. */
export const environments = ['alpha', 'bravo', 'charlie', 'delta', 'production'] as const;
export type EnvironmentName = (typeof environments)[number];
export const services = ['auth-svc', 'market-svc', 'api-gateway'];

/** So many that most deployments bring one whose task definition is not there yet. */
export const goodVersions = Array.from({ length: 9 }, (_, n) => `v1.${n}.0`);
/** The first one answers 503, the tasks of the second one never start; ECS gives up on them. */
export const badVersions = ['v2.0.0', 'v3.0.0'] as const;

export interface Stage {
  slack: SlackWorkspace;
  cloud: Cloud;
  clock: Clock;
  store: Store;
  redis: Redis;
  prefix: string;
  crew: Crew;
  /** Which call of the worker in place 0 is its last one: it dies when that is done, before it hears the answer. */
  lastCall: { isIt: ((call: string) => boolean) | null; happened: (call: string) => void };
  /** Waits for anything, in real seconds: until `look` gives something. */
  until<R>(what: string, seconds: number, look: () => Promise<R | undefined> | R | undefined): Promise<R>;
  stop(): Promise<void>;
}

export async function setStage(scale: number, workers: number): Promise<Stage> {
  const { url, prefix } = testRedis();
  const time = clockText(new Date('2026-11-20T09:00:00Z'), scale);
  const clock = clockFrom(time);
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test' };
  const slack = await startSlack({ clock, ...secrets, ...people, channels: ['deployments'], latencyMs: 10 });
  const cloud = await startCloud({
    clock,
    services: environments.flatMap((cluster) =>
      services.map((service) => ({
        cluster,
        service,
        family: `${cluster}-${service}`,
        container: 'app',
        repository: service,
        tags: [...goodVersions, ...badVersions],
        running: 'v1.0.0',
        breaker: 'rollback' as const,
      })),
    ),
    rolloutMs: 4_000,
    latencyMs: 10,
  });
  for (const service of services) {
    cloud.break.version(service, badVersions[0], 'unhealthy');
    cloud.break.version(service, badVersions[1], 'crash-at-start');
  }
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-crash-'));
  const catalog = join(folder, 'pilothouse.yml');
  writeFileSync(catalog, catalogText(cloud));
  const aws = {
    AWS_ENDPOINT_URL: cloud.awsUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-test',
  };
  const environment = {
    SLACK_BOT_TOKEN: secrets.botToken,
    SLACK_SIGNING_SECRET: secrets.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: url,
    PILOTHOUSE_PREFIX: prefix,
    PILOTHOUSE_CATALOG: catalog,
    PILOTHOUSE_CLOCK: time,
    ...aws,
  };
  const web = await startServer(
    readEnvironment({ ...environment, PILOTHOUSE_ROLE: 'web', PORT: '0', HOST: '127.0.0.1' }),
    pino({ level: 'silent' }),
  );
  slack.connect(`http://127.0.0.1:${web.port}/slack/events`);
  const lastCall: Stage['lastCall'] = { isIt: null, happened: () => {} };
  const onAnswer = (call: string) => {
    if (!lastCall.isIt?.(call)) return 'goes on';
    lastCall.isIt = null;
    lastCall.happened(call);
    return 'lost';
  };
  const wires = { aws: await layWire(cloud.awsUrl, onAnswer), slack: await layWire(slack.url, onAnswer) };
  const wired = {
    ...environment,
    AWS_ENDPOINT_URL: wires.aws.url,
    SLACK_API_URL: `${wires.slack.url}/api/`,
  };
  const others = Array.from({ length: workers - 1 }, () => environment);
  const crew = await startCrew({ places: [wired, ...others] });
  const redis = workerConnection(url, { onError: () => {} });

  return {
    slack,
    cloud,
    clock,
    redis,
    prefix,
    crew,
    lastCall,
    store: createStore(redis, prefix),
    until: async (what, seconds, look) => {
      for (const end = Date.now() + seconds * 1_000; ; await sleep(50)) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
      }
    },
    stop: async () => {
      await crew.stop();
      await web.stop();
      await Promise.all([wires.aws.close(), wires.slack.close()]);
      await Promise.all([slack.stop(), cloud.stop()]);
      redis.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** No deadline of the catalog comes near while workers are dead: what is watched here is crashes, not patience. */
const catalogText = (cloud: Cloud): string => `
organization: Skillancer
slack: { deployments: "#deployments" }
people:
  deployers: ["@engineering"]
  approvers: ["@devops-lead", "carla@example.com"]
environments:
${environments.map((name) => environmentText(name, cloud.siteUrl(name))).join('')}
services:
${services.map((name) => serviceText(name, name === 'api-gateway' ? 2 : 1)).join('')}`;

const environmentText = (name: EnvironmentName, url: string): string => `
  ${name}:
    base_url: ${url}
    watch: { for: 15s, every: 5s }
    ${name === 'production' ? 'approvals: { required: 1, from: approvers, expire: 12h }' : ''}
`;

const serviceText = (name: string, stage: number): string => `
  ${name}:
    stage: ${stage}
    target:
      type: ecs
      service: "{service}"
      container: app
      image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/{service}:{version}
      timeout: 6h
      environments:
${environments.map((e) => `        ${e}: { cluster: ${e}, family: "${e}-{service}" }`).join('\n')}
    probes:
      - { name: live, get: "/{service}/health/live" }
`;
