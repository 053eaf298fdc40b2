/** What incidents need of Slack beside messages: rooms, people in them, marks, documents. Every operation may run again. */
import type { HomeView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Limiter } from './limiter.ts';
import { createSlackCaller } from './slack/call.ts';
import { createChannels } from './slack/channels.ts';
import type { RoomClaims } from './slack/claims.ts';
import { createDocuments } from './slack/documents.ts';
import { createMarks } from './slack/marks.ts';
import { createMe } from './slack/me.ts';
import { createMembers } from './slack/members.ts';
import { createReading } from './slack/read.ts';

export { createRoomClaims } from './slack/claims.ts';

export type SlackRooms = ReturnType<typeof createSlackRooms>;

/** Everything throws `SlackAway` (come back later) or `SlackRefused` (never like this). */
export function createSlackRooms(client: WebClient, limiter: Limiter, claims: RoomClaims) {
  const caller = createSlackCaller(limiter);
  const me = createMe(client, caller);
  return {
    ...createChannels(client, caller, claims, me),
    ...createMembers(client, caller),
    ...createMarks(client, caller),
    ...createDocuments(client, caller, me),
    ...createReading(client, caller),

    /** What this person sees when they open the app's Home tab. */
    async home(user: string, view: HomeView): Promise<void> {
      await caller.call('views.publish', () => client.views.publish({ user_id: user, view }));
    },
  };
}
