/** Emergencies hold work in flight at its next step, forward and back; afterwards it goes on as if nothing was proven yet. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Block } from '../../../src/records/block.ts';
import type { ActiveStep, Deployment } from '../../../src/records/deployment.ts';
import { type ByHand, byHand, prod } from '../by-hand.ts';
import { withIncidents } from '../with-incidents.ts';
import { ana } from './records.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand((text) => withIncidents(text.replace('after: staging', '')));
});
afterEach(() => hand.stop());

const minute = 60_000;
const emergency = (kind: Block['kind'] = 'database-corruption', id = 'INC-3') =>
  hand.store.putBlock({
    id,
    kind,
    environment: null,
    since: hand.clock.now(),
    until: null,
    by: ana,
    reason: kind,
    incident: id,
  });
const clear = (id = 'INC-3') => hand.store.removeBlock(id);
const deploy = (version = 'v1.1.0') => hand.ask({ kind: 'deploy', environment: 'production', version });
const approved = async (id: string) => {
  await hand.until(id, (d) => d.step === 'approval');
  await hand.click(id, 'approve');
};
/** An emergency begins right before it takes this step for the first time; visits until it is held. */
const heldIn = async (id: string, step: ActiveStep, kind?: Block['kind']) => {
  await approved(id);
  let changes: number | null = null;
  hand.beforeStep = async (d) => {
    if (d.id !== id || d.step !== step || changes !== null) return;
    changes = hand.effects().length;
    await emergency(kind);
  };
  await hand.until(id, (d) => d.halted !== null);
  return { changes };
};
const events = (d: Deployment, ...wanted: Deployment['story'][number]['event'][]) =>
  d.story.map(({ event }) => event).filter((event) => wanted.includes(event));
/** Visits for a while, as a worker does. */
const live = async (id: string, ms: number) => {
  for (const end = hand.clock.now() + ms; hand.clock.now() < end; ) {
    const again = await hand.visit(id);
    if (again === null) return hand.record(id);
    hand.clock.turn(Math.max(1_000, again - hand.clock.now()));
  }
  return hand.record(id);
};

/** Breaks a release so that it goes back by itself. */
const goesBack: readonly ActiveStep[] = ['rollback', 'verify-rollback'];

describe.each<ActiveStep>([
  'backup',
  'rollout',
  'verify',
  'watch',
  'complete',
  'rollback',
  'verify-rollback',
])('in %s', (step) => {
  test('it is held, changes nothing, says so once, and goes on when it is cleared', async () => {
    if (goesBack.includes(step)) hand.cloud.break.version('auth-svc', 'v1.1.0', 'unhealthy');
    const id = await deploy();
    const { changes } = await heldIn(id, step);
    const held = await live(id, 90 * minute);
    expect(held).toMatchObject({ step, ending: null, halted: { incident: 'INC-3' } });
    expect(held.halted?.why).toMatch(/INC-3 \(database-corruption\) halts all deployments/);
    expect(events(held, 'halted', 'resumed')).toEqual(['halted']);
    expect(hand.effects()).toHaveLength(changes ?? -1);

    await clear();
    const d = await hand.untilIn(id, 'ended');
    expect(d).toMatchObject({ ending: goesBack.includes(step) ? 'rolled-back' : 'succeeded', halted: null });
    expect(events(d, 'halted', 'resumed')).toEqual(['halted', 'resumed']);
    expect(hand.versions(prod)).toEqual(Array(3).fill(goesBack.includes(step) ? 'v1.0.0' : 'v1.1.0'));
  });
});

test('the watch does not run out while it is held: it is verified and watched anew', async () => {
  const id = await deploy();
  await approved(id);
  await hand.untilIn(id, 'watch');
  await hand.until(id, (d) => (d.watch?.looks ?? 0) > 2);
  await emergency();
  const held = await live(id, 60 * minute);
  expect(held).toMatchObject({ step: 'watch', ending: null });
  await clear();
  await hand.until(id, (d) => d.halted === null);
  const resumedAt = hand.clock.now();
  const d = await hand.untilIn(id, 'ended');
  expect(d.ending).toBe('succeeded');
  expect((d.endedAt ?? 0) - resumedAt).toBeGreaterThanOrEqual(minute);
  expect(events(d, 'watch-started', 'halted', 'resumed', 'stage-verified').slice(-5)).toEqual([
    'watch-started',
    'halted',
    'resumed',
    'stage-verified',
    'watch-started',
  ]);
});

test('what got ill meanwhile is found, and goes back', async () => {
  const id = await deploy();
  await heldIn(id, 'watch');
  await live(id, 10 * minute);
  hand.cloud.break.version('auth-svc', 'v1.1.0', 'unhealthy');
  await clear();
  expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
});

test('nobody is late because of it: a rollout that could not be looked at has its time after it', async () => {
  const id = await deploy();
  await approved(id);
  const open = await hand.until(id, (d) => d.releases.some((r) => r.forward.phase === 'following'));
  expect(open.releases[0]?.forward.deadline).not.toBeNull();
  await emergency();
  const held = await live(id, 120 * minute);
  expect(held.story.findLast(({ event }) => event === 'halted')?.detail).toMatch(
    /What the cloud was told before is not stopped: .*auth-svc.* may still change/,
  );
  await clear();
  expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
});

test('a second emergency is told as well, and holds on when the first one is cleared', async () => {
  const id = await deploy();
  await heldIn(id, 'verify');
  await live(id, minute);
  await emergency('security', 'INC-4');
  await clear();
  const held = await live(id, minute);
  expect(held.halted).toMatchObject({ incident: 'INC-4' });
  expect(events(held, 'halted', 'resumed')).toEqual(['halted', 'halted']);
});

test('waiting for approval is not held, but the claim is refused', async () => {
  const id = await deploy();
  await hand.until(id, (d) => d.step === 'approval');
  await emergency();
  expect(await live(id, minute)).toMatchObject({ step: 'approval', halted: null });
  await hand.click(id, 'approve');
  const d = await hand.untilIn(id, 'ended');
  expect(d).toMatchObject({ ending: 'failed', startedAt: null });
  expect(d.problem?.summary).toMatch(/halts all deployments/);
  expect(hand.effects()).toEqual([]);
});

test('a rollback is refused before it tells anything to make way', async () => {
  const id = await deploy();
  await heldIn(id, 'rollout');
  const back = await hand.ask({ kind: 'rollback', environment: 'production', reason: 'it hurts' });
  const refused = await hand.untilIn(back, 'ended');
  expect(refused).toMatchObject({ ending: 'refused', refusal: { code: 'busy' } });
  expect(refused.refusal?.message).toMatch(/halts all deployments/);
  expect((await live(id, minute)).stoppedBy).toBeNull();
});

describe('a person may stop what is held', () => {
  test('what was changed goes back once the emergency is cleared', async () => {
    const id = await deploy();
    await heldIn(id, 'verify');
    await live(id, minute);
    await hand.click(id, 'stop');
    expect(await live(id, minute)).toMatchObject({ step: 'rollback', halted: { incident: 'INC-3' } });
    await clear();
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
  });

  test('during a breach it goes back at once where the person may switch to a clean revision', async () => {
    const id = await deploy();
    await heldIn(id, 'verify', 'security');
    expect(await live(id, minute)).toMatchObject({ step: 'verify', halted: { incident: 'INC-3' } });
    await hand.click(id, 'stop');
    expect((await hand.untilIn(id, 'ended')).ending).toBe('rolled-back');
    expect(hand.versions(prod)).toEqual(['v1.0.0', 'v1.0.0', 'v1.0.0']);
  });

  test('and waits where the person may not', async () => {
    const id = await deploy();
    await heldIn(id, 'verify', 'security');
    await live(id, minute);
    await hand.click(id, 'stop');
    hand.rights.answer = 'no';
    expect(await live(id, minute)).toMatchObject({ step: 'rollback', halted: { incident: 'INC-3' } });
  });
});

test('an automatic rollback waits for the end of a breach', async () => {
  hand.cloud.break.version('auth-svc', 'v1.1.0', 'unhealthy');
  const id = await deploy();
  await heldIn(id, 'rollback', 'security');
  expect(await live(id, minute)).toMatchObject({ step: 'rollback', halted: { incident: 'INC-3' } });
});

test('freezes and incidents hold nothing that is under way', async () => {
  const id = await deploy();
  await approved(id);
  await hand.untilIn(id, 'rollout');
  await emergency('freeze', 'freeze:all');
  await emergency('incident', 'INC-5');
  expect((await hand.untilIn(id, 'ended')).ending).toBe('succeeded');
});

test('what cannot be told for want of Redis is tried again, and changes nothing', async () => {
  const id = await deploy();
  await approved(id);
  await hand.untilIn(id, 'rollout');
  const changes = hand.effects().length;
  await hand.redis.hset(`${hand.prefix}:blocks`, 'INC-3', 'no JSON');
  const d = await live(id, 10_000);
  expect(d).toMatchObject({ step: 'rollout' });
  expect(d.unknowns.count).toBeGreaterThan(1);
  expect(hand.effects()).toHaveLength(changes);
});

test('records of before there were incidents are read', async () => {
  const id = await deploy();
  const key = `${hand.prefix}:deployment:${id}`;
  const { incident: _, halted: _h, ...old } = JSON.parse((await hand.redis.hget(key, 'json')) ?? '{}');
  await hand.redis.hset(key, 'json', JSON.stringify(old));
  expect(await hand.record(id)).toMatchObject({ incident: null, halted: null });
});
