/** Bolt: the same handlers over HTTP and Socket Mode. */
import type { RequestListener } from 'node:http';
import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Front } from './commands/answer.ts';
import { register } from './commands/index.ts';
import type { ProcessSettings } from './config/environment.ts';
import { slackPath } from './http.ts';
import { slackLogger } from './log.ts';

export interface Running {
  mode: 'http' | 'socket';
  /** What serves `/slack/events`; null in Socket Mode. */
  requestListener: RequestListener | null;
  start(): Promise<void>;
  /** Resolves once nothing that came in is being answered. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Bolt waits this long, times the failures so far, before it connects again, and takes it as the limit for a pong. */
const socketPingTimeout = 2_000;

/** The client gives up for good when its retries are used up, and an outage of Slack must not end the bot. */
const socketRetries = { forever: true, minTimeout: 500, maxTimeout: 10_000 };

export function createFront({ slack }: ProcessSettings, log: Logger, front: Front): Running {
  const logger = slackLogger(log, 'bolt');
  const http = slack.appToken
    ? null
    : new HTTPReceiver({ signingSecret: slack.signingSecret ?? '', endpoints: slackPath, logger });
  const socket = slack.appToken
    ? new SocketModeReceiver({
        appToken: slack.appToken,
        logger,
        clientPingTimeout: socketPingTimeout,
        installerOptions: {
          clientOptions: { ...(slack.apiUrl && { slackApiUrl: slack.apiUrl }), retryConfig: socketRetries },
        },
      })
    : null;
  const receiver = http ?? socket;
  if (!receiver) throw new Error('neither HTTP nor Socket Mode');
  const app = new App({
    receiver,
    logger,
    // Our own tokens and ids: Bolt would ask Slack for them, at start or for every request.
    authorize: async () => ({ botToken: slack.botToken }),
    ignoreSelf: false,
    convoStore: false,
    clientOptions: slack.apiUrl ? { slackApiUrl: slack.apiUrl } : {},
  });
  app.error(async (error) => log.error({ err: error }, 'Bolt could not handle a request'));
  let open = 0;
  const waiting: (() => void)[] = [];
  app.use(async ({ next }) => {
    open++;
    try {
      await next();
    } finally {
      open--;
      if (open === 0) for (const go of waiting.splice(0)) go();
    }
  });
  register(app, front);
  return {
    mode: http ? 'http' : 'socket',
    requestListener: http?.requestListener ?? null,
    start: async () => void (await socket?.start()),
    settled: async () => {
      if (open > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    stop: async () => void (await socket?.stop()),
  };
}
