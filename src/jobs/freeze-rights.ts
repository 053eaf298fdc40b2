/** Who may freeze and thaw environments. */
import type { Catalog, Role } from '../config/catalog.ts';

/** Where the catalog has no incidents: those who decide about deployments. */
export const freezeRoles = ({ incidents }: Pick<Catalog, 'incidents'>): readonly Role[] =>
  incidents?.rights.freeze ?? ['approvers', 'admins'];
