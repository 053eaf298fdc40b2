/** Who may do what in an environment; what cannot be told is denied. */
import type { May } from '../../clients/people.ts';
import type { Environment, Role } from '../../config/catalog.ts';
import type { Deployment } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import { environmentOf, type World } from './world.ts';

type Asked = Pick<Deployment, 'kind' | 'skipStaging' | 'planOnly'>;

/** The roles of which a person needs one for each right that the request uses. */
export function rightsNeeded(
  asked: Asked,
  { rights, name }: Environment,
): { roles: readonly Role[]; to: string }[] {
  const start = asked.kind === 'deploy' ? rights.deploy : rights.rollback;
  const needed = [{ roles: start, to: `${asked.kind === 'deploy' ? 'deploy to' : 'roll back'} ${name}` }];
  return asked.skipStaging
    ? [...needed, { roles: rights.skip_staging, to: `skip staging for ${name}` }]
    : needed;
}

/** A refusal for an answer other than yes. */
export function rightsRefusal(may: May, to: string, roles: readonly Role[]): Refusal | null {
  if (may === 'yes') return null;
  return may === 'no'
    ? new Refusal('not-allowed', `You may not ${to}.`, `Ask one of the ${roles.join(' or ')}.`)
    : new Refusal(
        'rights-unknown',
        `Slack does not tell who may ${to}, so nobody may just now.`,
        'Try again in a minute.',
      );
}

/** Throws a refusal where a right is missing, and another error where that cannot be told just now. */
export async function mayStart(d: Deployment, world: World): Promise<void> {
  for (const { roles, to } of rightsNeeded(d, environmentOf(d, world))) {
    const may = await world.people.may(d.requestedBy, roles);
    const refusal = rightsRefusal(may, to, roles);
    if (refusal) throw may === 'no' ? refusal : new Error(refusal.message);
  }
}
