/** `/rollback [environment] <services> [version] [reason…] [--incident INC-12]`; production asks for a reason and the word ROLLBACK. */
import type { Catalog } from '../config/catalog.ts';
import { noSuchIncident, rulesFor } from '../jobs/incident/take.ts';
import { type Deployment, type Release, wasTouched } from '../records/deployment.ts';
import { Refusal } from '../records/refusal.ts';
import { type FormChoices, readFormIncident, readRollbackForm, rollbackForm } from '../templates/forms.ts';
import { help } from '../templates/help.ts';
import type { Message } from '../templates/message.ts';
import { type Asker, type Desk, fromStore, type Reply } from './desk.ts';
import { readForm } from './form-errors.ts';
import { readAnswers } from './form-request.ts';
import type { Sent } from './incident/submit.ts';
import { type RollbackRequest, readRollback } from './request.ts';
import { start } from './start.ts';

/** Runbook 003, "Emergency Rollback": the word that confirms. */
const confirmWord = 'ROLLBACK';

export async function rollback(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readRollback(text, desk.catalog);
  if (request === 'help') return { say: help('rollback') };
  if (request === 'form') return { form: form({}, asker, desk) };
  const { environment, services, version, reason, incident } = request;
  if (incident !== null) await refuseUnknown(incident, desk);
  if (asksForWord(environment, desk)) {
    const chosen = { environment, services, ...(version && { version }), ...(reason && { reason }) };
    return { form: form(chosen, asker, desk, incident) };
  }
  return { say: await startRollback(request, asker, desk) };
}

/** A mistyped one is said before the form opens. Whether it is over does not matter: a rollback waits for nothing. */
async function refuseUnknown(incident: string, { store, catalog }: Desk): Promise<void> {
  rulesFor(catalog);
  if (!(await fromStore(() => store.loadIncident(incident)))) throw noSuchIncident(incident);
}

/**
 * The form for taking back what a deployment changed, opened from its message: to the version that ran before, where
 * that was the same one everywhere; else each service to the last one proven healthy. Throws a `Refusal` where
 * something else was proven there since: what the deployment brought is not what runs now.
 */
export async function rollbackOf(d: Deployment, asker: Asker, desk: Desk): Promise<Reply> {
  const { environment } = d;
  const changed = d.releases.filter(wasTouched);
  await refuseIfOvertaken(d, changed, desk);
  const services = changed.map(({ service }) => service);
  const [version, ...others] = new Set(changed.map(({ from }) => from?.version));
  const isClear = version !== undefined && version !== unknownVersion && others.length === 0;
  return { form: form({ environment, services, ...(isClear && { version }) }, asker, desk) };
}

/**
 * The form for an incident, with what is known filled in; `services` may be `all`. Its timeline tells how the rollback
 * goes. Who may not roll back is refused when it is sent.
 */
export const rollbackFormFor = (
  incident: string,
  chosen: { environment: string; services: readonly string[]; reason: string; version?: string },
  asker: Asker,
  desk: Desk,
): Reply => ({ form: form(chosen, asker, desk, incident) });

/** What a plan says where the running revision does not tell its version. */
const unknownVersion = 'unknown';

async function refuseIfOvertaken(d: Deployment, changed: readonly Release[], { store }: Desk): Promise<void> {
  const { id, environment } = d;
  const newest = await fromStore(() =>
    Promise.all(changed.map(({ service }) => store.proofsOf(environment, service, 1))),
  );
  const later = newest.flat().find(({ service, revision }) => {
    const brought = changed.find((release) => release.service === service)?.forward.revision;
    return brought?.ref !== revision.ref;
  });
  if (!later) return;
  const services = changed.map(({ service }) => service).join(',');
  const command = `/rollback ${environment} ${services}`;
  throw new Refusal(
    'stale',
    `${id} is no longer what runs: ${later.deployment} brought ${later.service} ${later.revision.version} to ${environment} since.`,
    `Say /rollback ${environment} and the services to go back from what runs now.`,
    { label: 'Go back from what runs now', command },
  );
}

export async function submitRollback({ values, metadata }: Sent, asker: Asker, desk: Desk): Promise<Message> {
  const { word, ...answers } = readForm(readRollbackForm, values);
  const request = { ...readAnswers(answers, desk.catalog), incident: readFormIncident(metadata) };
  if (!request.reason)
    throw new Refusal('reason-needed', 'A rollback needs a reason.', 'Say why: everybody sees it.');
  if (asksForWord(request.environment, desk) && word !== confirmWord) {
    throw new Refusal('confirmation-needed', `Type ${confirmWord}`, 'in capital letters to go on.');
  }
  return startRollback(request, asker, desk);
}

const startRollback = (request: RollbackRequest, asker: Asker, desk: Desk): Promise<Message> =>
  start({ kind: 'rollback', ...request, skipStaging: false, planOnly: false }, asker, desk);

const asksForWord = (environment: string, { catalog }: Desk): boolean =>
  catalog.environments.get(environment)?.confirm_rollback ?? true;

function form(
  chosen: NonNullable<FormChoices['chosen']>,
  { channel }: Asker,
  { catalog }: Desk,
  incident: string | null = null,
) {
  const environments = [...catalog.environments.keys()];
  // The environment can be changed in the form, so the word is asked for where any of them wants it.
  const strict = chosen.environment ? [chosen.environment] : environments;
  const wantsWord = strict.some((name) => catalog.environments.get(name)?.confirm_rollback);
  return rollbackForm({
    environments: chosen.environment ? strict : environments,
    services: catalog.services,
    chosen: { ...chosen, ...(isEverything(chosen, catalog) && { services: ['all'] }) },
    channel,
    ...(incident && { incident }),
    confirmWord: wantsWord ? confirmWord : null,
  });
}

/** Hundreds of names would neither fit into the form nor tell anybody more. */
function isEverything(
  { environment, services = [] }: NonNullable<FormChoices['chosen']>,
  catalog: Catalog,
): boolean {
  if (environment === undefined) return false;
  const here = catalog.services.filter((service) => catalog.place(service, environment));
  return here.length > 1 && here.every((service) => services.includes(service));
}
