/** conversations.*: making, filling and closing channels. */
import { z } from 'zod';
import { escaped } from '../composer.ts';
import { channelFor, imWith, isVisible, writableChannel } from '../lookup.ts';
import { joinChannel } from '../membership.ts';
import { mayManage, mayRead } from '../scopes.ts';
import { SlackError } from '../slack-error.ts';
import { addChannel, announce, type Channel, type State } from '../state.ts';
import { count, flag, idList, type Methods, method, page, paging } from './call.ts';
import { openIm } from './chat.ts';

const manage = { writes: true };
const channel = z.string();
/** Slack documentation of conversations.setTopic and setPurpose. */
const MOST_TOPIC = 250;

export const channelMethods: Methods = {
  'conversations.create': method(
    { ...manage, tier: 2 },
    { name: z.string().default(''), is_private: flag },
    (args, state) => {
      const kind = args.is_private ? 'private' : 'public';
      mayManage(state, kind);
      mustBeFreeName(state, args.name);
      const made = addChannel(state, { name: args.name, kind, creator: state.bot.id });
      announce(state, { type: 'channel_created', channel: about(state, made) });
      return { channel: about(state, made) };
    },
  ),

  'conversations.invite': method(
    { ...manage, tier: 3 },
    { channel, users: idList, force: flag },
    (args, state) => {
      const room = writableChannel(state, args.channel);
      mayManage(state, room.kind, 'invites');
      const refusals = args.users.flatMap((user) => invitationRefusal(state, room, user));
      const first = refusals[0];
      const nobody = refusals.length === args.users.length;
      if (first && (!args.force || nobody)) throw new SlackError(first.error, { errors: refusals });
      const refused = new Set(refusals.map((one) => one.user));
      for (const user of args.users.filter((one) => !refused.has(one)))
        joinChannel(state, room, user, state.bot.id);
      return { channel: about(state, room), ...(refusals.length > 0 && { errors: refusals }) };
    },
  ),

  'conversations.kick': method({ ...manage, tier: 3 }, { channel, user: z.string() }, (args, state) => {
    const room = writableChannel(state, args.channel);
    mayManage(state, room.kind);
    if (args.user === state.bot.id) throw new SlackError('cant_kick_self');
    if (!state.people.has(args.user)) throw new SlackError('user_not_found');
    if (!room.members.delete(args.user)) throw new SlackError('not_in_channel');
    return { errors: {} };
  }),

  'conversations.join': method(
    { scopes: ['channels:join'], writes: true, tier: 3 },
    { channel },
    (args, state) => {
      const room = channelFor(state, args.channel);
      if (room.archived) throw new SlackError('is_archived');
      if (room.kind !== 'public') throw new SlackError('method_not_supported_for_channel_type');
      if (room.members.has(state.bot.id))
        return { channel: about(state, room), warning: 'already_in_channel' };
      joinChannel(state, room, state.bot.id);
      return { channel: about(state, room) };
    },
  ),

  'conversations.archive': method({ ...manage, tier: 2 }, { channel }, (args, state) => {
    const room = channelFor(state, args.channel);
    mayManage(state, room.kind);
    if (room.archived) throw new SlackError('already_archived');
    if (!room.members.has(state.bot.id)) throw new SlackError('not_in_channel');
    room.archived = true;
    // Slack takes bots out of what is archived (slack-go issue 1066).
    room.members.delete(state.bot.id);
    announce(state, { type: 'channel_archive', channel: room.id, user: state.bot.id });
  }),

  'conversations.unarchive': method({ ...manage, tier: 2 }, { channel }, (args, state) => {
    const room = channelFor(state, args.channel);
    mayManage(state, room.kind);
    if (!room.archived) throw new SlackError('not_archived');
    if (!room.members.has(state.bot.id)) throw new SlackError('not_in_channel');
    room.archived = false;
    announce(state, { type: 'channel_unarchive', channel: room.id, user: state.bot.id });
  }),

  'conversations.rename': method({ ...manage, tier: 2 }, { channel, name: z.string() }, (args, state) => {
    const room = writableChannel(state, args.channel);
    mayManage(state, room.kind);
    if (room.creator !== state.bot.id) throw new SlackError('not_authorized');
    mustBeFreeName(state, args.name);
    room.name = args.name;
    announce(state, { type: 'channel_rename', channel: { id: room.id, name: room.name } });
    return { channel: about(state, room) };
  }),

  'conversations.setTopic': method({ ...manage, tier: 2 }, { channel, topic: z.string() }, (args, state) => {
    const room = writableChannel(state, args.channel);
    mayManage(state, room.kind, 'topic');
    if (args.topic.length > MOST_TOPIC) throw new SlackError('too_long');
    room.topic = args.topic;
    return { channel: about(state, room) };
  }),

  'conversations.setPurpose': method(
    { ...manage, tier: 2 },
    { channel, purpose: z.string() },
    (args, state) => {
      const room = writableChannel(state, args.channel);
      mayManage(state, room.kind, 'topic');
      if (args.purpose.length > MOST_TOPIC) throw new SlackError('too_long');
      room.purpose = args.purpose;
      return { channel: about(state, room) };
    },
  ),

  'conversations.info': method({ tier: 3 }, { channel, include_num_members: flag }, (args, state) => {
    const room = channelFor(state, args.channel);
    mayRead(state, room.kind);
    return {
      channel: {
        ...about(state, room),
        ...(args.include_num_members && { num_members: room.members.size }),
      },
    };
  }),

  'conversations.list': method(
    { tier: 2 },
    { types: z.string().default('public_channel'), exclude_archived: flag, ...paging },
    (args, state) => listed(state, args, (room) => isVisible(state, room)),
  ),

  /** The bot's own channels: without `user` it is about who calls. */
  'users.conversations': method(
    { tier: 3 },
    {
      types: z.string().default('public_channel'),
      exclude_archived: flag,
      ...paging,
      limit: count(999, 100),
    },
    (args, state) => listed(state, args, (room) => room.members.has(state.bot.id)),
  ),

  'conversations.members': method({ tier: 4 }, { channel, ...paging }, (args, state) => {
    const room = channelFor(state, args.channel);
    mayRead(state, room.kind);
    const { items, next } = page([...room.members], args);
    return { members: items, response_metadata: { next_cursor: next } };
  }),

  'conversations.open': method(
    { scopes: ['im:write', 'mpim:write'], writes: true, tier: 3 },
    { users: idList.optional(), channel: channel.optional() },
    (args, state) => {
      if (args.channel) return { channel: { id: channelFor(state, args.channel).id } };
      const users = args.users ?? [];
      const [first] = users;
      if (!first) throw new SlackError('users_list_not_supplied');
      if (users.some((user) => !state.people.has(user))) throw new SlackError('user_not_found');
      const room = users.length > 1 ? groupOf(state, users) : (imWith(state, first) ?? openIm(state, first));
      return { channel: { id: room.id } };
    },
  ),
};

const TYPE = { public: 'public_channel', private: 'private_channel', im: 'im', mpim: 'mpim' } as const;
const KINDS = ['public', 'private', 'im', 'mpim'] as const;

function listed(
  state: State,
  args: { types: string; exclude_archived?: boolean | undefined; cursor?: string | undefined; limit: number },
  isMeant: (room: Channel) => boolean,
): Record<string, unknown> {
  const types = args.types.split(',').map((type) => type.trim());
  const wanted = KINDS.filter((kind) => types.includes(TYPE[kind]));
  for (const kind of wanted) mayRead(state, kind);
  const all = [...state.channels.values()].filter(
    (room) => wanted.includes(room.kind) && isMeant(room) && !(args.exclude_archived && room.archived),
  );
  const { items, next } = page(all, args);
  return { channels: items.map((room) => about(state, room)), response_metadata: { next_cursor: next } };
}

function about(state: State, room: Channel): Record<string, unknown> {
  const said = (text: string) => ({ value: escaped(text), creator: text ? room.creator : '', last_set: 0 });
  return {
    id: room.id,
    name: room.name,
    name_normalized: room.name,
    is_channel: room.kind === 'public',
    is_group: room.kind === 'private',
    is_im: room.kind === 'im',
    is_mpim: room.kind === 'mpim',
    is_private: room.kind !== 'public',
    is_archived: room.archived,
    is_member: room.members.has(state.bot.id),
    created: room.created,
    creator: room.creator,
    topic: said(room.topic),
    purpose: said(room.purpose),
    context_team_id: state.team.id,
  };
}

/** Slack documentation of conversations.create: at most 80 of lowercase letters, digits, '-' and '_'. */
function mustBeFreeName(state: State, name: string): void {
  if (name === '') throw new SlackError('invalid_name_required');
  if (name.length > 80) throw new SlackError('invalid_name_maxlength');
  if (/^[-_]+$/.test(name)) throw new SlackError('invalid_name_punctuation');
  if (!/^[\p{Ll}\p{Lo}\p{N}_-]+$/u.test(name)) throw new SlackError('invalid_name_specials');
  if ([...state.channels.values()].some((room) => room.name === name)) throw new SlackError('name_taken');
}

function invitationRefusal(
  state: State,
  room: Channel,
  user: string,
): { user: string; ok: false; error: string }[] {
  const refusal = (error: string) => [{ user, ok: false as const, error }];
  if (user === state.bot.id) return refusal('cant_invite_self');
  if (!state.people.has(user)) return refusal('user_not_found');
  return room.members.has(user) ? refusal('already_in_channel') : [];
}

function groupOf(state: State, users: string[]): Channel {
  const room = addChannel(state, { name: `mpdm-${users.join('--')}`, kind: 'mpim', creator: state.bot.id });
  for (const user of users) room.members.add(user);
  return room;
}
