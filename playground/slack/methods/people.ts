/** users.*, usergroups.*, bots.info, team.info and auth.test: who is there. */
import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import type { State, UserGroup } from '../state.ts';
import type { Person } from '../types.ts';
import { flag, type Methods, method, page, paging } from './call.ts';

export const peopleMethods: Methods = {
  'auth.test': method({ tier: 'special' }, {}, (_args, state) => ({
    url: `https://${state.team.domain}.slack.com/`,
    team: state.team.domain,
    team_id: state.team.id,
    user: state.bot.name,
    user_id: state.bot.id,
    bot_id: state.bot.botId,
    is_enterprise_install: false,
  })),

  'users.info': method({ tier: 4, scopes: ['users:read'] }, { user: z.string() }, (args, state) => {
    if (args.user === state.bot.id) return { user: botUser(state) };
    const person = state.people.get(args.user);
    if (!person) throw new SlackError('user_not_found');
    return { user: about(state, person) };
  }),

  'users.lookupByEmail': method(
    { tier: 3, scopes: ['users:read.email'] },
    { email: z.string() },
    (args, state) => {
      const wanted = args.email.toLowerCase();
      const person = [...state.people.values()].find((one) => one.email.toLowerCase() === wanted);
      if (!person) throw new SlackError('users_not_found');
      return { user: about(state, person) };
    },
  ),

  'users.list': method({ tier: 2, scopes: ['users:read'] }, paging, (args, state) => {
    const everybody = [botUser(state), ...[...state.people.values()].map((person) => about(state, person))];
    const { items, next } = page(everybody, args);
    return { members: items, response_metadata: { next_cursor: next } };
  }),

  'usergroups.list': method(
    { tier: 2, scopes: ['usergroups:read'] },
    { include_users: flag, include_count: flag },
    (args, state) => {
      mustKnowGroups(state);
      return {
        usergroups: state.groups.map((group) => aboutGroup(state, group, args.include_users ?? false)),
      };
    },
  ),

  'usergroups.users.list': method(
    { tier: 2, scopes: ['usergroups:read'] },
    { usergroup: z.string() },
    (args, state) => {
      mustKnowGroups(state);
      const group = state.groups.find((one) => one.id === args.usergroup);
      if (!group) throw new SlackError('no_such_subteam');
      return { users: group.members };
    },
  ),

  'bots.info': method({ tier: 3, scopes: ['users:read'] }, { bot: z.string().optional() }, (args, state) => {
    if (args.bot && args.bot !== state.bot.botId) throw new SlackError('bot_not_found');
    const { botId, name, appId, id } = state.bot;
    return { bot: { id: botId, deleted: false, name, app_id: appId, user_id: id } };
  }),

  'team.info': method({ tier: 3, scopes: ['team:read'] }, {}, (_args, state) => ({
    team: { ...state.team, name: state.team.domain, url: `https://${state.team.domain}.slack.com/` },
  })),
};

function about(state: State, person: Person): Record<string, unknown> {
  const granted = state.options.scopes;
  const email = !granted || granted.includes('users:read.email') ? { email: person.email } : {};
  return {
    id: person.id,
    team_id: state.team.id,
    name: person.name,
    real_name: person.name,
    deleted: false,
    is_bot: false,
    tz: 'Etc/UTC',
    tz_offset: 0,
    profile: { display_name: person.name, real_name: person.name, ...email },
  };
}

function botUser(state: State): Record<string, unknown> {
  const { id, name, botId } = state.bot;
  const profile = { display_name: name, real_name: name, bot_id: botId };
  return { id, team_id: state.team.id, name, real_name: name, deleted: false, is_bot: true, profile };
}

function aboutGroup(state: State, group: UserGroup, withUsers: boolean): Record<string, unknown> {
  return {
    id: group.id,
    team_id: state.team.id,
    is_usergroup: true,
    name: group.handle,
    handle: group.handle,
    date_delete: 0,
    user_count: group.members.length,
    ...(withUsers && { users: group.members }),
  };
}

function mustKnowGroups(state: State): void {
  if (state.faults.groupsError) throw new SlackError(state.faults.groupsError);
}
