/** `/deploy <environment> <services> [version] [--skip-staging] [--reason "…"] [--plan]` */
import { Refusal } from '../records/refusal.ts';
import { deployForm, readDeployForm } from '../templates/forms.ts';
import { help } from '../templates/help.ts';
import type { Message } from '../templates/message.ts';
import type { Asker, Desk, Reply } from './desk.ts';
import { readForm } from './form-errors.ts';
import { readDeploy } from './request.ts';
import { start } from './start.ts';

export async function deploy(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readDeploy(text, desk.catalog);
  if (request === 'help') return { say: help('deploy') };
  if (request === 'form') return { form: blankForm(asker, desk) };
  return { say: await start({ kind: 'deploy', ...request }, asker, desk) };
}

function blankForm(asker: Asker, { catalog }: Desk) {
  const [first] = catalog.environments.keys();
  return deployForm({
    environments: [...catalog.environments.keys()],
    services: catalog.services,
    channel: asker.channel,
    ...(first && { chosen: { environment: first } }),
  });
}

/** The form's answers, read like the typed command that they stand for. */
export async function submitDeploy(values: unknown, asker: Asker, desk: Desk): Promise<Message> {
  const { environment, services, version, reason, plan, skipStaging } = readForm(readDeployForm, values);
  const typed = [environment, services.join(','), version].filter(Boolean).join(' ');
  const request = readDeploy(typed, desk.catalog);
  if (typeof request === 'string')
    throw new Refusal('missing-argument', 'Something is missing.', 'Fill in the form.');
  return start({ kind: 'deploy', ...request, reason, planOnly: plan, skipStaging }, asker, desk);
}
