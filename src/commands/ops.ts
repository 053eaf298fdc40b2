/** `/ops status`, `/ops audit [deployment]`, `/ops freeze …`, `/ops thaw …` */
import { auditLog } from '../templates/audit-log.ts';
import { plainMessage } from '../templates/blocks.ts';
import { help } from '../templates/help.ts';
import { type Asker, type Desk, fromStore, type Reply } from './desk.ts';
import { freeze } from './freeze.ts';
import { readOps } from './request.ts';

/** Enough for a whole deployment of many services. */
const auditLines = 300;

export async function ops(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readOps(text, desk.catalog, desk.clock.now());
  if (request === 'help') return { say: help('ops') };
  switch (request.verb) {
    case 'status':
      return showStatus(asker, desk);
    case 'audit':
      return showAudit(request.deployment?.toUpperCase() ?? null, asker, desk);
    case 'freeze':
    case 'thaw':
      return freeze(request, asker, desk);
  }
}

async function showAudit(subject: string | null, asker: Asker, desk: Desk): Promise<Reply> {
  return fromStore(async () => {
    const entries = await desk.store.auditTail(auditLines, subject ?? undefined);
    await writeDown('audit.asked', subject, asker, desk);
    return { say: auditLog(entries, subject) };
  });
}

async function showStatus(asker: Asker, desk: Desk): Promise<Reply> {
  const { person, channel, responseUrl } = asker;
  const key = `status-${asker.request}`;
  return fromStore(async () => {
    if (responseUrl) await desk.store.keepResponseUrl(key, responseUrl);
    await desk.queues.run(key, { kind: 'status', person, channel });
    await writeDown('status.asked', null, asker, desk);
    return { say: plainMessage('🔎 Asking every environment…') };
  });
}

const writeDown = (
  what: string,
  detail: string | null,
  { person, from, channel }: Asker,
  { store, clock }: Desk,
) =>
  store.audit({
    at: clock.now(),
    who: person,
    what,
    deployment: null,
    environment: null,
    detail,
    from,
    channel,
  });
