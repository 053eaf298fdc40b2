/** Which incident somebody means: the one they name, the one of the place where they are, or the only one. */
import { maySee, noSuchIncident, rulesFor } from '../../jobs/incident/take.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import { type Asker, type Desk, fromStore } from '../desk.ts';

export interface Meant {
  id: string;
  /** Why it is this one, where nobody said so. */
  implied: string | null;
}

/** Throws a `Refusal` where there is no such incident, or where it could be several. */
export async function whichIncident(named: string | null, asker: Asker, desk: Desk): Promise<Meant> {
  rulesFor(desk.catalog);
  return fromStore(async () => {
    if (named !== null) {
      if (!(await desk.store.loadIncident(named))) throw noSuchIncident(named);
      return { id: named, implied: null };
    }
    const here = await desk.store.incidentAt(asker.channel);
    if (here !== null) return { id: here, implied: 'this is its war room' };
    const open = await visible(await desk.store.openIncidents(), asker, desk);
    const inChannel = open.filter(({ card }) => card?.channel === asker.channel);
    const [only] = open.length === 1 ? open : inChannel;
    if (only && (open.length === 1 || inChannel.length === 1)) {
      return {
        id: only.id,
        implied: open.length === 1 ? 'the only open one' : 'the only one in this channel',
      };
    }
    throw unclear(open);
  });
}

/** Secret ones are for those who are known to may see them. */
export async function visible(incidents: readonly Incident[], asker: Asker, desk: Desk): Promise<Incident[]> {
  const rules = rulesFor(desk.catalog);
  const { person, channel } = asker;
  const seen = await Promise.all(
    incidents.map(async (i) => (await maySee(i, person, channel, desk.people.mayCached, rules)) === 'yes'),
  );
  return incidents.filter((_, index) => seen[index]);
}

function unclear(open: readonly Incident[]): Refusal {
  const list = { label: 'Show the incidents', command: '/incident list' };
  if (open.filter((i) => !isOver(i)).length === 0) {
    return new Refusal(
      'incident-unclear',
      'No incident is open, so it has to be said which one is meant.',
      'Name it, as in /incident timeline INC-12; or declare one: /incident P2 and what is wrong.',
      list,
    );
  }
  const names = open.slice(-5).map(({ id, title }) => `${id} (${title.slice(0, 60)})`);
  return new Refusal(
    'incident-unclear',
    'Several incidents are open. Which one?',
    `Name it before or behind the verb: ${names.join(', ')}.`,
    list,
  );
}
