/** What the templates of an incident need besides its record. */

import type { Incident } from '../../records/incident.ts';
import { recommend } from '../../records/recommend.ts';
import type { IncidentView, RecentDeployment } from '../../templates/incident/view.ts';
import { type IncidentWorld, rulesOf } from './world.ts';

export async function viewOf(
  i: Incident,
  world: Pick<IncidentWorld, 'catalog' | 'store' | 'clock' | 'statuspage'>,
): Promise<IncidentView> {
  const rules = rulesOf(world);
  return {
    rules,
    now: world.clock.now(),
    recommendation: recommend(i, rules.matrix),
    recent: i.drill ? [] : await recentDeployments(i, world),
    statusPage: world.statuspage !== null && rules.status_page !== undefined && i.drill === null,
    onCall: null,
  };
}

/** How many of the newest deployments are looked through, and how many are shown. */
const looked = 50;
const shown = 5;

/** The latest changes of what is affected: the first thing to ask in an incident is what was deployed. */
async function recentDeployments(
  i: Incident,
  { store }: Pick<IncidentWorld, 'store'>,
): Promise<RecentDeployment[]> {
  const all = await store.recentDeployments(looked);
  return all
    .filter((d) => d.environment === i.environment && d.startedAt !== null && !d.planOnly)
    .flatMap((d) =>
      d.releases
        .filter(({ service }) => i.services.length === 0 || i.services.includes(service))
        .map(({ service, to, from }) => ({
          id: d.id,
          service,
          version: to.version,
          from: from?.version ?? null,
          at: d.startedAt ?? d.requestedAt,
          ending: d.ending ?? d.step,
          by: d.requestedBy.name,
          link: null,
        })),
    )
    .slice(0, shown);
}
