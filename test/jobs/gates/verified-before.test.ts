import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { askGates } from '../../../src/jobs/gates/gate.ts';
import { verifiedBefore } from '../../../src/jobs/gates/verified-before.ts';
import type { Deployment } from '../../../src/records/deployment.ts';
import { type ByHand, byHand } from '../by-hand.ts';
import { record, release } from '../deployment/records.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand();
});
afterEach(() => hand.stop());

const proven = (service: string, version: string, environment = 'staging') =>
  hand.store.addProof({
    service,
    environment,
    revision: { version, ref: `arn:${service}/${version}` },
    provenAt: 1,
    deployment: 'D-1',
    looks: 3,
    watched: 30_000,
  });

/** Proofs as `service version[ environment]`; the deployment brings auth-svc and market-svc to v1.1.0. */
const table: [string, string[], Partial<Deployment>, string, string | null][] = [
  ['proven in staging', ['auth-svc v1.1.0', 'market-svc v1.1.0'], {}, 'yes', null],
  ['proven among others', ['auth-svc v1.0.0', 'auth-svc v1.1.0', 'market-svc v1.1.0'], {}, 'yes', null],
  ['proven without the v', ['auth-svc 1.1.0', 'market-svc v1.1.0'], {}, 'yes', null],
  ['nothing proven', [], {}, 'no', 'staging has not verified auth-svc v1.1.0, market-svc v1.1.0'],
  ['one of two', ['auth-svc v1.1.0'], {}, 'no', 'staging has not verified market-svc v1.1.0'],
  ['another version', ['auth-svc v1.1.1', 'market-svc v1.1.0'], {}, 'no', 'auth-svc v1.1.0'],
  ['proven elsewhere', ['auth-svc v1.1.0 production'], {}, 'no', 'auth-svc v1.1.0'],
  ['a hotfix', [], { skipStaging: true, reason: 'it burns' }, 'skipped', 'skipped by @ana: it burns'],
  ['staging itself', [], { environment: 'staging' }, 'yes', null],
];

test.each(table)('%s: %s', async (_, proofs, changes, answer, because) => {
  for (const proof of proofs) {
    const [service = '', version = '', environment] = proof.split(' ');
    await proven(service, version, environment);
  }
  const result = await verifiedBefore.check(record(changes), hand.worker());
  expect(result.answer).toBe(answer);
  if (because !== null) expect(result).toMatchObject({ because: expect.stringContaining(because) });
});

test('offers to deploy to staging first, with what is missing there', async () => {
  await proven('auth-svc', 'v1.1.0');
  expect(await verifiedBefore.check(record(), hand.worker())).toMatchObject({
    hint: expect.stringContaining('--skip-staging'),
    suggestion: { label: 'Deploy to staging first', command: '/deploy staging market-svc v1.1.0' },
  });
});

test('asks nothing of a service that staging does not have', async () => {
  const world = hand.worker();
  const place = (service: string, environment: string) =>
    service === 'market-svc' && environment === 'staging'
      ? undefined
      : world.catalog.place(service, environment);
  await proven('auth-svc', 'v1.1.0');
  const result = await verifiedBefore.check(record(), { ...world, catalog: { ...world.catalog, place } });
  expect(result.answer).toBe('yes');
});

test('offers no command where services lack different versions', async () => {
  const releases = [release('auth-svc'), { ...release('market-svc'), to: { version: 'v2.0.0', ref: null } }];
  const result = await verifiedBefore.check(record({ releases }), hand.worker());
  expect(result).toMatchObject({ answer: 'no' });
  expect(result).not.toHaveProperty('suggestion');
});

test.each([
  ['deploy', 1],
  ['rollback', 0],
] as const)('stands before a %s: %i', async (kind, times) => {
  expect(await askGates([verifiedBefore], record({ kind }), hand.worker())).toHaveLength(times);
});
