/** `/incident …`: declares, shows and runs incidents. */
import { rulesFor } from '../../jobs/incident/take.ts';
import { incidentHelp } from '../../templates/incident/help.ts';
import { incidentList } from '../../templates/incident/list.ts';
import { type Asker, type Desk, fromStore, type Reply } from '../desk.ts';
import { carryOut } from './carry-out.ts';
import { declare, drill } from './declare.ts';
import { visible, whichIncident } from './which.ts';
import { readIncident } from './words.ts';

export async function incident(text: string, asker: Asker, desk: Desk): Promise<Reply> {
  const request = readIncident(text, desk.catalog, desk.clock.now());
  switch (request.kind) {
    case 'help':
      return { say: incidentHelp(request.verb) };
    case 'list':
      return list(asker, desk);
    case 'drill':
      return { say: await drill(request.scenario, asker, desk) };
    case 'declare':
      return declare(request.wish, asker, desk);
    case 'on': {
      const meant = await whichIncident(request.incident, asker, desk);
      return carryOut(request.wish, meant, asker, desk);
    }
  }
}

/** How many of the newest are shown beside those that are open. */
const recent = 20;

async function list(asker: Asker, desk: Desk): Promise<Reply> {
  rulesFor(desk.catalog);
  return fromStore(async () => {
    const [open, newest] = await Promise.all([
      desk.store.openIncidents(),
      desk.store.recentIncidents(recent),
    ]);
    const all = [...open, ...newest.filter(({ id }) => open.every((i) => i.id !== id))];
    return { say: incidentList(await visible(all, asker, desk), desk.clock.now()) };
  });
}
