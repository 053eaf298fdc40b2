/** The one place that writes to Slack: within its rate limits, never the same message twice, plain where rich is refused. */
import { type Logger, WebAPIRateLimitedError, WebClient } from '@slack/web-api';
import type { Message } from '../templates/message.ts';
import type { Clock } from './clock.ts';
import { type Bucket, type Limiter, TurnTooLate } from './limiter.ts';
import { budgets, channelBudget, messageBudget } from './slack-budgets.ts';
import {
  awayFor,
  closed,
  errorIn,
  isAboutBlocks,
  SlackAway,
  SlackRefused,
  translated,
} from './slack-errors.ts';

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
/** After a refusal of the newer blocks they are not tried again for this long. */
const plainFor = 60 * 60_000;
/** Whose turn comes later than this comes back for it: a process that shall end cannot wait for every turn. */
const longestWait = 15_000;

export function createSlackWriter(client: WebClient, limiter: Limiter, clock: Clock) {
  const channelIds = new Map<string, string>();
  let plainUntil = 0;

  async function turn(bucket: Bucket): Promise<void> {
    try {
      await limiter.take(bucket, { maxWaitMs: longestWait });
    } catch (error) {
      if (!(error instanceof TurnTooLate)) throw error;
      throw new SlackAway(error.message, error.waitMs);
    }
  }

  /** A channel that Slack refuses may have been archived, and another one may have its name by now. */
  function forget(id: string): void {
    for (const [name, known] of channelIds) if (known === id) channelIds.delete(name);
  }

  async function call<R>(
    method: keyof typeof budgets,
    run: () => Promise<R>,
    channel: string | null = null,
  ): Promise<R> {
    await turn(budgets[method]);
    try {
      return await run();
    } catch (error) {
      if (error instanceof WebAPIRateLimitedError) {
        await limiter.penalise(budgets[method], error.retryAfter * 1000);
        throw new SlackAway(`Slack asks to wait with ${method}`, error.retryAfter * 1000);
      }
      const refusal = translated(method, error);
      if (channel && refusal instanceof SlackRefused && closed.includes(refusal.reason)) forget(channel);
      throw refusal;
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
      if (!isAboutBlocks(error)) throw error;
      if (!rich || !plain) return send({ text, blocks: [] });
      try {
        const sent = await send({ text, blocks: plain });
        // Only now it is known that it was the newer kinds of blocks; it may have been one message's contents.
        if (error.reason === 'invalid_blocks') plainUntil = clock.now() + plainFor;
        return sent;
      } catch (again) {
        if (!isAboutBlocks(again)) throw again;
        return send({ text, blocks: [] });
      }
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
      if (!cursor) throw new SlackRefused(`the name ${channel}`, 'channel_not_found');
    }
  }

  /** The message that was posted under this key, at or after `since`, if there is one. */
  async function find(
    channel: string,
    key: string,
    since: number,
    thread?: string,
  ): Promise<PostedMessage | null> {
    const oldest = String(Math.floor(since / 1000) - 60);
    for (let cursor: string | undefined; ; ) {
      const query = { channel, oldest, include_all_metadata: true, limit: 200, ...(cursor && { cursor }) };
      const page = thread
        ? await call(
            'conversations.replies',
            () => client.conversations.replies({ ...query, ts: thread, inclusive: true }),
            channel,
          )
        : await call(
            'conversations.history',
            () => client.conversations.history({ ...query, inclusive: true }),
            channel,
          );
      const found = page.messages?.find((m) => keyOf(m) === key);
      if (found?.ts) return { channel, ts: found.ts };
      cursor = page.response_metadata?.next_cursor;
      if (!cursor) return null;
    }
  }

  /**
   * Posts under a key by which `find` finds it, should the answer get lost. `sure` is asked once the turn has come, right
   * before anything is sent; what it throws is thrown, and nothing was sent.
   */
  async function post(
    channel: string,
    message: Message,
    key: string,
    thread?: string,
    sure: () => Promise<void> = async () => {},
  ): Promise<PostedMessage> {
    await turn(channelBudget(channel));
    let asked: Promise<void> | undefined;
    return drawn(message, async (content) => {
      const send = async () => {
        asked ??= sure();
        await asked;
        return client.chat.postMessage({
          channel,
          ...content,
          ...(thread && { thread_ts: thread }),
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: eventType, event_payload: { key } },
        });
      };
      const posted = await call('chat.postMessage', send, channel);
      if (!posted.ts || !posted.channel) throw new SlackAway('Slack gave a message without a ts', awayFor);
      return { channel: posted.channel, ts: posted.ts };
    });
  }

  return {
    channelId,
    find,
    post,

    /** A direct message, unless one under this key was posted at or after `since`. */
    async direct(user: string, message: Message, key: string, since: number): Promise<void> {
      const { channel } = await call('conversations.open', () => client.conversations.open({ users: user }));
      if (!channel?.id) throw new SlackAway('Slack opened no direct message', awayFor);
      const found = await find(channel.id, key, since).catch((error: unknown) => {
        // An app that was installed before it asked for im:history: rather twice than never.
        if (error instanceof SlackRefused && error.reason === 'missing_scope') return null;
        throw error;
      });
      if (!found) await post(channel.id, message, key);
    },

    async update({ channel, ts }: PostedMessage, message: Message, key: string): Promise<void> {
      await turn(messageBudget(ts));
      await drawn(message, (content) =>
        call(
          'chat.update',
          () =>
            client.chat.update({
              channel,
              ts,
              ...content,
              metadata: { event_type: eventType, event_payload: { key } },
            }),
          channel,
        ),
      );
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

function keyOf(message: object): unknown {
  if (!('metadata' in message)) return undefined;
  const { metadata } = message;
  if (typeof metadata !== 'object' || metadata === null || !('event_payload' in metadata)) return undefined;
  const payload = metadata.event_payload;
  return typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
