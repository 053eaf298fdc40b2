/** Deployments to press the buttons of: in every state, as the samples have them and with hostile words. */
import type { Store } from '../../src/clients/store/index.ts';
import type { Deployment } from '../../src/records/deployment.ts';
import { states } from '../templates/samples.ts';
import { deployer } from './desk.ts';

/** Gives their ids, those of whom something is asked many times over: so that some are answered twice. */
export async function storeDeployments(store: Store): Promise<string[]> {
  const samples = Object.values(states);
  const records = [...samples, ...samples.map(own), ...samples.map(withStrangeWords)];
  const ids = await Promise.all(records.map((d, index) => storeOne(d, `stored-${index}`, store)));
  const asked = ids.filter((_, index) => ['approval', 'hold'].includes(records[index]?.step ?? ''));
  return [...ids, ...Array.from({ length: 8 }, () => asked).flat()];
}

const own = (d: Deployment): Deployment => ({ ...d, requestedBy: { ...d.requestedBy, id: deployer } });

/** A catalog may have had other services than it has now. */
const withStrangeWords = (d: Deployment): Deployment => ({
  ...d,
  requestedBy: { id: '__proto__', name: '<!channel>\u202e' },
  reason: '<!here> ```',
  wanted: {
    services: ['<@U0000EVIL>', 'constructor', 'x'.repeat(4_000), ...d.wanted.services],
    version: '&',
  },
});

async function storeOne(d: Deployment, request: string, store: Store): Promise<string> {
  const { id: _id, revision: _revision, schema: _schema, ...draft } = d;
  // Questions stay open for longer than any test takes.
  const approval = d.approval && { ...d.approval, deadline: Date.now() + 3_600_000 };
  const entry = {
    at: 0,
    who: d.requestedBy,
    what: 'stored',
    deployment: null,
    environment: null,
    detail: null,
    from: 'worker' as const,
  };
  const { id } = await store.createDeployment({ ...draft, approval }, request, entry, 60_000);
  return id;
}
