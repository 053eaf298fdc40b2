/** Open modals and home tabs: their stack, what is filled in, and how payloads show them. */
import { randomBytes } from 'node:crypto';
import type { HomeView, ModalView } from '@slack/types';
import { initialValues } from './initial-values.ts';
import { SlackError } from './slack-error.ts';
import type { State } from './state.ts';
import type { View } from './types.ts';

/** Slack documentation: at most three views on top of each other. */
const MOST_VIEWS = 3;

/** The person's modals, the visible one last; the list itself, to be changed. */
export function openViews(state: State, user: string): View[] {
  const views = state.modals.get(user) ?? [];
  state.modals.set(user, views);
  return views;
}

export function topView(state: State, user: string): View | undefined {
  return state.modals.get(user)?.at(-1);
}

export function newView(state: State, shape: ModalView | HomeView): View {
  const id = state.nextId('V');
  return { ...shape, id, rootId: id, hash: newHash(state), state: { values: initialValues(shape.blocks) } };
}

export function pushView(state: State, user: string, shape: ModalView): View {
  const views = openViews(state, user);
  if (views.length >= MOST_VIEWS) throw new SlackError('push_limit_reached');
  const below = views.at(-1);
  const view: View = {
    ...newView(state, shape),
    ...(below && { previousId: below.id, rootId: below.rootId }),
  };
  views.push(view);
  return view;
}

/** The new shape keeps the id, its place in the stack, and what was filled in where block_id and action_id stayed. */
export function replaceView(state: State, old: View, shape: ModalView): View {
  const fresh = newView(state, shape);
  const values = keptValues(old, fresh);
  const view: View = {
    ...fresh,
    id: old.id,
    rootId: old.rootId,
    ...(old.previousId && { previousId: old.previousId }),
    state: { values },
  };
  for (const views of state.modals.values()) {
    const place = views.findIndex((one) => one.id === old.id);
    if (place >= 0) views[place] = view;
  }
  return view;
}

export function wireView(state: State, view: View): Record<string, unknown> {
  const { rootId, previousId, trouble: _trouble, errors: _errors, ...shown } = view;
  return {
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    ...shown,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
    external_id: view.external_id ?? '',
    team_id: state.team.id,
    app_id: state.bot.appId,
    app_installed_team_id: state.team.id,
    bot_id: state.bot.botId,
    root_view_id: rootId,
    previous_view_id: previousId ?? null,
  };
}

function keptValues(old: View, fresh: View): View['state']['values'] {
  const stays = (block: string, action: string) => fresh.state.values[block]?.[action]?.type;
  const values = structuredClone(fresh.state.values);
  for (const [block, actions] of Object.entries(old.state.values)) {
    for (const [action, value] of Object.entries(actions)) {
      if (stays(block, action) === value.type) values[block] = { ...values[block], [action]: value };
    }
  }
  return values;
}

function newHash(state: State): string {
  return `${Math.floor(state.clock.now() / 1000)}.${randomBytes(4).toString('hex')}`;
}
