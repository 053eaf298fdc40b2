/** What keeps restarts and scaling away: a deployment at work, an emergency; on a real Redis, with a real lock. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { refuseWhereHeld } from '../../../src/jobs/incident/effects/held.ts';
import type { Block } from '../../../src/records/block.ts';
import { Refusal } from '../../../src/records/refusal.ts';
import { type ByHand, byHand } from '../by-hand.ts';
import { withIncidents } from '../with-incidents.ts';
import { ana } from './life.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand((text) => withIncidents(text.replace('after: staging', '')));
});
afterEach(() => hand.stop());

/** What it refuses with, or null. */
const refused = async (environment = 'production'): Promise<string | null> => {
  try {
    await refuseWhereHeld(environment, ana, hand.worker());
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.message} ${error.hint}`;
  }
};

test('a deployment holds its environment from its claim to its end, and says whose it is', async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'production', version: 'v1.1.0' });
  await hand.until(id, (d) => d.step === 'approval');
  expect(await refused()).toBeNull();
  await hand.click(id, 'approve');
  await hand.untilIn(id, 'watch');
  expect(await refused()).toBe(
    `${id} of @ana is changing production. Ask again when it has ended, or stop it first.`,
  );
  expect(await refused('staging')).toBeNull();
  await hand.untilIn(id, 'ended');
  expect(await refused()).toBeNull();
});

test('a lock whose deployment is gone holds nothing', async () => {
  await hand.store.takeLock('production', 'D-99', hand.clock.now());
  expect(await refused()).toBeNull();
});

describe('a block', () => {
  const put = (kind: Block['kind'], more: Partial<Block> = {}) =>
    hand.store.putBlock({
      id: 'INC-9',
      kind,
      environment: null,
      since: 1,
      until: null,
      by: null,
      reason: 'orders lack lines',
      incident: 'INC-9',
      ...more,
    });

  test.each<[string, Block['kind'], Partial<Block>, 'yes' | 'no', boolean]>([
    ['database corruption, whoever it is', 'database-corruption', {}, 'yes', true],
    ['security, who may not switch', 'security', {}, 'no', true],
    ['security, who may', 'security', {}, 'yes', false],
    ['a freeze', 'freeze', {}, 'no', false],
    ['an incident', 'incident', { environment: 'production' }, 'no', false],
    ['an emergency elsewhere', 'database-corruption', { environment: 'staging' }, 'yes', false],
    ['an emergency that is over', 'database-corruption', { until: 2 }, 'yes', false],
  ])('%s', async (_, kind, more, may, holds) => {
    await put(kind, more);
    hand.rights.answer = may;
    expect(await refused()).toBe(
      holds
        ? 'INC-9 (orders lack lines) halts all deployments, so nothing is restarted or scaled in production. Wait until INC-9 is cleared; rate limiting and the maintenance page go on.'
        : null,
    );
  });

  test('of security is no refusal where Slack does not tell who may: it is looked at again', async () => {
    await put('security');
    hand.rights.answer = 'unknown';
    await expect(refused()).rejects.toThrow('Slack does not tell who may switch');
  });
});
