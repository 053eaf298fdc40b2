/** The one place that posts to Slack: within its rate limits, never the same message twice, incidents first. */
import type { WebClient } from '@slack/web-api';
import type { Message } from '../templates/message.ts';
import type { Clock } from './clock.ts';
import type { Limiter } from './limiter.ts';
import { postAnswer } from './slack/answer.ts';
import { createSlackCaller } from './slack/call.ts';
import { channelIdOf, forget, type KnownNames } from './slack/channel-names.ts';
import { createDrawn } from './slack/drawn.ts';
import { findByKey, metadataOf, type PostedMessage } from './slack/keys.ts';
import { channelBudget, messageBudget, type Urgency } from './slack-budgets.ts';
import { awayFor, SlackAway, SlackRefused } from './slack-errors.ts';

export { slackClient } from './slack/client.ts';
export type { PostedMessage } from './slack/keys.ts';

export type SlackWriter = ReturnType<typeof createSlackWriter>;

export interface PostOptions {
  /** The `ts` of the message that is answered. */
  thread?: string | undefined;
  /** Shows an answer in the channel as well. */
  broadcast?: boolean;
  /** Default `progress`. */
  urgency?: Urgency;
  /** Asked once the turn has come, right before anything is sent; what it throws is thrown, and nothing was sent. */
  sure?: () => Promise<void>;
}

export function createSlackWriter(client: WebClient, limiter: Limiter, clock: Clock) {
  const names: KnownNames = new Map();
  const caller = createSlackCaller(limiter, (channel) => forget(names, channel));
  const { turn, call } = caller;
  const drawn = createDrawn(clock);

  /** The message that was posted under this key, at or after `since` (ms since 1970), if there is one. */
  const find = (channel: string, key: string, since: number, thread?: string) =>
    findByKey(client, caller, { channel, key, since, ...(thread && { thread }) });

  /** Posts under a key by which `find` finds it, should the answer get lost. */
  async function post(
    channel: string,
    message: Message,
    key: string,
    { thread, broadcast = false, urgency = 'progress', sure = async () => {} }: PostOptions = {},
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
          ...placeIn(thread, broadcast),
          unfurl_links: false,
          unfurl_media: false,
          metadata: metadataOf(key),
        });
      };
      const posted = await call('chat.postMessage', send, { channel, urgency });
      if (!posted.ts || !posted.channel) throw new SlackAway('Slack gave a message without a ts', awayFor);
      return { channel: posted.channel, ts: posted.ts };
    });
  }

  return {
    channelId: (channel: string) => channelIdOf(channel, names, client, caller),
    find,
    post,

    /** A direct message, unless one under this key was posted at or after `since`. */
    async direct(
      user: string,
      message: Message,
      key: string,
      since: number,
      urgency: Urgency = 'progress',
    ): Promise<void> {
      const { channel } = await call('conversations.open', () => client.conversations.open({ users: user }));
      if (!channel?.id) throw new SlackAway('Slack opened no direct message', awayFor);
      const found = await find(channel.id, key, since).catch((error: unknown) => {
        // An app that was installed before it asked for im:history: rather twice than never.
        if (error instanceof SlackRefused && error.reason === 'missing_scope') return null;
        throw error;
      });
      if (!found) await post(channel.id, message, key, { urgency });
    },

    async update(
      { channel, ts }: PostedMessage,
      message: Message,
      key: string,
      urgency: Urgency = 'progress',
    ): Promise<void> {
      await turn(messageBudget(ts));
      await drawn(message, (content) =>
        call(
          'chat.update',
          () => client.chat.update({ channel, ts, ...content, metadata: metadataOf(key) }),
          { channel, urgency },
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
      await drawn(message, (content) =>
        postAnswer(responseUrl, { ...content, response_type: 'ephemeral', replace_original: replace }),
      );
    },
  };
}

/** Slack's client tells a reply that is shown in the channel apart from one that is not. */
const placeIn = (thread: string | undefined, broadcast: boolean) =>
  thread === undefined
    ? {}
    : broadcast
      ? { thread_ts: thread, reply_broadcast: true }
      : { thread_ts: thread, reply_broadcast: false as const };
