/** Registers everything people type, click and fill in; acknowledges, and turns a Refusal into a reply. */
import { randomUUID } from 'node:crypto';
import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { SlackWriter } from '../clients/slack.ts';
import type { Person } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import { actionIds } from '../templates/actions.ts';
import { deployFormId, formBlocks, readFormChannel, rollbackFormId } from '../templates/forms.ts';
import type { Message } from '../templates/message.ts';
import { refused, sorry } from '../templates/replies.ts';
import { escaped } from '../templates/text.ts';
import { click, decidingActions, openRollback } from './clicks.ts';
import { deploy, submitDeploy } from './deploy.ts';
import type { Asker, Desk, Reply } from './desk.ts';
import { health } from './health.ts';
import { ops } from './ops.ts';
import { rollback, submitRollback } from './rollback.ts';

export type Command = (text: string, asker: Asker, desk: Desk) => Promise<Reply>;

export const commands: Readonly<Record<string, Command>> = {
  '/deploy': deploy,
  '/rollback': rollback,
  '/health': health,
  '/ops': ops,
};

type Submit = (values: unknown, asker: Asker, desk: Desk) => Promise<Message>;
const forms: Readonly<Record<string, Submit>> = {
  [deployFormId]: submitDeploy,
  [rollbackFormId]: submitRollback,
};

export interface Front extends Desk {
  slack: SlackWriter;
  openForm(trigger: string, form: ModalView): Promise<void>;
  log: { error(fields: object, text: string): void };
  /** Told of everything that came in, for the metrics. */
  count(kind: 'command' | 'click' | 'form', name: string, outcome: 'taken' | 'refused' | 'failed'): void;
}

export function register(app: App, front: Front): void {
  for (const [name, command] of Object.entries(commands)) {
    app.command(name, async ({ command: typed, ack }) => {
      const asker: Asker = {
        person: { id: typed.user_id, name: typed.user_name },
        channel: typed.channel_id,
        request: typed.trigger_id,
        responseUrl: typed.response_url,
        from: 'command',
      };
      const text = typed.text ?? '';
      const asked = { kind: 'command', name, detail: `${name} ${text}`, asker } as const;
      const reply = await answering(asked, front, () => command(text, asker, front));
      if ('form' in reply) {
        await ack();
        await open(reply.form, typed.trigger_id, asker, front);
      } else await ack({ response_type: 'ephemeral', ...content(reply.say) });
    });
  }
  for (const [id, submit] of Object.entries(forms)) registerForm(app, id, submit, front);
  for (const id of decidingActions) {
    registerButton(app, id, front, async (value, asker) => ({ say: await click(id, value, asker, front) }));
  }
  registerButton(app, actionIds.openRollback, front, (value, asker) => openRollback(value, asker, front));
  registerButton(app, actionIds.run, front, (value, asker) => runSuggested(value ?? '', asker, front));
}

/** A button that stands for a slash command does what typing it would do, with the clicker's rights. */
async function runSuggested(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const [name = '', ...rest] = text.split(' ');
  const command = commands[name];
  if (!command)
    throw new Refusal('unknown-command', 'This button leads nowhere any more.', 'Type the command.');
  // Commands read what Slack sends, and Slack escapes what is typed.
  return command(escaped(rest.join(' ')), asker, desk);
}

function registerButton(
  app: App,
  id: string,
  front: Front,
  handle: (value: string | undefined, asker: Asker) => Promise<Reply>,
): void {
  app.action<BlockAction<ButtonAction>>(
    { action_id: id, type: 'block_actions' },
    async ({ ack, body, action }) => {
      const asker: Asker = {
        person: personOf(body.user),
        channel: body.channel?.id ?? body.user.id,
        request: `${body.trigger_id}-${action.action_id}`,
        responseUrl: body.response_url ?? null,
        from: 'button',
      };
      const asked = { kind: 'click', name: id, detail: `${id} ${action.value ?? ''}`, asker } as const;
      const reply = await answering(asked, front, () => handle(action.value, asker));
      await ack();
      if ('form' in reply) return open(reply.form, body.trigger_id, asker, front);
      await tell(reply.say, asker, front);
    },
  );
}

function registerForm(app: App, id: string, submit: Submit, front: Front): void {
  app.view<ViewSubmitAction>({ callback_id: id, type: 'view_submission' }, async ({ ack, body, view }) => {
    const asker: Asker = {
      person: personOf(body.user),
      channel: readFormChannel(view.private_metadata) ?? body.user.id,
      request: `form-${view.id}`,
      responseUrl: null,
      from: 'form',
    };
    try {
      const accepted = await submit(view.state.values, asker, front);
      front.count('form', id, 'taken');
      await ack();
      await tell(accepted, asker, front);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : unexpected(error, front);
      if (error instanceof Refusal) noteRefusal({ kind: 'form', name: id, detail: id, asker }, error, front);
      else front.count('form', id, 'failed');
      await ack({ response_action: 'errors', errors: errorsIn(view, refusal) });
    }
  });
}

/** Shows a refusal beside the answer that it is about, if the form has that; else beside the first one. */
function errorsIn(view: ViewSubmitAction['view'], { code, message, hint }: Refusal): Record<string, string> {
  const wanted = blockOf[code] ?? formBlocks.environment;
  const ids = view.blocks.map((block) => block.block_id ?? '');
  const id = ids.includes(wanted) ? wanted : (ids[0] ?? wanted);
  return { [id]: `${message} ${hint}`.slice(0, 2000) };
}
const blockOf: Readonly<Partial<Record<Refusal['code'], string>>> = {
  'bad-version': formBlocks.version,
  'unknown-version': formBlocks.version,
  'no-version': formBlocks.version,
  'unknown-service': formBlocks.services,
  'not-here': formBlocks.services,
  'missing-argument': formBlocks.services,
  'reason-needed': formBlocks.reason,
  'confirmation-needed': formBlocks.word,
};

/** Something that came in, as metrics and audit name it. */
interface Asked {
  kind: 'command' | 'click' | 'form';
  name: string;
  /** What was typed or pressed. */
  detail: string;
  asker: Asker;
}

async function answering(asked: Asked, front: Front, work: () => Promise<Reply>): Promise<Reply> {
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
function noteRefusal({ kind, name, detail, asker }: Asked, { code }: Refusal, front: Front): void {
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
  };
  front.store.audit(entry).catch((error: unknown) => front.log.error({ err: error }, 'not in the audit'));
}
const longestDetail = 300;

function unexpected(error: unknown, front: Front): Refusal {
  return new Refusal('unreadable', 'Sorry, that went wrong.', `The log has it as ${logged(error, front)}.`);
}

/** Gives the reference under which the log has it. */
function logged(error: unknown, { log }: Front): string {
  const reference = randomUUID().slice(0, 8);
  log.error({ reference, err: error }, 'unexpected error');
  return reference;
}

/** After the acknowledgement, so Slack's troubles can only cost the answer, never the request. */
async function tell(message: Message, { responseUrl, channel, person }: Asker, front: Front): Promise<void> {
  try {
    if (responseUrl) await front.slack.answer(responseUrl, message, false);
    else await front.slack.whisper(channel, person.id, message);
  } catch (error) {
    front.log.error({ err: error, person: person.id }, 'an answer did not reach its person');
  }
}

async function open(form: ModalView, trigger: string, asker: Asker, front: Front): Promise<void> {
  try {
    await front.openForm(trigger, form);
  } catch (error) {
    const reference = logged(error, front);
    await tell(sorry(reference), asker, front);
  }
}

const personOf = (user: { id: string; name?: string; username?: string }): Person => ({
  id: user.id,
  name: user.name ?? user.username ?? user.id,
});

/** The acknowledgement cannot be tried again with other blocks, so it uses those that every workspace takes. */
const content = ({ text, blocks, plain }: Message) => ({ text, blocks: plain ?? blocks });
