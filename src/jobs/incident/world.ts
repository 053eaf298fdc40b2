/** What the effects of incidents need of everything around them; what the catalog or the environment does not name is null. */
import type { Alb } from '../../clients/alb.ts';
import type { GitHubIssues } from '../../clients/github-issues.ts';
import type { PagerDuty } from '../../clients/pagerduty.ts';
import type { SlackWriter } from '../../clients/slack.ts';
import type { SlackRooms } from '../../clients/slack-rooms.ts';
import type { Statuspage } from '../../clients/statuspage.ts';
import type { IncidentRules } from '../../config/incidents.ts';
import type { World } from '../deployment/world.ts';
import type { Queues } from '../queues.ts';

export interface IncidentWorld extends World {
  slack: SlackWriter;
  rooms: SlackRooms;
  queues: Pick<Queues, 'wakeIncident' | 'runEffect' | 'redrawIncident'>;
  pagerduty: PagerDuty | null;
  statuspage: Statuspage | null;
  github: GitHubIssues | null;
  alb: Alb;
}

/** The catalog's rules for incidents, or a reason why there are none (any more). */
export function rulesOf({ catalog }: Pick<World, 'catalog'>): IncidentRules & { readonly channel: string } {
  if (!catalog.incidents) throw new Error('The catalog no longer has a section about incidents.');
  return catalog.incidents;
}
