/** Which handler takes what came in: by the command's name, the button's id, the form's or the shortcut's. */
import { Refusal } from '../records/refusal.ts';
import { actionIds } from '../templates/actions.ts';
import { deployFormId, rollbackFormId } from '../templates/forms.ts';
import type { Message } from '../templates/message.ts';
import { escaped } from '../templates/text.ts';
import { click, openRollback } from './clicks.ts';
import { deploy, submitDeploy } from './deploy.ts';
import type { Asker, Desk, Reply } from './desk.ts';
import { health } from './health.ts';
import { incidentAction, type Pressed, pressIncident } from './incident/clicks.ts';
import { incident } from './incident/index.ts';
import { incidentSubmits, type Sent } from './incident/submit.ts';
import { ops } from './ops.ts';
import { rollback, submitRollback } from './rollback.ts';

type Command = (text: string, asker: Asker, desk: Desk) => Promise<Reply>;

const commands: ReadonlyMap<string, Command> = new Map([
  ['/deploy', deploy],
  ['/rollback', rollback],
  ['/health', health],
  ['/ops', ops],
  ['/incident', incident],
]);

type Submit = (sent: Sent, asker: Asker, desk: Desk) => Promise<Message>;
const forms: ReadonlyMap<string, Submit> = new Map<string, Submit>([
  [deployFormId, ({ values }, asker, desk) => submitDeploy(values, asker, desk)],
  [rollbackFormId, submitRollback],
  ...incidentSubmits,
]);

export async function run(name: string, text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const command = commands.get(name);
  if (!command) throw leadsNowhere('command');
  return command(text, asker, desk);
}

export async function press(pressed: Pressed, asker: Asker, desk: Desk): Promise<Reply> {
  const { action, value } = pressed;
  if (action === actionIds.openRollback) return openRollback(value, asker, desk);
  if (action.split('/', 1)[0] === actionIds.run) return runSuggested(value ?? '', asker, desk);
  const does = incidentAction(action);
  if (does !== null) return pressIncident(does, pressed, asker, desk);
  return { say: await click(action, value, asker, desk) };
}

/** A button that stands for a slash command does what typing it would do, with the clicker's rights. */
async function runSuggested(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const [name = '', ...rest] = text.split(' ');
  // Commands read what Slack sends, and Slack escapes what is typed.
  return run(name, escaped(rest.join(' ')), asker, desk);
}

export async function submit(form: string, sent: Sent, asker: Asker, desk: Desk): Promise<Message> {
  const take = forms.get(form);
  if (!take) throw leadsNowhere('form');
  return take(sent, asker, desk);
}

const leadsNowhere = (what: 'command' | 'form'): Refusal =>
  new Refusal(
    'unknown-command',
    `This ${what} leads nowhere any more.`,
    'Say /deploy help to see what there is.',
  );
