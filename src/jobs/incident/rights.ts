/** Who may do what to an incident. */

import type { Role } from '../../config/catalog.ts';
import type { IncidentRules } from '../../config/incidents.ts';
import type { What } from '../../records/act.ts';
import type { Person } from '../../records/deployment.ts';
import type { Incident } from '../../records/incident.ts';

/**
 * The roles of the catalog of which a person needs one, or null where everybody may: seeing an incident, everybody may
 * say so, acknowledge it, and add what they know. Whoever leads it, or speaks for it, needs no further right for that.
 */
export function rolesFor(
  what: Pick<What, 'kind'>,
  by: Person,
  incident: Pick<Incident, 'roles' | 'kind'>,
  { rights, emergencies }: Pick<IncidentRules, 'rights' | 'emergencies'>,
): readonly Role[] | null {
  const leads = incident.roles.commander?.id === by.id;
  switch (what.kind) {
    case 'acknowledge':
    case 'note':
    case 'note-edited':
    case 'note-removed':
    case 'join':
    case 'link':
    case 'follow-up-done':
      return null;
    case 'publish':
      return rights.publish;
    case 'clear-halt':
      return incident.kind === 'security' || incident.kind === 'database-corruption'
        ? emergencies[incident.kind].clear
        : rights.manage;
    case 'mitigate':
    case 'undo':
      return leads ? null : rights.mitigate;
    case 'update':
    case 'skip-update':
      return leads || incident.roles.communications?.id === by.id ? null : rights.manage;
    default:
      return leads ? null : rights.manage;
  }
}
