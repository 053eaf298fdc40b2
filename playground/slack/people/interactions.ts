/** A person clicks buttons and chooses in menus. */
import { blockActions, type Source } from '../delivery/payloads.ts';
import { newResponseUrl } from '../delivery/response-urls.ts';
import { type Field, holding, initialValues } from '../initial-values.ts';
import { person as personCalled } from '../lookup.ts';
import type { State } from '../state.ts';
import type { ButtonChoice, Delivery, MenuChoice, MessagePlace, Person, StateValue } from '../types.ts';
import { look, type Seen, type Surface } from './sight.ts';
import { heldAfter, options, textOf } from './values.ts';
import { did, NOTHING_SENT, showTrouble, type Wires } from './wires.ts';

interface By {
  as: string;
  message?: MessagePlace;
  home?: boolean;
}

/** A confirmation dialog is taken as confirmed. */
export async function click(wires: Wires, wanted: ButtonChoice, by: By): Promise<Delivery> {
  const { state } = wires;
  const person = personCalled(state, by.as);
  const seen = look(state, person, { ...by, matches: (field) => isButton(field, wanted) });
  if (!seen) throw new Error(`No button ${JSON.stringify(wanted)} that ${person.name} can see`);
  const { element, blockId } = seen.field;
  did(state, 'click', person, { ...placeOf(seen.surface), text: textOf(element.text), args: { ...wanted } });
  const { type, action_id, text, value, style, url } = element;
  const action = { type, action_id, block_id: blockId, text, value, style, url };
  return act(wires, person, seen.surface, withoutGaps(action));
}

export async function choose(wires: Wires, wanted: MenuChoice, by: By): Promise<Delivery> {
  const { state } = wires;
  const person = personCalled(state, by.as);
  const seen = look(state, person, { ...by, matches: (field) => isMenu(field, wanted) });
  if (!seen) throw new Error(`No menu ${JSON.stringify(wanted)} that ${person.name} can see`);
  const { block, blockId, element } = seen.field;
  const held = heldAfter(state, element, wanted.option);
  const value =
    element.type === 'overflow' ? { type: 'overflow', selected_option: held } : holding(element, held);
  if (element.type !== 'overflow') keep(state, seen, value);
  did(state, 'choose', person, {
    ...placeOf(seen.surface),
    text: [wanted.option].flat().join(', '),
    args: { ...wanted },
  });
  if (block.type === 'input' && block.dispatch_action !== true) return NOTHING_SENT;
  return act(wires, person, seen.surface, { action_id: element.action_id, block_id: blockId, ...value });
}

async function act(
  { state, outbox }: Wires,
  person: Person,
  surface: Surface,
  action: Record<string, unknown>,
): Promise<Delivery> {
  const payload = blockActions(state, {
    person,
    actions: [action],
    source: sourceOf(state, person, surface),
  });
  const delivery = await outbox.send('interactive', payload);
  if (!delivery.error) return delivery;
  const words = `This action failed with the error "${delivery.error}"`;
  const channel = 'message' in surface ? surface.message.channel : '';
  return showTrouble(state, delivery, { person, channel, what: 'ack block_actions', words });
}

function sourceOf(state: State, person: Person, surface: Surface): Source {
  if ('view' in surface) return surface;
  const { message } = surface;
  const url = newResponseUrl(state, { user: person.id, channel: message.channel, original: message });
  return { message, url, values: state.chosen.get(message) ?? initialValues(message.blocks) };
}

function keep(state: State, { surface, field }: Seen, value: StateValue): void {
  const { blockId, element } = field;
  const values =
    'view' in surface
      ? surface.view.state.values
      : (state.chosen.get(surface.message) ?? initialValues(surface.message.blocks));
  values[blockId] = { ...values[blockId], [element.action_id]: value };
  if ('message' in surface) state.chosen.set(surface.message, values);
}

const BUTTONS = new Set(['button', 'icon_button', 'workflow_button']);

function isButton({ element }: Field, { text, actionId, value }: ButtonChoice): boolean {
  return (
    BUTTONS.has(element.type) &&
    (text === undefined || words(textOf(element.text)) === words(text)) &&
    (actionId === undefined || element.action_id === actionId) &&
    (value === undefined || element.value === value)
  );
}

const MENUS = /_select$|^(overflow|checkboxes|radio_buttons|datepicker|timepicker|datetimepicker)$/;

function isMenu({ element, block }: Field, { actionId, label, option }: MenuChoice): boolean {
  if (!MENUS.test(element.type)) return false;
  if (actionId !== undefined) return element.action_id === actionId;
  if (label !== undefined)
    return [block.label, element.placeholder].some((one) => words(textOf(one)) === words(label));
  const offered = options(element).flatMap((one) => [one.value, textOf(one.text)]);
  return offered.length === 0 || [option].flat().every((one) => offered.includes(one));
}

/** Emoji at the edges of a label are decoration: "Approve" finds ":white_check_mark: Approve". */
function words(label: string): string {
  return label.replace(/:[\w+'-]+:|\p{Extended_Pictographic}|\u{FE0F}/gu, '').trim();
}

function placeOf(surface: Surface): { channel?: string; ts?: string } {
  return 'message' in surface ? { channel: surface.message.channel, ts: surface.message.ts } : {};
}

function withoutGaps(action: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(action).filter(([, value]) => value !== undefined));
}
