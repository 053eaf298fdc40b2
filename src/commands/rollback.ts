/** `/rollback [environment] <services> [version] [reason…]`; production asks for a reason and the word ROLLBACK. */
import type { Deployment } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import { type FormChoices, readRollbackForm, rollbackForm } from '../templates/forms.ts';
import { help } from '../templates/help.ts';
import type { Message } from '../templates/message.ts';
import type { Asker, Desk, Reply } from './desk.ts';
import { readForm } from './form-errors.ts';
import { type RollbackRequest, readRollback } from './request.ts';
import { start } from './start.ts';

/** Runbook 003, "Emergency Rollback": the word that confirms. */
const confirmWord = 'ROLLBACK';

export async function rollback(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readRollback(text, desk.catalog);
  if (request === 'help') return { say: help('rollback') };
  if (request === 'form') return { form: form({}, asker, desk) };
  const { environment, services, version, reason } = request;
  if (asksForWord(environment, desk)) {
    const chosen = { environment, services, ...(version && { version }), ...(reason && { reason }) };
    return { form: form(chosen, asker, desk) };
  }
  return { say: await startRollback(request, asker, desk) };
}

/** The form for taking back what a deployment brought, opened from its message. */
export function rollbackOf(d: Deployment, asker: Asker, desk: Desk): Reply {
  return { form: form({ environment: d.environment, services: d.wanted.services }, asker, desk) };
}

export async function submitRollback(values: unknown, asker: Asker, desk: Desk): Promise<Message> {
  const { environment, services, version, reason, word } = readForm(readRollbackForm, values);
  const request = readRollback(
    [environment, services.join(','), version].filter(Boolean).join(' '),
    desk.catalog,
  );
  if (typeof request === 'string')
    throw new Refusal('missing-argument', 'Something is missing.', 'Fill in the form.');
  if (!reason)
    throw new Refusal('reason-needed', 'A rollback needs a reason.', 'Say why: everybody sees it.');
  if (asksForWord(request.environment, desk) && word !== confirmWord) {
    throw new Refusal('confirmation-needed', `Type ${confirmWord}`, 'in capital letters to go on.');
  }
  return startRollback({ ...request, reason }, asker, desk);
}

const startRollback = (request: RollbackRequest, asker: Asker, desk: Desk): Promise<Message> =>
  start({ kind: 'rollback', ...request, skipStaging: false, planOnly: false }, asker, desk);

const asksForWord = (environment: string, { catalog }: Desk): boolean =>
  catalog.environments.get(environment)?.confirm_rollback ?? true;

function form(chosen: NonNullable<FormChoices['chosen']>, { channel }: Asker, { catalog }: Desk) {
  const environments = [...catalog.environments.keys()];
  // The environment can be changed in the form, so the word is asked for where any of them wants it.
  const strict = chosen.environment ? [chosen.environment] : environments;
  const wantsWord = strict.some((name) => catalog.environments.get(name)?.confirm_rollback);
  return rollbackForm({
    environments: chosen.environment ? strict : environments,
    services: catalog.services,
    chosen,
    channel,
    confirmWord: wantsWord ? confirmWord : null,
  });
}
