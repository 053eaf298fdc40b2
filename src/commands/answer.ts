/** Turns what a command, click or form came to into an answer: for the person, the metrics, the audit and the log. */
import { randomUUID } from 'node:crypto';
import type { ModalView } from '@slack/types';
import type { SlackWriter } from '../clients/slack.ts';
import { SlackRefused } from '../clients/slack-errors.ts';
import { Refusal } from '../records/refusal.ts';
import type { Message } from '../templates/message.ts';
import { refused, sorry } from '../templates/replies.ts';
import type { Asker, Desk, Reply } from './desk.ts';

/** How something came in, for the metrics and the audit. */
type InKind = 'command' | 'click' | 'form' | 'shortcut' | 'event';

export interface Front extends Desk {
  slack: SlackWriter;
  openForm(trigger: string, form: ModalView): Promise<void>;
  log: { error(fields: object, text: string): void };
  /** Told of everything that came in, for the metrics. */
  count(kind: InKind, name: string, outcome: 'taken' | 'refused' | 'failed'): void;
}

/** Something that came in, as metrics and audit name it. */
export interface Asked {
  kind: InKind;
  name: string;
  /** What was typed or pressed. */
  detail: string;
  asker: Asker;
}

export async function answering(asked: Asked, front: Front, work: () => Promise<Reply>): Promise<Reply> {
  try {
    const reply = await work();
    front.count(asked.kind, asked.name, 'taken');
    return reply;
  } catch (error) {
    if (error instanceof Refusal) {
      noteRefusal(asked, error, front);
      return { say: refused(error) };
    }
    front.count(asked.kind, asked.name, 'failed');
    return { say: sorry(logged(error, front)) };
  }
}

/** What was accepted is written down where it is; the answer to the rest does not wait for the audit. */
export function noteRefusal({ kind, name, detail, asker }: Asked, { code }: Refusal, front: Front): void {
  front.count(kind, name, 'refused');
  if (code === 'store-unavailable') return;
  const entry = {
    at: front.clock.now(),
    who: asker.person,
    what: `${kind}.refused`,
    deployment: null,
    environment: null,
    detail: `${code}: ${detail.slice(0, longestDetail)}`,
    from: asker.from,
    channel: asker.channel,
  };
  front.store.audit(entry).catch((error: unknown) => front.log.error({ err: error }, 'not in the audit'));
}
const longestDetail = 300;

export function unexpected(error: unknown, front: Front): Refusal {
  return new Refusal('unreadable', 'Sorry, that went wrong.', `The log has it as ${logged(error, front)}.`);
}

/** Gives the reference under which the log has it. */
function logged(error: unknown, { log }: Front): string {
  const reference = randomUUID().slice(0, 8);
  log.error({ reference, err: error }, 'unexpected error');
  return reference;
}

/** After the acknowledgement, so Slack's troubles can only cost the answer, never the request. */
export async function tell(message: Message, asker: Asker, front: Front): Promise<void> {
  const { person } = asker;
  try {
    await whisperOrPost(message, asker, front);
  } catch (error) {
    front.log.error({ err: error, person: person.id }, 'an answer did not reach its person');
  }
}

async function whisperOrPost(
  message: Message,
  { responseUrl, channel, person, request }: Asker,
  { slack }: Front,
): Promise<void> {
  try {
    if (responseUrl) await slack.answer(responseUrl, message, false);
    else await slack.whisper(channel, person.id, message);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    // The channel is closed to the bot, as it may be to one that commands reach: a direct message always arrives.
    await slack.post(person.id, message, `${request}:answer`);
  }
}

export async function open(form: ModalView, trigger: string, asker: Asker, front: Front): Promise<void> {
  try {
    await front.openForm(trigger, form);
  } catch (error) {
    const reference = logged(error, front);
    await tell(sorry(reference), asker, front);
  }
}

/** The acknowledgement cannot be tried again with other blocks, so it uses those that every workspace takes. */
export const content = ({ text, blocks, plain }: Message) => ({ text, blocks: plain ?? blocks });
