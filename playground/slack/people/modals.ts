/** A person fills in, submits and closes modals. */

import { z } from 'zod';
import { checkModal } from '../blocks/view.ts';
import { viewClosed, viewSubmission } from '../delivery/payloads.ts';
import { elementsIn, type Field, holding } from '../initial-values.ts';
import { person as personCalled } from '../lookup.ts';
import { SlackError } from '../slack-error.ts';
import { record, type State } from '../state.ts';
import type { Delivery, Person, View } from '../types.ts';
import { openViews, pushView, replaceView, topView } from '../views.ts';
import { formProblem, heldAfter, textOf } from './values.ts';
import { did, NOTHING_SENT, type Wires } from './wires.ts';

export async function fill(
  { state, outbox }: Wires,
  values: Record<string, string | string[]>,
  by: { as: string },
): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const view = visible(state, person);
  for (const [name, given] of Object.entries(values)) enter(state, view, name, given);
  delete view.trouble;
  delete view.errors;
  const problems = formProblems(view);
  if (Object.keys(problems).length > 0) {
    view.errors = problems;
    return { ...NOTHING_SENT, errors: problems, modal: 'kept' };
  }
  did(state, 'submit', person, { args: { callback_id: view.callback_id, values } });
  const delivery = await outbox.send('interactive', viewSubmission(state, person, view));
  return delivery.error ? troubled(state, person, view, delivery) : settled(state, person, view, delivery);
}

export async function closeModal({ state, outbox }: Wires, by: { as: string }): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const view = visible(state, person);
  const isCleared = view.type === 'modal' && view.clear_on_close === true;
  did(state, 'close', person, { args: { callback_id: view.callback_id } });
  leave(state, person, view, isCleared);
  if (view.type !== 'modal' || !view.notify_on_close) return NOTHING_SENT;
  return outbox.send('interactive', viewClosed(state, person, view, isCleared));
}

function visible(state: State, person: Person): View {
  const view = topView(state, person.id);
  if (!view) throw new Error(`${person.name} has no open modal`);
  return view;
}

function enter(state: State, view: View, name: string, given: string | string[]): void {
  const field = elementsIn(view.blocks).find(
    ({ block, blockId, element }) =>
      textOf(block.label).toLowerCase() === name.toLowerCase() ||
      element.action_id === name ||
      blockId === name,
  );
  if (!field) throw new Error(`The modal "${titleOf(view)}" has no field "${name}"`);
  const { blockId, element } = field;
  const { values } = view.state;
  values[blockId] = {
    ...values[blockId],
    [element.action_id]: holding(element, heldAfter(state, element, given)),
  };
}

function formProblems(view: View): Record<string, string> {
  const problems = inputs(view).flatMap((field) => {
    const value = view.state.values[field.blockId]?.[field.element.action_id];
    const problem = formProblem(field, value);
    return problem ? [[field.blockId, problem]] : [];
  });
  return Object.fromEntries(problems);
}

function inputs(view: View): Field[] {
  return elementsIn(view.blocks).filter(({ block }) => block.type === 'input');
}

const responseSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('clear') }),
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
]);

/** Does what the acknowledgement asks for; what Slack would not take leaves the modal open with Slack's complaint. */
function settled(state: State, person: Person, view: View, delivery: Delivery): Delivery {
  if (isNothing(delivery.body)) {
    leave(state, person, view, false);
    return { ...delivery, modal: 'closed' };
  }
  const response = responseSchema.safeParse(delivery.body);
  if (!response.success)
    return troubled(state, person, view, { ...delivery, error: 'invalid_response_action' });
  try {
    return follow(state, person, view, delivery, response.data);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return troubled(state, person, view, { ...delivery, error: error.code }, error.sentences);
  }
}

function follow(
  state: State,
  person: Person,
  view: View,
  delivery: Delivery,
  response: z.output<typeof responseSchema>,
): Delivery {
  switch (response.response_action) {
    case 'clear':
      leave(state, person, view, true);
      return { ...delivery, modal: 'cleared' };
    case 'errors':
      return withErrors(view, delivery, response.errors);
    case 'update':
      replaceView(state, view, checkModal(response.view, state.faults.refusedBlocks));
      return { ...delivery, modal: 'updated' };
    case 'push':
      pushView(state, person.id, checkModal(response.view, state.faults.refusedBlocks));
      return { ...delivery, modal: 'pushed' };
  }
}

/** Slack takes errors only for input blocks that are in the view. */
function withErrors(view: View, delivery: Delivery, errors: Record<string, string>): Delivery {
  const known = new Set(inputs(view).map((field) => field.blockId));
  if (Object.keys(errors).some((id) => !known.has(id))) throw new SlackError('invalid_errors_block_id');
  view.errors = errors;
  return { ...delivery, errors, modal: 'kept' };
}

function troubled(
  state: State,
  person: Person,
  view: View,
  delivery: Delivery,
  sentences: string[] = [],
): Delivery {
  view.trouble = 'We had some trouble connecting. Try again?';
  record(state, {
    method: 'ack view_submission',
    ok: false,
    error: delivery.error ?? 'dispatch_failed',
    user: person.id,
    args: { callback_id: view.callback_id, status: delivery.status, body: delivery.body },
    ...(sentences.length > 0 && { errors: sentences }),
  });
  return { ...delivery, modal: 'kept' };
}

/** Closes this view, or all of them; the one below shows again. */
function leave(state: State, person: Person, view: View, all: boolean): void {
  const views = openViews(state, person.id);
  const place = views.findIndex((one) => one.id === view.id);
  if (all) views.splice(0);
  else if (place >= 0) views.splice(place, 1);
}

function isNothing(body: unknown): boolean {
  if (typeof body === 'string') return body.trim() === '';
  return body === null || (typeof body === 'object' && Object.keys(body).length === 0);
}

function titleOf(view: View): string {
  return view.type === 'modal' ? view.title.text : 'home';
}
