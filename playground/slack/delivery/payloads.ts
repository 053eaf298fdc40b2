/** The payloads Slack sends: slash commands, block actions, submissions, shortcuts. */
import { wire } from '../messages.ts';
import type { ResponseUrl, State } from '../state.ts';
import { newTrigger } from '../triggers.ts';
import type { Message, Person, StateValues, View } from '../types.ts';
import { wireView } from '../views.ts';
import { addressOf } from './response-urls.ts';

type Payload = Record<string, unknown>;

export function slashCommand(
  state: State,
  { command, text, person, url }: { command: string; text: string; person: Person; url: ResponseUrl },
): Payload {
  const channel = state.channels.get(url.channel);
  return {
    token: 'playground',
    team_id: state.team.id,
    team_domain: state.team.domain,
    channel_id: url.channel,
    channel_name: channel?.kind === 'im' ? 'directmessage' : (channel?.name ?? ''),
    user_id: person.id,
    user_name: person.name,
    command: `/${command}`,
    text,
    api_app_id: state.bot.appId,
    is_enterprise_install: 'false',
    response_url: addressOf(state, url),
    trigger_id: newTrigger(state, person.id),
  };
}

export function blockActions(
  state: State,
  { person, actions, source }: { person: Person; actions: Payload[]; source: Source },
): Payload {
  const fromModal = 'view' in source && source.view.type === 'modal';
  return {
    type: 'block_actions',
    ...common(state, person),
    trigger_id: newTrigger(state, person.id, { fromModal }),
    ...('view' in source ? inView(state, source.view) : inMessage(state, source)),
    actions: actions.map((action) => ({ ...action, action_ts: state.nextTs() })),
  };
}

export type Source = { view: View } | { message: Message; url: ResponseUrl; values: StateValues };

export function viewSubmission(state: State, person: Person, view: View): Payload {
  return {
    type: 'view_submission',
    ...common(state, person),
    trigger_id: newTrigger(state, person.id, { fromModal: true }),
    view: wireView(state, view),
    response_urls: [],
  };
}

export function viewClosed(state: State, person: Person, view: View, isCleared: boolean): Payload {
  return {
    type: 'view_closed',
    ...common(state, person),
    view: wireView(state, view),
    is_cleared: isCleared,
  };
}

export function globalShortcut(state: State, person: Person, callbackId: string): Payload {
  return {
    type: 'shortcut',
    ...common(state, person),
    callback_id: callbackId,
    trigger_id: newTrigger(state, person.id),
    action_ts: state.nextTs(),
  };
}

export function messageShortcut(
  state: State,
  {
    person,
    callbackId,
    message,
    url,
  }: { person: Person; callbackId: string; message: Message; url: ResponseUrl },
): Payload {
  return {
    type: 'message_action',
    ...common(state, person),
    callback_id: callbackId,
    trigger_id: newTrigger(state, person.id),
    action_ts: state.nextTs(),
    message_ts: message.ts,
    response_url: addressOf(state, url),
    channel: shortChannel(state, message.channel),
    message: wire(state, message),
  };
}

function common(state: State, person: Person): Payload {
  return {
    team: { ...state.team },
    user: { id: person.id, username: person.name, name: person.name, team_id: state.team.id },
    api_app_id: state.bot.appId,
    token: 'playground',
    enterprise: null,
    is_enterprise_install: false,
  };
}

function inView(state: State, view: View): Payload {
  return { container: { type: 'view', view_id: view.id }, view: wireView(state, view) };
}

/** Slack leaves the message itself out where only one person sees it. */
function inMessage(
  state: State,
  { message, url, values }: { message: Message; url: ResponseUrl; values: StateValues },
): Payload {
  const isEphemeral = message.kind !== 'message';
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: isEphemeral,
      ...(message.threadTs && { thread_ts: message.threadTs }),
    },
    channel: shortChannel(state, message.channel),
    ...(!isEphemeral && { message: wire(state, message) }),
    state: { values },
    response_url: addressOf(state, url),
  };
}

function shortChannel(state: State, id: string): Payload {
  const channel = state.channels.get(id);
  return { id, name: channel?.kind === 'im' ? 'directmessage' : (channel?.name ?? '') };
}
