/** Where a person sees a button or a menu: the open modal, else the newest message, else the home tab. */
import { elementsIn, type Field } from '../initial-values.ts';
import { messageAt } from '../lookup.ts';
import type { State } from '../state.ts';
import type { Message, MessagePlace, Person, View } from '../types.ts';
import { topView } from '../views.ts';

export type Surface = { view: View } | { message: Message };
export interface Seen {
  field: Field;
  surface: Surface;
}

/** The first place that holds such an element, or nothing. */
export function look(
  state: State,
  person: Person,
  {
    message,
    home = false,
    matches,
  }: { message?: MessagePlace; home?: boolean; matches: (field: Field) => boolean },
): Seen | undefined {
  const places = message ? [{ message: messageAt(state, message) }] : surfaces(state, person, home);
  for (const surface of places) {
    const field = elementsIn(blocksOf(surface)).find(matches);
    if (field) return { field, surface };
  }
  return undefined;
}

function surfaces(state: State, person: Person, onlyHome: boolean): Surface[] {
  const modal = topView(state, person.id);
  const home = state.homes.get(person.id);
  return [
    ...(modal && !onlyHome ? [{ view: modal }] : []),
    ...(onlyHome ? [] : visibleMessages(state, person).map((message) => ({ message }))),
    ...(home ? [{ view: home }] : []),
  ];
}

/** Newest first. Public channels are visible to all, the others to their members. */
function visibleMessages(state: State, person: Person): Message[] {
  const channels = [...state.channels.values()];
  const visible = channels.filter((channel) => channel.kind === 'public' || channel.members.has(person.id));
  const own = state.ephemerals.filter((message) => message.to === person.id);
  return [...visible.flatMap((channel) => channel.messages), ...own].sort(
    (a, b) => Number(b.ts) - Number(a.ts),
  );
}

function blocksOf(surface: Surface): unknown[] {
  if ('view' in surface) return surface.view.blocks;
  const attached = surface.message.attachments.flatMap((attachment) => attachment.blocks ?? []);
  return [...surface.message.blocks, ...attached];
}
