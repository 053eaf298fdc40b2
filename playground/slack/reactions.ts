/** Emoji reactions, by the bot or a person. */
import { SlackError } from './slack-error.ts';
import { announce, type State } from './state.ts';
import type { Message } from './types.ts';

export function addReaction(state: State, message: Message, name: string, user: string): void {
  if (!/^[a-z0-9_+'-]+(::skin-tone-\d)?$/.test(name)) throw new SlackError('invalid_name');
  const reaction = message.reactions.find((one) => one.name === name);
  if (reaction?.users.includes(user)) throw new SlackError('already_reacted');
  if (reaction) {
    reaction.users.push(user);
    reaction.count = reaction.users.length;
  } else {
    message.reactions.push({ name, users: [user], count: 1 });
  }
  tell(state, 'reaction_added', message, name, user);
}

export function removeReaction(state: State, message: Message, name: string, user: string): void {
  const reaction = message.reactions.find((one) => one.name === name);
  if (!reaction?.users.includes(user)) throw new SlackError('no_reaction');
  reaction.users = reaction.users.filter((one) => one !== user);
  reaction.count = reaction.users.length;
  if (reaction.count === 0) message.reactions.splice(message.reactions.indexOf(reaction), 1);
  tell(state, 'reaction_removed', message, name, user);
}

/** The app hears of it only where it is a member. */
function tell(state: State, type: string, message: Message, reaction: string, user: string): void {
  if (!state.channels.get(message.channel)?.members.has(state.bot.id)) return;
  announce(state, {
    type,
    user,
    reaction,
    item_user: message.user,
    item: { type: 'message', channel: message.channel, ts: message.ts },
    event_ts: state.nextTs(),
  });
}
