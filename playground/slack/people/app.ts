/** A person opens the app's Home tab and uses its shortcuts. */
import { globalShortcut, messageShortcut } from '../delivery/payloads.ts';
import { newResponseUrl } from '../delivery/response-urls.ts';
import { imWith, messageAt, person as personCalled } from '../lookup.ts';
import { openIm } from '../methods/chat.ts';
import { announce, type State } from '../state.ts';
import type { Delivery, MessagePlace } from '../types.ts';
import { wireView } from '../views.ts';
import { did, showTrouble, type Wires, worst } from './wires.ts';

export async function openHome({ state, events }: Wires, by: { as: string }): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const im = imWith(state, person.id) ?? openIm(state, person.id);
  const home = state.homes.get(person.id);
  const { delivered } = events.during(() =>
    announce(state, {
      type: 'app_home_opened',
      user: person.id,
      channel: im.id,
      tab: 'home',
      ...(home && { view: wireView(state, home) }),
    }),
  );
  did(state, 'openHome', person);
  return worst(await delivered);
}

export async function shortcut(
  { state, outbox }: Wires,
  callbackId: string,
  by: { as: string; message?: MessagePlace },
): Promise<Delivery> {
  const person = personCalled(state, by.as);
  mustBeDeclared(state, callbackId, by.message ? 'message' : 'global');
  const message = by.message && messageAt(state, by.message);
  const channel = message?.channel ?? '';
  const payload = message
    ? messageShortcut(state, {
        person,
        callbackId,
        message,
        url: newResponseUrl(state, { user: person.id, channel, original: message }),
      })
    : globalShortcut(state, person, callbackId);
  did(state, 'shortcut', person, { ...(channel && { channel }), text: callbackId });
  const delivery = await outbox.send('interactive', payload);
  if (!delivery.error) return delivery;
  const words = `This shortcut failed with the error "${delivery.error}"`;
  return showTrouble(state, delivery, { person, channel, what: `ack shortcut ${callbackId}`, words });
}

function mustBeDeclared(state: State, callbackId: string, type: 'global' | 'message'): void {
  const { shortcuts } = state.options;
  if (!shortcuts || shortcuts.some((one) => one.callbackId === callbackId && one.type === type)) return;
  throw new Error(`The app declares no ${type} shortcut "${callbackId}"`);
}
