/** No deploy into an open P1 (or what else the catalog says blocks), but for a fix by whoever leads it or an admin. */
import type { Block } from '../../records/block.ts';
import type { Deployment } from '../../records/deployment.ts';
import type { World } from '../deployment/world.ts';
import { blocksBefore, spanOf } from './blocks.ts';
import { type Gate, type GateResult, no, yes } from './gate.ts';

export const noActiveIncident: Gate = {
  name: 'no-active-incident',
  title: 'No incident is open that keeps deploys away',
  for: ['deploy'],
  check: async (d, world) => {
    const open = (await blocksBefore(d, world)).filter(({ kind }) => kind === 'incident');
    const other = open.find(({ incident }) => incident !== d.incident);
    if (other) return blocked(other, world);
    const [linked] = open;
    return linked ? asFix(d, linked, world) : yes;
  },
};

function blocked(b: Block, world: World): GateResult {
  return no(
    `${named(b)} is open in ${b.environment ?? 'every environment'}, declared ${spanOf(b, world)}`,
    `Rollbacks go on. Its commander or an admin may deploy a fix: --incident ${b.incident} --reason "…".`,
  );
}

async function asFix(d: Deployment, b: Block, world: World): Promise<GateResult> {
  const who = await leads(d, b, world);
  if (!who) {
    return no(
      `${named(b)} is open, and @${d.requestedBy.name} is neither its commander nor an admin`,
      'Ask one of them to deploy the fix, or hand the role of the commander over.',
    );
  }
  return {
    answer: 'skipped',
    because: `@${d.requestedBy.name}, ${who}, deploys a fix for ${b.incident}: ${d.reason}`,
  };
}

/** Throws where Slack does not tell who is an admin. */
async function leads(d: Deployment, b: Block, { store, people }: World): Promise<string | null> {
  const incident = b.incident === null ? null : await store.loadIncident(b.incident);
  if (incident?.roles.commander?.id === d.requestedBy.id) return 'its commander';
  const may = await people.may(d.requestedBy, ['admins']);
  if (may === 'unknown') throw new Error('Slack does not tell who is an admin');
  return may === 'yes' ? 'an admin' : null;
}

/** "INC-12 (P1: nobody can log in)". */
const named = ({ incident, reason }: Block): string => `${incident} (${reason})`;
