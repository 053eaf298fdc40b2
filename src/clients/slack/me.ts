/** The bot's own user id, asked once. */
import type { WebClient } from '@slack/web-api';
import { awayFor, SlackAway } from '../slack-errors.ts';
import type { SlackCaller } from './call.ts';

export type Me = () => Promise<string>;

export function createMe(client: WebClient, { call }: SlackCaller): Me {
  let known: string | undefined;
  return async () => {
    known ??= (await call('auth.test', () => client.auth.test())).user_id;
    if (!known) throw new SlackAway('Slack does not say who the bot is', awayFor);
    return known;
  };
}
