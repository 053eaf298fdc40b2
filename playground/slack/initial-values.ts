/** The fields of a modal or message that hold a value, and what they hold before anybody touched them. */
import { isNode } from './blocks/structure.ts';
import type { StateValue, StateValues } from './types.ts';

/** Where each kind of element keeps its value in `state.values`, where its initial value stands, and its empty value. */
const FIELDS: Readonly<Record<string, { holds: string; initial: string; empty: unknown }>> = {
  plain_text_input: { holds: 'value', initial: 'initial_value', empty: null },
  number_input: { holds: 'value', initial: 'initial_value', empty: null },
  email_text_input: { holds: 'value', initial: 'initial_value', empty: null },
  url_text_input: { holds: 'value', initial: 'initial_value', empty: null },
  rich_text_input: { holds: 'rich_text_value', initial: 'initial_value', empty: null },
  static_select: { holds: 'selected_option', initial: 'initial_option', empty: null },
  external_select: { holds: 'selected_option', initial: 'initial_option', empty: null },
  radio_buttons: { holds: 'selected_option', initial: 'initial_option', empty: null },
  users_select: { holds: 'selected_user', initial: 'initial_user', empty: null },
  channels_select: { holds: 'selected_channel', initial: 'initial_channel', empty: null },
  conversations_select: { holds: 'selected_conversation', initial: 'initial_conversation', empty: null },
  datepicker: { holds: 'selected_date', initial: 'initial_date', empty: null },
  timepicker: { holds: 'selected_time', initial: 'initial_time', empty: null },
  datetimepicker: { holds: 'selected_date_time', initial: 'initial_date_time', empty: null },
  checkboxes: { holds: 'selected_options', initial: 'initial_options', empty: [] },
  multi_static_select: { holds: 'selected_options', initial: 'initial_options', empty: [] },
  multi_external_select: { holds: 'selected_options', initial: 'initial_options', empty: [] },
  multi_users_select: { holds: 'selected_users', initial: 'initial_users', empty: [] },
  multi_channels_select: { holds: 'selected_channels', initial: 'initial_channels', empty: [] },
  multi_conversations_select: {
    holds: 'selected_conversations',
    initial: 'initial_conversations',
    empty: [],
  },
  file_input: { holds: 'files', initial: 'initial_files', empty: [] },
};

type Node = Record<string, unknown>;
export type Element = Node & { type: string; action_id: string };

export interface Field {
  blockId: string;
  block: Node;
  element: Element;
}

/** Every element with an action_id, with the innermost block it stands in. */
export function elementsIn(blocks: readonly unknown[]): Field[] {
  return blocks.flatMap((block) => (isNode(block) ? within(block, block) : []));
}

function within(node: Node, block: Node): Field[] {
  const inner = typeof node.block_id === 'string' ? node : block;
  const own = isElement(node) ? [{ blockId: String(inner.block_id), block: inner, element: node }] : [];
  const children = Object.values(node).flat().filter(isNode);
  return [...own, ...children.flatMap((child) => within(child, inner))];
}

export function initialValues(blocks: readonly unknown[]): StateValues {
  const values: StateValues = {};
  for (const { blockId, element } of elementsIn(blocks)) {
    const field = FIELDS[element.type];
    if (!field) continue;
    const held = element[field.initial] ?? field.empty;
    values[blockId] = { ...values[blockId], [element.action_id]: holding(element, held) };
  }
  return values;
}

/** What `state.values` and `actions` say of this element once it holds `held`. */
export function holding(element: Element, held: unknown): StateValue {
  const field = FIELDS[element.type];
  return { type: element.type, [field?.holds ?? 'value']: held };
}

export function heldBy(value: StateValue | undefined): unknown {
  const field = value && FIELDS[value.type];
  return field ? value[field.holds] : undefined;
}

export function isEmpty(value: StateValue | undefined): boolean {
  const held = heldBy(value);
  return held === null || held === undefined || held === '' || (Array.isArray(held) && held.length === 0);
}

function isElement(node: Node): node is Element {
  return typeof node.action_id === 'string' && typeof node.type === 'string';
}
