/** views.*: modals and the home tab. */
import { z } from 'zod';
import { checkHome, checkModal } from '../blocks/view.ts';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';
import { spendTrigger } from '../triggers.ts';
import type { View } from '../types.ts';
import { newView, openViews, pushView, replaceView, topView, wireView } from '../views.ts';
import { json, type Methods, method } from './call.ts';

const rule = { tier: 4, writes: true } as const;
const trigger = {
  trigger_id: z.string().optional(),
  interactivity_pointer: z.string().optional(),
  view: json,
};

export const viewMethods: Methods = {
  'views.open': method(rule, trigger, (args, state) => {
    const modal = checkModal(args.view, state.faults.refusedBlocks);
    mustBeNew(state, modal.external_id);
    const { user } = spendTrigger(state, args.trigger_id ?? args.interactivity_pointer);
    const view = newView(state, modal);
    openViews(state, user).splice(0, Number.POSITIVE_INFINITY, view);
    return { view: wireView(state, view) };
  }),

  'views.push': method(rule, trigger, (args, state) => {
    const modal = checkModal(args.view, state.faults.refusedBlocks);
    mustBeNew(state, modal.external_id);
    const { user, fromModal } = spendTrigger(state, args.trigger_id ?? args.interactivity_pointer);
    if (!fromModal || !topView(state, user)) throw new SlackError('invalid_trigger_id');
    return { view: wireView(state, pushView(state, user, modal)) };
  }),

  'views.update': method(
    rule,
    {
      view_id: z.string().optional(),
      external_id: z.string().optional(),
      hash: z.string().optional(),
      view: json,
    },
    (args, state) => {
      const modal = checkModal(args.view, state.faults.refusedBlocks);
      const old = find(state, args);
      mustMatch(old, args.hash);
      return { view: wireView(state, replaceView(state, old, modal)) };
    },
  ),

  'views.publish': method(
    rule,
    { user_id: z.string(), hash: z.string().optional(), view: json },
    (args, state) => {
      if (!state.people.has(args.user_id)) throw new SlackError('user_not_found');
      const home = checkHome(args.view, state.faults.refusedBlocks);
      const old = state.homes.get(args.user_id);
      if (old) mustMatch(old, args.hash);
      const view = { ...newView(state, home), ...(old && { id: old.id, rootId: old.id }) };
      state.homes.set(args.user_id, view);
      return { view: wireView(state, view) };
    },
  ),
};

function find(state: State, args: { view_id?: string | undefined; external_id?: string | undefined }): View {
  const found = [...state.modals.values()]
    .flat()
    .find((view) => view.id === args.view_id || (args.external_id && view.external_id === args.external_id));
  if (!found) throw new SlackError('not_found');
  return found;
}

function mustMatch(view: View, hash: string | undefined): void {
  if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
}

function mustBeNew(state: State, externalId: string | undefined): void {
  const taken = [...state.modals.values()].flat().some((view) => view.external_id === externalId);
  if (externalId && taken) throw new SlackError('duplicate_external_id');
}
