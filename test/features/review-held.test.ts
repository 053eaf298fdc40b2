/** Who may answer for a deployment that is held, also when the catalog has forgotten where it was. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/config/catalog.ts';
import { answered } from '../../src/jobs/deployment/answer-click.ts';
import { type Choice, decide } from '../../src/jobs/deployment/decide.ts';
import type { ActiveStep, Deployment } from '../../src/records/deployment.ts';
import { type ByHand, byHand } from '../jobs/by-hand.ts';
import { asked, ben, release } from '../jobs/deployment/records.ts';

let hand: ByHand;
beforeAll(async () => {
  hand = await byHand();
});
afterAll(() => hand.stop());

const held = (from: ActiveStep, more: Partial<Deployment> = {}) =>
  hand.ask({
    kind: 'deploy',
    environment: 'production',
    step: 'hold',
    releases: [release('auth-svc', asked('auth-svc'))],
    hold: {
      round: 1,
      from,
      why: { summary: 'could not tell', service: null, evidence: [] },
      choices: ['retry', 'roll-back', 'leave'],
      deadline: hand.clock.now() + 60_000,
    },
    ...more,
  });

/** What somebody with this one role is answered. */
const click = async (deployment: string, choice: Choice, role: Role) => {
  const may = (_: unknown, roles: readonly Role[]) => (roles.includes(role) ? 'yes' : 'no');
  const answer = await decide({ deployment, round: 1, choice, by: ben }, may, hand);
  const queues = { wake: async () => {} };
  const { store, clock, catalog } = hand;
  return (await answered(answer, choice, ben, { store, clock, catalog, queues })).text;
};

describe('"Try again"', () => {
  test('on a deploy takes the right to deploy; rolling it back does not', async () => {
    const id = await held('rollout');
    expect(await click(id, 'hold-retry', 'responders')).toMatch(/You may not.*one of the deployers/);
    expect(await click(id, 'hold-roll-back', 'responders')).toMatch(/you asked to roll back/);
    expect(await click(await held('watch'), 'hold-retry', 'deployers')).toMatch(/you asked to try again/);
  });

  test.each<[string, ActiveStep, Partial<Deployment>]>([
    ['the way back of a deploy', 'rollback', {}],
    ['a rollback', 'rollout', { kind: 'rollback' }],
  ])('on %s takes the right to roll back', async (_, from, more) => {
    expect(await click(await held(from, more), 'hold-retry', 'responders')).toMatch(/you asked to try again/);
  });
});

test('a service that the catalog no longer names is said with the answer', async () => {
  const id = await held('rollout', { releases: [release('gone-svc', asked('gone-svc'))] });
  expect(await click(id, 'hold-leave', 'responders')).toMatch(
    /you decided to leave as it is.*The catalog no longer names gone-svc in production/,
  );
});

test('where the catalog no longer names the environment, the admins answer, and are told', async () => {
  const id = await held('rollout');
  hand.forget('production');
  expect(await click(id, 'hold-leave', 'responders')).toMatch(
    /You may not.*The catalog no longer names production.*one of the admins/,
  );
  expect(await click(id, 'hold-leave', 'admins')).toMatch(
    /you decided to leave as it is.*The catalog no longer names production/,
  );
});
