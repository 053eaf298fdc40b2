/** The playground's company with its incidents: the bot's web half here, and workers as processes that can be killed in the act. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startCloud } from '../../playground/cloud/index.ts';
import { catalogText, openEstate, workspace } from '../../playground/estate.ts';
import { readManifest } from '../../playground/manifest.ts';
import { startOutside } from '../../playground/outside/index.ts';
import { startSlack } from '../../playground/slack/index.ts';
import { clockFrom, clockText } from '../../src/clients/clock.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { startServer } from '../../src/server.ts';
import { type Crew, startCrew } from '../support/crew.ts';
import { testRedis } from '../support/redis.ts';
import type { Surroundings } from './incident-scene.ts';
import { layWire, type Wire } from './wire.ts';

export interface KillingStage extends Surroundings {
  readonly crew: Crew;
  /**
   * Which call of a worker is its last one: it dies when that is done, before it hears the answer. `place` is the
   * worker's. Slack's calls have their names; the others are called `page`, `publish` and `issue`.
   */
  readonly lastCall: {
    isIt: ((call: string, place: number) => boolean) | null;
    happened: (call: string, place: number) => void;
  };
  stop(): Promise<void>;
}

export async function setKillingStage(scale: number, workers: number): Promise<KillingStage> {
  const redis = testRedis();
  const time = clockText(new Date('2026-11-20T09:00:00Z'), scale);
  const clock = clockFrom(time);
  const estate = openEstate({ production: 'v1.5.0' });
  const { scopes, events } = await readManifest();
  const secrets = { signingSecret: 'signing-secret-of-a-test', botToken: 'xoxb-test' };
  const slack = await startSlack({
    ...workspace,
    ...secrets,
    clock,
    scopes: [...scopes],
    events: [...events],
  });
  const cloud = await startCloud({ ...estate.cloud, clock });
  const outside = await startOutside({ clock, ...estate.outside });
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-crash-'));
  const catalog = join(folder, 'pilothouse.yml');
  writeFileSync(
    catalog,
    catalogText(estate, (cluster) => cloud.siteUrl(cluster), scale),
  );
  const environment = {
    SLACK_BOT_TOKEN: secrets.botToken,
    SLACK_SIGNING_SECRET: secrets.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: redis.url,
    PILOTHOUSE_PREFIX: redis.prefix,
    PILOTHOUSE_CATALOG: catalog,
    PILOTHOUSE_CLOCK: time,
    AWS_ENDPOINT_URL: cloud.awsUrl,
    AWS_REGION: estate.cloud.region,
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-test',
    ...outside.environment,
  };
  const web = await startServer(
    readEnvironment({ ...environment, PILOTHOUSE_ROLE: 'web', PORT: '0', HOST: '127.0.0.1' }),
    pino({ level: 'silent' }),
  );
  const url = `http://127.0.0.1:${web.port}`;
  slack.connect(`${url}/slack/events`);
  outside.pagerduty.subscribe({ url: `${url}/alerts/pagerduty`, secret: outside.alertSecrets.pagerduty });

  const lastCall: KillingStage['lastCall'] = { isIt: null, happened: () => {} };
  const onAnswer = (call: string, place: number) => {
    if (!lastCall.isIt?.(call, place)) return 'goes on';
    lastCall.isIt = null;
    lastCall.happened(call, place);
    return 'lost';
  };
  const wires: Wire[] = [];
  const wire = async (target: string, nameOf: (call: string) => string, place: number) => {
    const laid = await layWire(target, (call, method) =>
      method === 'GET' ? 'goes on' : onAnswer(nameOf(call), place),
    );
    wires.push(laid);
    return laid.url;
  };
  const wired = async (place: number) => {
    const pagerduty = await wire(outside.pagerduty.url, () => 'page', place);
    return {
      ...environment,
      SLACK_API_URL: `${await wire(slack.url, (call) => call, place)}/api/`,
      PAGERDUTY_API_URL: pagerduty,
      PAGERDUTY_EVENTS_URL: pagerduty,
      STATUSPAGE_API_URL: await wire(outside.statuspage.url, () => 'publish', place),
      GITHUB_API_URL: await wire(outside.github.url, () => 'issue', place),
    };
  };
  const places = await Promise.all(Array.from({ length: workers }, (_, place) => wired(place)));
  const crew = await startCrew({ places });

  return {
    slack,
    cloud,
    outside,
    clock,
    scale,
    estate,
    redis,
    url,
    crew,
    lastCall,
    stop: async () => {
      await crew.stop();
      await web.stop();
      await Promise.all(wires.map((laid) => laid.close()));
      await Promise.all([slack.stop(), cloud.stop(), outside.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
