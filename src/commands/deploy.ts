/** `/deploy <environment> <services> [version] [--skip-staging] [--reason "…"] [--plan] [--incident INC-12]` */
import { deployForm, readDeployForm } from '../templates/forms.ts';
import { help } from '../templates/help.ts';
import type { Message } from '../templates/message.ts';
import type { Asker, Desk, Reply } from './desk.ts';
import { readForm } from './form-errors.ts';
import { readAnswers } from './form-request.ts';
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

export async function submitDeploy(values: unknown, asker: Asker, desk: Desk): Promise<Message> {
  const { plan: planOnly, skipStaging, ...answers } = readForm(readDeployForm, values);
  return start({ kind: 'deploy', ...readAnswers(answers, desk.catalog), planOnly, skipStaging }, asker, desk);
}
