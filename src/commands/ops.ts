/** `/ops status`, `/ops audit [deployment]` */
import { auditLog } from '../templates/audit-log.ts';
import { plainMessage } from '../templates/blocks.ts';
import { help } from '../templates/help.ts';
import { type Asker, type Desk, fromStore, type Reply } from './desk.ts';
import { readOps } from './request.ts';

const auditLines = 20;

export async function ops(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readOps(text);
  if (request === 'help') return { say: help('ops') };
  if (request.verb === 'audit') {
    const subject = request.deployment?.toUpperCase();
    const entries = await fromStore(() => desk.store.auditTail(auditLines, subject));
    return { say: auditLog(entries, subject ?? null) };
  }
  const { person, channel, responseUrl } = asker;
  const key = `status-${asker.request}`;
  await fromStore(async () => {
    if (responseUrl) await desk.store.keepResponseUrl(key, responseUrl);
    await desk.queues.run(key, { kind: 'status', person, channel });
  });
  return { say: plainMessage('🔎 Asking every environment…') };
}
