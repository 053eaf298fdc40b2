/** Nobody may have frozen the environment; rollbacks go on under a freeze (runbook 001: they are how one recovers). */
import { freezeRoles } from '../freeze-rights.ts';
import { blocksBefore, spanOf } from './blocks.ts';
import { type Gate, no, yes } from './gate.ts';

export const notFrozen: Gate = {
  name: 'not-frozen',
  title: 'The environment is not frozen',
  for: ['deploy'],
  check: async (d, world) => {
    const freeze = (await blocksBefore(d, world)).find(({ kind }) => kind === 'freeze');
    if (!freeze) return yes;
    const where = freeze.environment ?? 'every environment';
    const who = freezeRoles(world.catalog).join(' or ');
    return no(
      `${where} is frozen ${spanOf(freeze, world)}: ${freeze.reason}`,
      `${freeze.until === null ? 'Wait until it is over' : 'Wait until then'}, or ask one of the ${who} to say /ops thaw ${freeze.environment ?? 'all'}. Rollbacks go on.`,
    );
  },
};
