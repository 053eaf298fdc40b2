/** A person types a slash command. */
import { autoformatted, escaped, withMentions } from '../composer.ts';
import { slashCommand } from '../delivery/payloads.ts';
import { answerTo, newResponseUrl } from '../delivery/response-urls.ts';
import { channelCalled, person as personCalled } from '../lookup.ts';
import { slackbotSays } from '../messages.ts';
import { SlackError } from '../slack-error.ts';
import { type ResponseUrl, record, type State } from '../state.ts';
import type { Delivery, Person } from '../types.ts';
import { did, NOTHING_SENT, showTrouble, type Wires } from './wires.ts';

const DECLARED = ['deploy', 'rollback', 'health', 'ops', 'incident'];

export async function typeCommand(
  { state, outbox }: Wires,
  typed: string,
  by: { as: string; in?: string; autoformat?: boolean },
): Promise<Delivery> {
  const person = personCalled(state, by.as);
  const channel = channelCalled(state, by.in ?? 'deployments').id;
  const [, command = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(typed.trim()) ?? [];
  did(state, 'command', person, { channel, text: typed });
  if (!(state.options.commands ?? DECLARED).includes(command)) {
    return { ...NOTHING_SENT, reply: slackbotSays(state, person.id, channel, notACommand(command)) };
  }
  const url = newResponseUrl(state, { user: person.id, channel });
  const text = composed(state, rest, by.autoformat ?? false);
  const delivery = await outbox.send('slash_commands', slashCommand(state, { command, text, person, url }));
  return delivery.error
    ? failed(state, delivery, { person, url, command })
    : answered(state, delivery, { person, url, command });
}

interface Typed {
  person: Person;
  url: ResponseUrl;
  command: string;
}

/** Slack shows what came with the acknowledgement, under the same rules as any message. */
function answered(state: State, delivery: Delivery, typed: Typed): Delivery {
  const said = typeof delivery.body === 'string' ? { text: delivery.body } : delivery.body;
  if (typeof delivery.body === 'string' && delivery.body.trim() === '') return delivery;
  const method = `ack /${typed.command}`;
  try {
    const reply = answerTo(state, typed.url, said);
    if (!reply) return delivery;
    record(state, {
      method,
      ok: true,
      channel: reply.channel,
      ts: reply.ts,
      user: typed.person.id,
      text: reply.text,
      args: { body: said },
    });
    return { ...delivery, reply };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return failed(state, { ...delivery, error: error.code }, typed, error.sentences);
  }
}

function failed(
  state: State,
  delivery: Delivery,
  { person, url, command }: Typed,
  sentences: string[] = [],
): Delivery {
  const words = `/${command} failed with the error "${delivery.error}"`;
  return showTrouble(state, delivery, {
    person,
    channel: url.channel,
    what: `ack /${command}`,
    words,
    sentences,
  });
}

function composed(state: State, text: string, autoformat: boolean): string {
  const plain = escaped(text);
  const formatted = autoformat ? autoformatted(plain) : plain;
  return state.options.escapeMentions ? withMentions(state, formatted) : formatted;
}

function notACommand(command: string): string {
  return `/${command} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`;
}
