/** `/ops freeze …` and `/ops thaw …`: carried out before the acknowledgement where the rights are known, else by a worker. */
import { rightsRefusal } from '../jobs/deployment/rights.ts';
import { changeFreeze } from '../jobs/freeze.ts';
import { freezeRoles } from '../jobs/freeze-rights.ts';
import { plainMessage } from '../templates/blocks.ts';
import { type Asker, type Desk, fromStore, type Reply } from './desk.ts';
import type { FreezeRequest } from './freeze-request.ts';

export async function freeze(request: FreezeRequest, asker: Asker, desk: Desk): Promise<Reply> {
  const { person, channel, from, responseUrl } = asker;
  const roles = freezeRoles(desk.catalog);
  const may = desk.people.mayCached(person, roles);
  const refusal = may === 'no' ? rightsRefusal(may, 'freeze or thaw environments', roles) : null;
  if (refusal) throw refusal;
  const key = `freeze-${asker.request}`;
  const change = { ...request, at: desk.clock.now(), by: person, from, channel };
  return fromStore(async () => {
    if (may === 'yes') return { say: await changeFreeze(key, change, desk) };
    if (responseUrl) await desk.store.keepResponseUrl(key, responseUrl);
    await desk.queues.run(key, { kind: 'freeze', change, person, channel });
    return { say: plainMessage('🔎 Checking your rights…') };
  });
}
