/** How Slack says no: come back later, or never like this. */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from '@slack/web-api';

/** Within which Slack may be back, in milliseconds, where it does not say. */
export const awayFor = 5_000;

/** Slack could not be reached or wants us to wait: try again after `retryIn` milliseconds. Nothing is wrong with the message. */
export class SlackAway extends Error {
  override readonly name = 'SlackAway';
  readonly retryIn: number;
  constructor(message: string, retryIn: number) {
    super(message);
    this.retryIn = retryIn;
  }
}

/** Slack said no: `reason` is its error code (`channel_not_found`, `message_not_found`, …). */
export class SlackRefused extends Error {
  override readonly name = 'SlackRefused';
  readonly reason: string;
  constructor(method: string, reason: string) {
    super(`Slack refused ${method}: ${reason}`);
    this.reason = reason;
  }
}

/** What Slack says of a channel that is no longer what it was. */
export const closed = ['is_archived', 'channel_not_found', 'not_in_channel'];

/** Slack does not take the blocks, or not so many. */
export const isAboutBlocks = (error: unknown): error is SlackRefused =>
  error instanceof SlackRefused && refusedBlocks.includes(error.reason);

const refusedBlocks = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'only_one_table_allowed',
];

/** An error of Slack's client as one of ours; what is not about Slack stays what it is. */
export function translated(method: string, error: unknown): unknown {
  if (error instanceof WebAPIPlatformError) {
    const away = ['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];
    const reason = error.data.error;
    return away.includes(reason)
      ? new SlackAway(`Slack has trouble: ${reason}`, awayFor)
      : new SlackRefused(method, reason);
  }
  if (error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError) {
    return new SlackAway(`Slack does not answer ${method}: ${error.message}`, awayFor);
  }
  return error;
}

/** The error code in the answer of a response URL. */
export async function errorIn(response: Response): Promise<string> {
  const text = await response.text();
  return /"error":\s*"([a-z_]+)"/.exec(text)?.[1] ?? `status ${response.status}`;
}
