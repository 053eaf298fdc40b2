/** Workspaces and real Bolt apps for these tests. */
import { App, type AppOptions, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { type SlackOptions, type SlackWorkspace, startSlack } from '../../../playground/slack/index.ts';
import { type Clock, realClock } from '../../../src/clients/clock.ts';

const people = [
  { id: 'U0ANA', name: 'ana', email: 'ana@example.com' },
  { id: 'U0BEN', name: 'ben', email: 'ben@example.com' },
];
const secrets = { signingSecret: 'signing-secret', botToken: 'xoxb-test', appToken: 'xapp-test' };

export function workspace(options: Partial<SlackOptions> = {}): Promise<SlackWorkspace> {
  return startSlack({
    clock: realClock,
    ...secrets,
    people,
    channels: ['deployments', 'incidents'],
    userGroups: [{ id: 'S0OPS', handle: 'devops', members: ['ben'] }],
    latencyMs: 0,
    ...options,
  });
}

export interface Bot {
  app: App;
  stop(): Promise<void>;
}

const RETRY = { retries: 0 };

/** A Bolt app over HTTP that is already connected to the workspace. */
export async function httpBot(slack: SlackWorkspace, options: AppOptions = {}): Promise<Bot> {
  const receiver = new HTTPReceiver({ signingSecret: secrets.signingSecret, logLevel: LogLevel.ERROR });
  const app = newApp(slack, { receiver, ...options });
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  const address = 'address' in server ? server.address() : null;
  if (address === null || typeof address === 'string') throw new Error('The bot does not listen');
  slack.connect(`http://127.0.0.1:${address.port}/slack/events`);
  return { app, stop: () => stopped(app) };
}

export async function socketBot(slack: SlackWorkspace): Promise<Bot> {
  const receiver = new SocketModeReceiver({
    appToken: secrets.appToken,
    logLevel: LogLevel.ERROR,
    clientPingTimeout: 100,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: RETRY } },
  });
  const app = newApp(slack, { receiver });
  await app.start();
  return { app, stop: () => stopped(app) };
}

function newApp(slack: SlackWorkspace, options: AppOptions): App {
  return new App({
    token: secrets.botToken,
    botId: slack.bot.botId,
    botUserId: slack.bot.id,
    convoStore: false,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: RETRY, rejectRateLimitedCalls: true },
    ...options,
  });
}

async function stopped(app: App): Promise<void> {
  await app.stop();
}

/** A clock that stands still until it is moved. */
export function handClock(start = Date.parse('2026-11-21T10:00:00Z')): Clock & { advance(ms: number): void } {
  let now = start;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    real: (ms) => ms,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms <= 0) return resolve();
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
    advance: (ms) => {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

export async function eventually<Value>(look: () => Value | undefined | false): Promise<Value> {
  const until = performance.now() + 5000;
  while (performance.now() < until) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('It did not happen within 5 s');
}
