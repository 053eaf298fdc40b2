/** Registers everything people type, click and fill in; acknowledges only what was answered for. */
import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import type { Person } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import { actionIds } from '../templates/actions.ts';
import { deployFormId, readFormChannel, rollbackFormId } from '../templates/forms.ts';
import type { Message } from '../templates/message.ts';
import { escaped } from '../templates/text.ts';
import { type Asked, answering, content, type Front, noteRefusal, open, tell, unexpected } from './answer.ts';
import { click, openRollback } from './clicks.ts';
import { deploy, submitDeploy } from './deploy.ts';
import type { Asker, Desk, Reply } from './desk.ts';
import { errorsIn } from './form-errors.ts';
import { health } from './health.ts';
import { ops } from './ops.ts';
import { rollback, submitRollback } from './rollback.ts';

type Command = (text: string, asker: Asker, desk: Desk) => Promise<Reply>;

const commands: ReadonlyMap<string, Command> = new Map([
  ['/deploy', deploy],
  ['/rollback', rollback],
  ['/health', health],
  ['/ops', ops],
]);

type Submit = (values: unknown, asker: Asker, desk: Desk) => Promise<Message>;
const forms: ReadonlyMap<string, Submit> = new Map([
  [deployFormId, submitDeploy],
  [rollbackFormId, submitRollback],
]);

/** One listener a kind: Bolt takes every event past every listener, and Slack waits meanwhile. */
export function register(app: App, front: Front): void {
  app.command(/^\//, async ({ command: typed, ack }) => {
    const asker: Asker = {
      person: personOf({ id: typed.user_id, name: typed.user_name }),
      channel: typed.channel_id,
      request: typed.trigger_id,
      responseUrl: typed.response_url,
      from: 'command',
    };
    const { command: name, text = '' } = typed;
    const asked: Asked = { kind: 'command', name, detail: `${name} ${text}`, asker };
    const reply = await answering(asked, front, () => run(name, text, asker, front));
    if ('form' in reply) {
      await ack();
      await open(reply.form, typed.trigger_id, asker, front);
    } else await ack({ response_type: 'ephemeral', ...content(reply.say) });
  });

  app.action<BlockAction<ButtonAction>>({ action_id: /^/, type: 'block_actions' }, async (clicked) => {
    const { ack, body, action } = clicked;
    const asker: Asker = {
      person: personOf(body.user),
      channel: body.channel?.id ?? body.user.id,
      request: `${body.trigger_id}-${action.action_id}`,
      responseUrl: body.response_url ?? null,
      from: 'button',
    };
    const { action_id: name, value } = action;
    const asked: Asked = { kind: 'click', name, detail: `${name} ${value ?? ''}`, asker };
    const reply = await answering(asked, front, () => press(name, value, asker, front));
    await ack();
    if ('form' in reply) await open(reply.form, body.trigger_id, asker, front);
    else await tell(reply.say, asker, front);
  });

  app.view<ViewSubmitAction>({ callback_id: /^/, type: 'view_submission' }, async ({ ack, body, view }) => {
    const name = view.callback_id;
    const asker: Asker = {
      person: personOf(body.user),
      channel: readFormChannel(view.private_metadata) ?? body.user.id,
      // A form that stayed open because it was refused is sent again as a new request: the one before is withdrawn.
      request: `form-${body.trigger_id}`,
      responseUrl: null,
      from: 'form',
    };
    try {
      const submit = forms.get(name);
      if (!submit) throw leadsNowhere('form');
      const accepted = await submit(view.state.values, asker, front);
      front.count('form', name, 'taken');
      await ack();
      await tell(accepted, asker, front);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : unexpected(error, front);
      if (error instanceof Refusal) noteRefusal({ kind: 'form', name, detail: name, asker }, error, front);
      else front.count('form', name, 'failed');
      await ack({ response_action: 'errors', errors: errorsIn(view, refusal) });
    }
  });
}

async function run(name: string, text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const command = commands.get(name);
  if (!command) throw leadsNowhere('command');
  return command(text, asker, desk);
}

async function press(name: string, value: string | undefined, asker: Asker, desk: Desk): Promise<Reply> {
  if (name === actionIds.openRollback) return openRollback(value, asker, desk);
  if (name === actionIds.run) return runSuggested(value ?? '', asker, desk);
  return { say: await click(name, value, asker, desk) };
}

/** A button that stands for a slash command does what typing it would do, with the clicker's rights. */
async function runSuggested(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const [name = '', ...rest] = text.split(' ');
  // Commands read what Slack sends, and Slack escapes what is typed.
  return run(name, escaped(rest.join(' ')), asker, desk);
}

const leadsNowhere = (what: 'command' | 'form'): Refusal =>
  new Refusal(
    'unknown-command',
    `This ${what} leads nowhere any more.`,
    'Say /deploy help to see what there is.',
  );

const personOf = (user: { id: string; name?: string; username?: string }): Person => ({
  id: whole(user.id),
  name: whole(user.name ?? user.username ?? user.id),
});

/** Redis' scripts read decisions as JSON, and half a character in a name would close a question to everybody else. */
const whole = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');
