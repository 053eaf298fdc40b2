/** Slack's own client, told not to try anything again by itself. */
import { type Logger, WebClient } from '@slack/web-api';

/** Our own queue decides about retries: the client's could post a message twice, or hold a job for half an hour. */
export const slackClient = (token: string, apiUrl: string | null, logger: Logger): WebClient =>
  new WebClient(token, {
    logger,
    ...(apiUrl && { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 8_000,
  });
