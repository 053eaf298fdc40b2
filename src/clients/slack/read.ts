/** Looks at one message that people wrote, for the timeline. */
import type { WebClient } from '@slack/web-api';
import { awayFor, SlackAway, SlackRefused } from '../slack-errors.ts';
import type { SlackCaller } from './call.ts';

export interface SlackMessage {
  channel: string;
  ts: string;
  /** The `ts` of the message that it answers. */
  thread: string | null;
  /** Null where an app wrote it under no user. */
  user: string | null;
  isBot: boolean;
  /** As Slack stores it: escaped, with mentions as ids. */
  text: string;
  link: string;
  /** Names of the emoji that people reacted with, without colons. */
  reactions: string[];
  files: { name: string; title: string; mimetype: string; link: string }[];
}

export function createReading(client: WebClient, { call }: SlackCaller) {
  async function permalink(channel: string, ts: string): Promise<string> {
    const { permalink: link } = await call(
      'chat.getPermalink',
      () => client.chat.getPermalink({ channel, message_ts: ts }),
      { channel },
    );
    if (!link) throw new SlackAway('Slack gave a message without an address', awayFor);
    return link;
  }

  /** Answers are not in a channel's history, so it is asked for among them next. */
  async function found(channel: string, ts: string) {
    const window = { channel, latest: ts, oldest: ts, inclusive: true };
    const top = await call(
      'conversations.history',
      () => client.conversations.history({ ...window, limit: 1 }),
      { channel },
    );
    const message = top.messages?.find((one) => one.ts === ts);
    if (message) return message;
    // Slack gives the parent along with the answer.
    const answers = await call(
      'conversations.replies',
      () => client.conversations.replies({ ...window, ts, limit: 2 }),
      { channel },
    ).catch((error: unknown) => {
      if (error instanceof SlackRefused && error.reason === 'thread_not_found') return null;
      throw error;
    });
    return answers?.messages?.find((one) => one.ts === ts) ?? null;
  }

  return {
    permalink,

    /** Null where there is none (any more). */
    async message(channel: string, ts: string): Promise<SlackMessage | null> {
      const message = await found(channel, ts);
      if (!message) return null;
      const thread = message.thread_ts && message.thread_ts !== ts ? message.thread_ts : null;
      return {
        channel,
        ts,
        thread,
        user: message.user ?? null,
        isBot: Boolean(message.bot_id),
        text: message.text ?? '',
        link: await permalink(channel, ts),
        reactions: (message.reactions ?? []).flatMap(({ name }) => name ?? []),
        files: (message.files ?? []).map(
          ({ name = '', title = '', mimetype = '', permalink: link = '' }) => ({
            name,
            title,
            mimetype,
            link,
          }),
        ),
      };
    },
  };
}
