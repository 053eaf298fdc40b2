/** Registers everything people type, click, fill in and do; acknowledges only what was answered for. */
import type {
  App,
  BlockAction,
  BlockElementAction,
  SlackEventMiddlewareArgs,
  SlackShortcut,
  ViewSubmitAction,
} from '@slack/bolt';
import type { Person } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import { readFormChannel } from '../templates/forms.ts';
import { type Asked, answering, content, type Front, noteRefusal, open, tell, unexpected } from './answer.ts';
import type { Asker } from './desk.ts';
import { errorsIn } from './form-errors.ts';
import type { Pressed } from './incident/clicks.ts';
import { hearEvent } from './incident/events.ts';
import { type ShownMessage, shortcut } from './incident/shortcuts.ts';
import { press, run, submit } from './routes.ts';

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

  app.action<BlockAction>({ action_id: /^/, type: 'block_actions' }, async ({ ack, body, action }) => {
    const asker: Asker = {
      person: personOf(body.user),
      channel: body.channel?.id ?? body.user.id,
      request: `${body.trigger_id}-${action.action_id}`,
      responseUrl: body.response_url ?? null,
      from: 'button',
    };
    const pressed = pressedIn(action);
    // What stands behind the slash tells neighbours apart, and would be a figure of its own in the metrics.
    const [name = ''] = pressed.action.split('/', 1);
    const detail = `${pressed.action} ${pressed.value ?? pressed.chosen.join(',')}`;
    const asked: Asked = { kind: 'click', name, detail, asker };
    const reply = await answering(asked, front, () => press(pressed, asker, front));
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
      const sent = { values: view.state.values, metadata: view.private_metadata };
      const accepted = await submit(name, sent, asker, front);
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

  app.shortcut<SlackShortcut>(/^/, async ({ ack, shortcut: used }) => {
    const message = shownIn(used);
    const asker: Asker = {
      person: personOf(used.user),
      channel: message?.channel ?? used.user.id,
      request: used.trigger_id,
      responseUrl: 'response_url' in used ? used.response_url : null,
      from: 'shortcut',
    };
    const name = used.callback_id;
    const asked: Asked = { kind: 'shortcut', name, detail: name, asker };
    const reply = await answering(asked, front, () => shortcut(name, message, asker, front));
    await ack();
    if ('form' in reply) await open(reply.form, used.trigger_id, asker, front);
    else await tell(reply.say, asker, front);
  });

  // Bolt has acknowledged it already: nobody waits for an answer.
  app.event(/^/, async ({ event, body }: SlackEventMiddlewareArgs) => {
    const self = body.authorizations?.find(({ is_bot }) => is_bot)?.user_id ?? null;
    try {
      await hearEvent({ event, id: body.event_id, self }, front);
    } catch (err) {
      front.count('event', event.type, 'failed');
      front.log.error({ err, event: event.type }, 'an event of Slack was not followed');
    }
  });
}

function pressedIn(action: BlockElementAction): Pressed {
  const chosen =
    'selected_options' in action && action.selected_options
      ? action.selected_options
      : 'selected_option' in action && action.selected_option
        ? [action.selected_option]
        : [];
  return {
    action: action.action_id,
    value: 'value' in action && typeof action.value === 'string' ? action.value : undefined,
    block: action.block_id,
    chosen: chosen.flatMap((option) => option.value ?? []),
  };
}

function shownIn(used: SlackShortcut): ShownMessage | null {
  if (used.type !== 'message_action') return null;
  const { message, channel, team } = used;
  const thread: unknown = message.thread_ts;
  return {
    channel: channel.id,
    ts: message.ts,
    thread: typeof thread === 'string' && thread !== message.ts ? thread : null,
    user: message.user ?? null,
    text: message.text ?? '',
    domain: team?.domain ?? null,
  };
}

const personOf = (user: { id: string; name?: string; username?: string }): Person => ({
  id: whole(user.id),
  name: whole(user.name ?? user.username ?? user.id),
});

/** Redis' scripts read decisions as JSON, and half a character in a name would close a question to everybody else. */
const whole = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');
