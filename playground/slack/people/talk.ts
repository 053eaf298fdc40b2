/** A person writes, reacts, opens the home tab and uses shortcuts. */
import { escaped, withMentions } from '../composer.ts';
import { globalShortcut, messageShortcut } from '../delivery/payloads.ts';
import { newResponseUrl } from '../delivery/response-urls.ts';
import { channelCalled, imWith, messageAt, person as personCalled } from '../lookup.ts';
import { say } from '../messages.ts';
import { openIm } from '../methods/chat.ts';
import { addReaction } from '../reactions.ts';
import { announce, type Channel, type State } from '../state.ts';
import type { Delivery, Message, MessagePlace } from '../types.ts';
import { wireView } from '../views.ts';
import { did, NOTHING_SENT, showTrouble, type Wires } from './wires.ts';

export async function post(
  { state, events }: Wires,
  text: string,
  by: { as: string; in: string; thread?: string },
): Promise<Delivery & { message: Message }> {
  const person = personCalled(state, by.as);
  const channel = placeCalled(state, by.in, person.id);
  if (channel.archived) throw new Error(`#${channel.name} is archived`);
  channel.members.add(person.id);
  const { result: message, delivered } = events.during(() =>
    say(state, channel, {
      text: withMentions(state, escaped(text)),
      blocks: [],
      attachments: [],
      user: person.id,
      ...(by.thread && { threadTs: by.thread }),
    }),
  );
  did(state, 'post', person, { channel: channel.id, ts: message.ts, text: message.text });
  return { ...worst(await delivered), message };
}

export async function react(
  { state, events }: Wires,
  name: string,
  by: { as: string; message: MessagePlace },
): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const message = messageAt(state, by.message);
  const { delivered } = events.during(() => addReaction(state, message, name.replaceAll(':', ''), person.id));
  did(state, 'react', person, { channel: message.channel, ts: message.ts, text: name });
  return worst(await delivered);
}

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

/** '@pilothouse' is the person's direct messages with the bot. */
function placeCalled(state: State, name: string, user: string): Channel {
  if (name !== `@${state.bot.name}`) return channelCalled(state, name);
  return imWith(state, user) ?? openIm(state, user);
}

/** One action can cause several events: what failed matters first. */
function worst(deliveries: Delivery[]): Delivery {
  return deliveries.find((delivery) => delivery.error) ?? deliveries[0] ?? NOTHING_SENT;
}
