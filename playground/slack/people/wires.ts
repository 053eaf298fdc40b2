/** What a person's actions need, and what Slack shows when the app does not answer them. */
import type { Events } from '../delivery/events.ts';
import type { Outbox } from '../delivery/outbox.ts';
import { slackbotSays } from '../messages.ts';
import { record, type State } from '../state.ts';
import type { Delivery, Person } from '../types.ts';

export interface Wires {
  state: State;
  outbox: Outbox;
  events: Events;
}

export const NOTHING_SENT: Delivery = { status: 0, ms: 0, body: '' };

export function did(
  state: State,
  what: string,
  person: Person,
  more: { channel?: string; ts?: string; text?: string; args?: Record<string, unknown> } = {},
): void {
  record(state, { method: `person.${what}`, ok: true, user: person.id, args: {}, ...more });
}

export interface Trouble {
  person: Person;
  channel: string;
  /** How the log calls it. */
  what: string;
  /** What the person reads. */
  words: string;
  /** Slack's explanations for the log. */
  sentences?: string[];
}

/** Logs what went wrong with a delivery and shows it to the person as Slack's own words. */
export function showTrouble(
  state: State,
  delivery: Delivery,
  { person, channel, what, words, sentences = [] }: Trouble,
): Delivery {
  const error = delivery.error ?? 'dispatch_failed';
  const reply = slackbotSays(state, person.id, channel, words);
  record(state, {
    method: what,
    ok: false,
    error,
    channel,
    user: person.id,
    text: words,
    args: { status: delivery.status, body: delivery.body },
    ...(sentences.length > 0 && { errors: sentences }),
  });
  return { ...delivery, error, reply };
}

/** One action can cause several events: what failed matters first. */
export function worst(deliveries: Delivery[]): Delivery {
  return deliveries.find((delivery) => delivery.error) ?? deliveries[0] ?? NOTHING_SENT;
}
