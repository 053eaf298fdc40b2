/** What is over goes some day, all of it together; what is not over never does. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Deployment } from '../../../src/records/deployment.ts';
import { draft, line, openStore } from './bench.ts';

let bench: ReturnType<typeof openStore>;
beforeEach(() => {
  bench = openStore();
});
afterEach(() => bench.close());

const day = 24 * 3_600_000;
const create = (request: string) => bench.store.createDeployment(draft(), request, line(), 60_000);
const end = async (id: string, ending: Deployment['ending']) => {
  const d = await bench.store.load(id);
  if (!d) throw new Error(`there is no ${id}`);
  await bench.store.save({ ...d, step: 'ended', ending, endedAt: 1 }, [line({ deployment: id })]);
};
const draw = async (id: string) => bench.store.saveScreen(id, { ...(await bench.store.screen(id)), told: 1 });
/** Days that are left; -1 for ever, -2 where there is nothing. */
const left = async (name: string) => {
  const ms = await bench.redis.pttl(`${bench.prefix}:${name}`);
  return ms < 0 ? ms : Math.ceil(ms / day);
};
const all = (id: string) =>
  Promise.all([`deployment:${id}`, `screen:${id}`, `audit:${id}`].map((name) => left(name)));

test('while it has not ended everything is kept', async () => {
  await create('a');
  await draw('D-1');
  expect(await all('D-1')).toEqual([-1, -1, -1]);
});

test.each([
  ['succeeded', 90],
  ['left', 90],
  ['cancelled', 90],
  ['refused', 7],
  ['planned', 7],
] as const)(
  'what was %s is kept for %i days, whatever is drawn and written of it later',
  async (ending, days) => {
    await create('a');
    await draw('D-1');
    await end('D-1', ending);
    expect(await all('D-1')).toEqual([days, days, days]);
    await draw('D-1');
    await bench.store.audit(line({ deployment: 'D-1', what: 'click.ended' }));
    expect(await all('D-1')).toEqual([days, days, days]);
  },
);

test('the list of deployments loses what is gone when the next one ends', async () => {
  for (const request of ['a', 'b', 'c']) await create(request);
  await end('D-1', 'succeeded');
  await end('D-2', 'refused');
  await bench.redis.unlink(`${bench.prefix}:deployment:D-2`);
  await bench.redis.zadd(`${bench.prefix}:expiring`, Date.now() - 2_000, 'D-2');
  await end('D-3', 'succeeded');
  expect(await bench.redis.zrange(`${bench.prefix}:deployments`, 0, '-1')).toEqual(['D-1', 'D-3']);
  expect(await bench.redis.zrange(`${bench.prefix}:expiring`, 0, '-1')).toEqual(['D-1', 'D-3']);
});

test('the audit as a whole and proofs are never thrown away', async () => {
  await create('a');
  await bench.store.addProof({
    service: 'api',
    environment: 'staging',
    revision: { version: 'v1', ref: 'arn:1' },
    provenAt: 1,
    deployment: 'D-1',
    looks: 1,
    watched: 1,
  });
  await end('D-1', 'succeeded');
  expect([await left('audit'), await left('proof:staging:api')]).toEqual([-1, -1]);
});
