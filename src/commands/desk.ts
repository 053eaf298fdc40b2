/** What commands, clicks and forms work with, and what they answer. */
import type { ModalView } from '@slack/types';
import type { Clock } from '../clients/clock.ts';
import type { People } from '../clients/people.ts';
import { isStoreAway } from '../clients/store/errors.ts';
import type { Store } from '../clients/store/index.ts';
import type { Catalog } from '../config/catalog.ts';
import type { Queues } from '../jobs/queues.ts';
import type { Person } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import type { Message } from '../templates/message.ts';

/** Real milliseconds in which Redis must have stored what somebody asks or answers; later it leaves nothing behind. */
export const patience = 700;

export interface Desk {
  catalog: Catalog;
  /** On a connection that fails within a second: nothing slower may come before Slack's acknowledgement. */
  store: Store;
  queues: Queues;
  people: Pick<People, 'mayCached'>;
  clock: Clock;
}

/** Who asks, from where. */
export interface Asker {
  person: Person;
  channel: string;
  /** Names this very command, click or form, so that one delivered twice is carried out once. */
  request: string;
  /** Where an answer may be sent later; forms have none. */
  responseUrl: string | null;
  from: 'command' | 'form' | 'button' | 'shortcut';
}

export type Reply = { say: Message } | { form: ModalView };

/** Turns a store that does not answer into an answer for people; refusals and our own mistakes stay what they are. */
export async function fromStore<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (!isStoreAway(error)) throw error;
    throw new Refusal(
      'store-unavailable',
      'The store (Redis) does not answer, so nothing was started.',
      'Try again in a minute; if it stays like this, tell whoever runs this bot.',
    );
  }
}
