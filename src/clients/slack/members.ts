/** Who is in a channel. */
import { type WebAPICallResult, WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { chunk } from 'es-toolkit';
import { z } from 'zod';
import { SlackRefused } from '../slack-errors.ts';
import type { SlackCaller } from './call.ts';

/** Somebody who could not be invited, and Slack's reason. */
export interface Skipped {
  user: string;
  why: string;
}

/** Slack documentation, conversations.invite: so many people a call. */
const mostAtOnce = 100;

/** Slack documentation, conversations.invite: reasons that lie in a person, not in the channel or in us. */
const personal = [
  'already_in_channel',
  'cant_invite',
  'cant_invite_self',
  'invitee_cant_see_channel',
  'no_external_invite_permission',
  'no_user',
  'org_user_not_in_team',
  'ura_max_channels',
  'user_is_restricted',
  'user_is_ultra_restricted',
  'user_not_found',
  'user_team_not_in_channel',
  'users_not_found',
];

const outcome = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  errors: z.array(z.object({ user: z.string().optional(), error: z.string() })).optional(),
});

export function createMembers(client: WebClient, { call }: SlackCaller) {
  async function inviteSome(channel: string, users: string[]): Promise<Skipped[]> {
    const answer = await call(
      'conversations.invite',
      () =>
        client.conversations
          .invite({ channel, users: users.join(','), force: true })
          .catch((error: unknown) => aboutPeople(error)),
      { channel },
    );
    const { ok, error = 'user_not_found', errors = [] } = outcome.parse(answer);
    const told = errors.flatMap(({ user, error: why }) => (user ? [{ user, why }] : []));
    if (ok || told.length > 0) return told;
    const [only] = users;
    if (users.length === 1 && only) return [{ user: only, why: error }];
    // Slack said no to all for the sake of one, and not for whom.
    const each = [];
    for (const user of users) each.push(...(await inviteSome(channel, [user])));
    return each;
  }

  return {
    /** Whoever is in it already is fine; whom Slack does not let in (unknown, deactivated, a guest, a bot) is reported. */
    async invite(id: string, userIds: readonly string[]): Promise<{ skipped: Skipped[] }> {
      const skipped = [];
      for (const users of chunk([...new Set(userIds)], mostAtOnce)) {
        skipped.push(...(await inviteSome(id, users)));
      }
      return { skipped: skipped.filter(({ why }) => why !== 'already_in_channel') };
    },

    async memberIds(id: string): Promise<string[]> {
      const ids: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await call(
          'conversations.members',
          () => client.conversations.members({ channel: id, limit: 1000, ...(cursor && { cursor }) }),
          { channel: id },
        );
        if (!page.members) throw new SlackRefused('conversations.members', 'no_members');
        ids.push(...page.members);
        cursor = page.response_metadata?.next_cursor;
        if (!cursor) return ids;
      }
    },
  };
}

function aboutPeople(error: unknown): WebAPICallResult {
  if (error instanceof WebAPIPlatformError && personal.includes(error.data.error)) return error.data;
  throw error;
}
