/** People and the bot coming into channels. */
import { announce, type Channel, type State } from './state.ts';

/** The app hears of it where it is a member, and of its own coming. */
export function joinChannel(state: State, room: Channel, user: string, inviter?: string): void {
  room.members.add(user);
  if (!room.members.has(state.bot.id)) return;
  announce(state, {
    type: 'member_joined_channel',
    user,
    channel: room.id,
    channel_type: room.kind === 'public' ? 'C' : 'G',
    team: state.team.id,
    ...(inviter && { inviter }),
  });
}
