import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SaveConflict, TooLate } from '../../../src/clients/store/errors.ts';
import { draft, line, openStore } from './bench.ts';

let bench: ReturnType<typeof openStore>;
const benches: (typeof bench)[] = [];
beforeEach(() => {
  bench = openStore();
  benches.push(bench);
});
afterAll(() => {
  for (const one of benches) one.close();
});

const create = (request: string, more: Parameters<typeof draft>[0] = {}, within = 60_000) =>
  bench.store.createDeployment(draft(more), request, line(), within);
const stored = async (id: string) => {
  const d = await bench.store.load(id);
  if (!d) throw new Error(`there is no ${id}`);
  return d;
};
const ending = { step: 'ended', ending: 'succeeded', endedAt: 1 } as const;

describe('a new deployment', () => {
  test('gets the next number, is active, and its request is in the audit', async () => {
    expect(await create('a')).toEqual({ id: 'D-1', fresh: true });
    expect(await create('b')).toEqual({ id: 'D-2', fresh: true });
    expect(await stored('D-2')).toEqual({ ...draft(), id: 'D-2', schema: 1, revision: 0 });
    expect((await bench.store.activeIds()).toSorted()).toEqual(['D-1', 'D-2']);
    expect(await bench.store.auditTail(1)).toEqual([line({ deployment: 'D-2' })]);
  });

  test('comes of a request once, however often and at once that is delivered', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('same')));
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set(['D-1']));
    expect(answers.filter(({ fresh }) => fresh)).toHaveLength(1);
    expect(await bench.store.auditTail(10)).toHaveLength(1);
    expect(await bench.store.requested('same')).toBe('D-1');
  });

  test('that Redis gets to too late leaves nothing behind', async () => {
    await bench.redis.ping();
    await expect(create('late', {}, -1_000)).rejects.toThrow(TooLate);
    expect(await bench.store.load('D-1')).toBeNull();
    expect(await bench.store.requested('late')).toBeNull();
    expect(await bench.store.activeIds()).toEqual([]);
    expect(await bench.store.auditTail(10)).toEqual([]);
    expect(await create('in time')).toEqual({ id: 'D-1', fresh: true });
  });

  test('keeps whatever people wrote, even what looks like our own marks', async () => {
    const reason = '"id":"@" %1 "deployment":"@" \\" </json> ü 🚀';
    const { id } = await create('odd', { reason });
    expect((await stored(id)).reason).toBe(reason);
    const audit = line({ detail: reason });
    await bench.store.createDeployment(draft(), 'odd too', audit, 60_000);
    expect((await bench.store.auditTail(1))[0]).toEqual({ ...audit, deployment: 'D-2' });
  });
});

describe('a save', () => {
  test('raises the revision, and writes its audit lines in order', async () => {
    await create('a');
    const saved = await bench.store.save(await stored('D-1'), [line({ what: 'x' }), line({ what: 'y' })]);
    expect(saved.revision).toBe(1);
    expect(await stored('D-1')).toEqual(saved);
    expect((await bench.store.auditTail(2)).map(({ what }) => what)).toEqual(['y', 'x']);
  });

  test('over a revision that somebody else saved meanwhile is refused: of 20 at once one wins', async () => {
    await create('a');
    const read = await stored('D-1');
    const saves = await Promise.allSettled(
      Array.from({ length: 20 }, (_, stage) => bench.store.save({ ...read, stage }, [line()])),
    );
    expect(saves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const save of saves)
      if (save.status === 'rejected') expect(save.reason).toBeInstanceOf(SaveConflict);
    expect((await stored('D-1')).revision).toBe(1);
    expect(await bench.store.auditTail(100)).toHaveLength(2);
  });

  test('of the end makes it active no more, and lets its lock go, but nobody else’s', async () => {
    await create('a');
    await create('b');
    await bench.store.takeLock('production', 'D-1', 5);
    await bench.store.save({ ...(await stored('D-2')), ...ending }, []);
    expect(await bench.store.lockHolder('production')).toEqual({ deployment: 'D-1', since: 5 });
    expect(await bench.store.activeIds()).toEqual(['D-1']);
    await bench.store.save({ ...(await stored('D-1')), ...ending }, []);
    expect(await bench.store.lockHolder('production')).toBeNull();
    expect(await bench.store.activeIds()).toEqual([]);
  });

  test.each([
    ['claim', true],
    ['watch', true],
    ['hold', true],
    ['rollback', true],
    ['preflight', false],
    ['approval', false],
  ] as const)('in %s keeps the lock: %s', async (step, isKept) => {
    await create('a');
    await bench.store.takeLock('production', 'D-1', 5);
    await bench.store.save({ ...(await stored('D-1')), step }, []);
    expect((await bench.store.lockHolder('production')) !== null).toBe(isKept);
  });
});

test('the newest deployments come first, ended or not', async () => {
  for (const request of ['a', 'b', 'c']) await create(request);
  await bench.store.save({ ...(await stored('D-2')), ...ending }, []);
  expect((await bench.store.recentDeployments(2)).map(({ id }) => id)).toEqual(['D-3', 'D-2']);
});

test('active deployments come in the order in which they were asked for', async () => {
  await create('a', { requestedAt: 30 });
  await create('b', { requestedAt: 10 });
  await create('c', { requestedAt: 20 });
  expect((await bench.store.activeDeployments()).map(({ id }) => id)).toEqual(['D-2', 'D-3', 'D-1']);
});

test('two installations in one Redis do not see each other', async () => {
  await create('a');
  const other = openStore();
  benches.push(other);
  expect(await other.store.load('D-1')).toBeNull();
  expect(await other.store.createDeployment(draft(), 'a', line(), 60_000)).toEqual({
    id: 'D-1',
    fresh: true,
  });
});
