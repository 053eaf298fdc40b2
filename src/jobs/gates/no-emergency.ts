/**
 * Runbook 004's emergencies: database corruption halts everything everywhere; a security incident halts deploys
 * everywhere, and leaves going back to a clean revision to the few whom the catalog names.
 */
import type { Role } from '../../config/catalog.ts';
import { type Block, isHalt } from '../../records/block.ts';
import type { Person } from '../../records/deployment.ts';
import type { World } from '../deployment/world.ts';
import { blocksBefore, spanOf } from './blocks.ts';
import { type Gate, type GateResult, no, yes } from './gate.ts';

export const noEmergency: Gate = {
  name: 'no-emergency',
  title: 'No emergency halts everything',
  for: ['deploy', 'rollback'],
  check: async (d, world) => {
    const halts = (await blocksBefore(d, world)).filter(isHalt);
    const answers = await Promise.all(halts.map((b) => under(b, d, world)));
    return answers.find(({ answer }) => answer === 'no') ?? answers[0] ?? yes;
  },
};

/** Whether this person may switch to a clean revision during a security incident. Throws where that cannot be told. */
export async function maySwitch(
  person: Person,
  { people, catalog }: Pick<World, 'people' | 'catalog'>,
): Promise<boolean> {
  const may = await people.may(person, switchRoles(catalog));
  if (may === 'unknown') throw new Error('Slack does not tell who may switch to a clean revision');
  return may === 'yes';
}

const switchRoles = ({ incidents }: World['catalog']): readonly Role[] =>
  incidents?.emergencies.security.switch ?? ['admins'];

async function under(b: Block, d: Parameters<Gate['check']>[0], world: World): Promise<GateResult> {
  if (b.kind === 'security' && d.kind === 'rollback') {
    if (await maySwitch(d.requestedBy, world)) {
      return {
        answer: 'skipped',
        because: `@${d.requestedBy.name} may switch to a clean revision during ${b.incident}`,
      };
    }
    return no(
      `${haltWords(b)} ${spanOf(b, world)}`,
      `Only ${switchRoles(world.catalog).join(' or ')} may switch to a clean revision until ${b.incident} is cleared.`,
    );
  }
  const both = b.kind === 'security' ? 'Nothing is deployed' : 'Nothing is deployed or rolled back';
  return no(`${haltWords(b)} ${spanOf(b, world)}`, `${both} until ${b.incident} is cleared.`);
}

/** "INC-9 (database corruption: orders lack lines) halts all deployments". */
export const haltWords = ({ incident, reason }: Block): string =>
  `${incident} (${reason}) halts all deployments`;
