/** What an input or a menu holds once a person has filled it in, and what Slack's own form checks say to it. */

import { isNode } from '../blocks/structure.ts';
import { type Element, type Field, heldBy, isEmpty } from '../initial-values.ts';
import { channelCalled, person } from '../lookup.ts';
import type { State } from '../state.ts';
import type { StateValue } from '../types.ts';

type Option = Record<string, unknown>;

/** Throws an Error when the element has no such option: a person could not choose it. */
export function heldAfter(state: State, element: Element, given: string | string[]): unknown {
  const [first = ''] = [given].flat();
  const many = [given].flat().filter((one) => one !== '');
  switch (element.type) {
    case 'static_select':
    case 'radio_buttons':
    case 'overflow':
      return first === '' ? null : option(element, first);
    case 'multi_static_select':
    case 'checkboxes':
      return many.map((one) => option(element, one));
    case 'external_select':
      return first === '' ? null : { text: { type: 'plain_text', text: first }, value: first };
    case 'users_select':
      return first === '' ? null : person(state, first).id;
    case 'multi_users_select':
      return many.map((one) => person(state, one).id);
    case 'channels_select':
    case 'conversations_select':
      return first === '' ? null : channelCalled(state, first).id;
    case 'multi_channels_select':
    case 'multi_conversations_select':
      return many.map((one) => channelCalled(state, one).id);
    case 'datetimepicker':
      return first === '' ? null : Number(first);
    case 'rich_text_input':
      return first === '' ? null : richText(first);
    default:
      return first === '' ? null : first;
  }
}

/** The sentence Slack shows under a field before it lets anybody submit, or nothing. */
export function formProblem({ block, element }: Field, value: StateValue | undefined): string | undefined {
  if (isEmpty(value)) return block.optional === true ? undefined : 'Please complete this required field.';
  const held = heldBy(value);
  if (typeof held !== 'string') return undefined;
  const { min_length: least, max_length: most } = element;
  if (typeof least === 'number' && held.length < least) return `Please enter at least ${least} characters.`;
  if (held.length > (typeof most === 'number' ? most : 3000))
    return `Please enter no more than ${most ?? 3000} characters.`;
  return formatProblem(element, held);
}

function formatProblem(element: Element, held: string): string | undefined {
  switch (element.type) {
    case 'email_text_input':
      return /^\S+@\S+\.\S+$/.test(held) ? undefined : 'Please enter a valid email address.';
    case 'url_text_input':
      return URL.canParse(held) ? undefined : 'Please enter a valid URL.';
    case 'number_input':
      return numberProblem(element, held);
    default:
      return undefined;
  }
}

function numberProblem(element: Element, held: string): string | undefined {
  const number = Number(held);
  if (held.trim() === '' || Number.isNaN(number)) return 'Please enter a number.';
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (element.min_value !== undefined && number < Number(element.min_value))
    return `Please enter at least ${element.min_value}.`;
  if (element.max_value !== undefined && number > Number(element.max_value))
    return `Please enter at most ${element.max_value}.`;
  return undefined;
}

export function options(element: Element): Option[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [];
  const own = Array.isArray(element.options) ? element.options : [];
  return [
    ...own,
    ...groups.flatMap((group) => (isNode(group) && Array.isArray(group.options) ? group.options : [])),
  ];
}

export function textOf(thing: unknown): string {
  return isNode(thing) && typeof thing.text === 'string' ? thing.text : '';
}

function option(element: Element, wanted: string): Option {
  const all = options(element);
  const found = all.find((one) => one.value === wanted) ?? all.find((one) => textOf(one.text) === wanted);
  if (!found)
    throw new Error(`No option "${wanted}" among ${all.map((one) => `"${textOf(one.text)}"`).join(', ')}`);
  return found;
}

function richText(text: string): Option {
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text }] };
  return { type: 'rich_text', elements: [section] };
}
