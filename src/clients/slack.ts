/** The one place that writes to Slack: within its rate limits, never the same message twice, plain where rich is refused. */
import {
  type Logger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Message } from '../templates/message.ts';
import type { Clock } from './clock.ts';
import type { Bucket, Limiter } from './limiter.ts';

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

export interface PostedMessage {
  channel: string;
  ts: string;
}

export type SlackWriter = ReturnType<typeof createSlackWriter>;

/** Our own queue decides about retries: the client's could post a message twice, or hold a job for half an hour. */
export const slackClient = (token: string, apiUrl: string | null, logger: Logger): WebClient =>
  new WebClient(token, {
    logger,
    ...(apiUrl && { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 8_000,
  });

/** The event type of the metadata by which a message that was posted is found again. */
const eventType = 'pilothouse_message';
const perMinute = (method: string, calls: number, burst: number): Bucket => ({
  name: `slack:${method}`,
  perSecond: calls / 60,
  burst,
});
/** Slack documentation, "Rate limits": tiers per method and workspace, and one post a second and channel. */
const budgets = {
  'chat.update': perMinute('chat.update', 50, 12),
  'chat.postMessage': { name: 'slack:chat.postMessage', perSecond: 4, burst: 10 },
  'chat.postEphemeral': perMinute('chat.postEphemeral', 100, 20),
  'conversations.history': perMinute('conversations.history', 50, 10),
  'conversations.replies': perMinute('conversations.replies', 50, 10),
  'conversations.list': perMinute('conversations.list', 20, 5),
} satisfies Record<string, Bucket>;
const channelBudget = (channel: string): Bucket => ({
  name: `slack:channel:${channel}`,
  perSecond: 1,
  burst: 3,
});
const messageBudget = (ts: string): Bucket => ({ name: `slack:message:${ts}`, perSecond: 1, burst: 1 });

/** After a refusal of the newer blocks they are not tried again for this long. */
const plainFor = 60 * 60_000;
const awayFor = 5_000;

export function createSlackWriter(client: WebClient, limiter: Limiter, clock: Clock) {
  const channelIds = new Map<string, string>();
  let plainUntil = 0;

  async function call<R>(method: keyof typeof budgets, run: () => Promise<R>): Promise<R> {
    await limiter.take(budgets[method]);
    try {
      return await run();
    } catch (error) {
      if (error instanceof WebAPIRateLimitedError) {
        await limiter.penalise(budgets[method], error.retryAfter * 1000);
        throw new SlackAway(`Slack asks to wait with ${method}`, error.retryAfter * 1000);
      }
      throw translated(method, error);
    }
  }

  /** Tries the newest blocks, then their plain twin; what cannot be drawn at all is sent as text. */
  async function drawn<R>(
    message: Message,
    send: (content: Pick<Message, 'text' | 'blocks'>) => Promise<R>,
  ): Promise<R> {
    const { text, blocks, plain } = message;
    const rich = clock.now() >= plainUntil || !plain;
    try {
      return await send({ text, blocks: rich ? blocks : plain });
    } catch (error) {
      if (!(error instanceof SlackRefused) || !refusedBlocks.includes(error.reason)) throw error;
      if (!rich || !plain) return send({ text, blocks: [] });
      plainUntil = clock.now() + plainFor;
      return drawn(message, send);
    }
  }

  async function channelId(channel: string): Promise<string> {
    if (!channel.startsWith('#')) return channel;
    const known = channelIds.get(channel);
    if (known) return known;
    for (let cursor: string | undefined; ; ) {
      const page = await call('conversations.list', () =>
        client.conversations.list({
          types: 'public_channel,private_channel',
          exclude_archived: true,
          limit: 1000,
          ...(cursor && { cursor }),
        }),
      );
      for (const { name, id } of page.channels ?? []) if (name && id) channelIds.set(`#${name}`, id);
      const found = channelIds.get(channel);
      if (found) return found;
      cursor = page.response_metadata?.next_cursor;
      if (!cursor) throw new SlackRefused('conversations.list', `channel_not_found (${channel})`);
    }
  }

  return {
    channelId,

    /** Posts under a key by which `find` finds it, should the answer get lost. */
    async post(channel: string, message: Message, key: string, thread?: string): Promise<PostedMessage> {
      await limiter.take(channelBudget(channel));
      return drawn(message, async (content) => {
        const posted = await call('chat.postMessage', () =>
          client.chat.postMessage({
            channel,
            ...content,
            ...(thread && { thread_ts: thread }),
            unfurl_links: false,
            unfurl_media: false,
            metadata: { event_type: eventType, event_payload: { key } },
          }),
        );
        if (!posted.ts || !posted.channel) throw new SlackAway('Slack gave a message without a ts', awayFor);
        return { channel: posted.channel, ts: posted.ts };
      });
    },

    async update({ channel, ts }: PostedMessage, message: Message, key: string): Promise<void> {
      await limiter.take(messageBudget(ts));
      await drawn(message, (content) =>
        call('chat.update', () =>
          client.chat.update({
            channel,
            ts,
            ...content,
            metadata: { event_type: eventType, event_payload: { key } },
          }),
        ),
      );
    },

    /** The message that was posted under this key, at or after `since`, if there is one. */
    async find(channel: string, key: string, since: number, thread?: string): Promise<PostedMessage | null> {
      const oldest = String(Math.floor(since / 1000) - 60);
      for (let cursor: string | undefined; ; ) {
        const query = {
          channel,
          oldest,
          include_all_metadata: true,
          limit: 200,
          ...(cursor && { cursor }),
        };
        const page = thread
          ? await call('conversations.replies', () =>
              client.conversations.replies({ ...query, ts: thread, inclusive: true }),
            )
          : await call('conversations.history', () =>
              client.conversations.history({ ...query, inclusive: true }),
            );
        const found = page.messages?.find((m) => keyOf(m) === key);
        if (found?.ts) return { channel, ts: found.ts };
        cursor = page.response_metadata?.next_cursor;
        if (!cursor) return null;
      }
    },

    /** Visible to one person only; Slack keeps none of these, so they may repeat after a crash. */
    async whisper(channel: string, user: string, message: Message): Promise<void> {
      await drawn(message, (content) =>
        call('chat.postEphemeral', () => client.chat.postEphemeral({ channel, user, ...content })),
      );
    },

    /** Answers a command, click or form where Slack gave an address for it (5 times in 30 minutes). */
    async answer(responseUrl: string, message: Message, replace: boolean): Promise<void> {
      await drawn(message, async (content) => {
        const response = await fetch(responseUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({ ...content, response_type: 'ephemeral', replace_original: replace }),
          signal: AbortSignal.timeout(8_000),
        }).catch((error: unknown) => {
          throw new SlackAway(`Slack does not take the answer: ${reasonOf(error)}`, awayFor);
        });
        if (response.ok) return;
        if (response.status === 429 || response.status >= 500) {
          throw new SlackAway(`Slack does not take the answer: ${response.status}`, awayFor);
        }
        throw new SlackRefused('the answer', await errorIn(response));
      });
    },
  };
}

const refusedBlocks = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'only_one_table_allowed',
];

function keyOf(message: object): unknown {
  if (!('metadata' in message)) return undefined;
  const { metadata } = message;
  if (typeof metadata !== 'object' || metadata === null || !('event_payload' in metadata)) return undefined;
  const payload = metadata.event_payload;
  return typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
}

function translated(method: string, error: unknown): unknown {
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

async function errorIn(response: Response): Promise<string> {
  const text = await response.text();
  return /"error":\s*"([a-z_]+)"/.exec(text)?.[1] ?? `status ${response.status}`;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
