/** Locks, proofs, the audit, and what is remembered of messages in Slack. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SaveConflict } from '../../../src/clients/store/errors.ts';
import type { Proof } from '../../../src/records/entries.ts';
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

describe('a lock', () => {
  const take = (id: string, now = 1) => bench.store.takeLock('production', id, now);
  const create = (request: string) => bench.store.createDeployment(draft(), request, line(), 60_000);

  test('belongs to the first who takes it, who may take it again', async () => {
    await create('a');
    await create('b');
    expect(await take('D-1', 10)).toBe('D-1');
    expect(await take('D-2', 20)).toBe('D-1');
    expect(await take('D-1', 30)).toBe('D-1');
    expect(await bench.store.lockHolder('production')).toEqual({ deployment: 'D-1', since: 10 });
    expect(await bench.store.lockHolder('staging')).toBeNull();
  });

  test('of 20 who take it at once one has it', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => create(`${n}`)));
    const owners = await Promise.all(Array.from({ length: 20 }, (_, n) => take(`D-${n + 1}`)));
    expect(new Set(owners).size).toBe(1);
  });

  test('passes on where its owner has ended or does not exist', async () => {
    await create('a');
    await create('b');
    expect(await take('D-404')).toBe('D-404');
    expect(await take('D-1')).toBe('D-1');
    const d = await bench.store.load('D-1');
    if (!d) throw new Error('no D-1');
    // As if the end had been stored by a release that did not let locks go.
    await bench.redis.hset(`${bench.prefix}:deployment:D-1`, 'ended', 1);
    expect(await take('D-2')).toBe('D-2');
  });
});

describe('proofs', () => {
  const proof = (n: number): Proof => ({
    service: 'auth-svc',
    environment: 'staging',
    revision: { version: `v${n}`, ref: `arn:${n}` },
    provenAt: n,
    deployment: `D-${n}`,
    looks: 3,
    watched: 30_000,
  });

  test('come newest first, and one that is told twice is one', async () => {
    for (const n of [1, 3, 2, 3]) await bench.store.addProof(proof(n));
    const found = await bench.store.proofsOf('staging', 'auth-svc');
    expect(found).toEqual([proof(3), proof(2), proof(1)]);
    expect(await bench.store.proofsOf('production', 'auth-svc')).toEqual([]);
  });

  test('are kept for the newest hundred', async () => {
    for (let n = 1; n <= 105; n++) await bench.store.addProof(proof(n));
    const found = await bench.store.proofsOf('staging', 'auth-svc');
    expect(found).toHaveLength(100);
    expect(found.at(-1)?.provenAt).toBe(6);
  });
});

test('the audit is read newest first, whole or of one deployment', async () => {
  for (const [what, deployment] of [
    ['a', 'D-1'],
    ['b', 'D-2'],
    ['c', 'D-1'],
  ] as const)
    await bench.store.audit(line({ what, deployment }));
  expect((await bench.store.auditTail(2)).map(({ what }) => what)).toEqual(['c', 'b']);
  expect((await bench.store.auditTail(9, 'D-1')).map(({ what }) => what)).toEqual(['c', 'a']);
});

test('the audit of one deployment is found behind any number of lines of others', async () => {
  await bench.store.audit(line({ what: 'rare', deployment: 'D-1' }));
  const others = bench.redis.pipeline();
  const other = JSON.stringify(line({ deployment: 'D-2' }));
  for (let n = 0; n < 10_500; n++) others.xadd(`${bench.prefix}:audit`, '*', 'entry', other);
  await others.exec();
  expect((await bench.store.auditTail(300, 'D-1')).map(({ what }) => what)).toEqual(['rare']);
});

test.each(['{', '{"at":1}', JSON.stringify({ ...line(), later: 'field' })])(
  'a line of the audit that cannot be read (%s) says so and hides no other',
  async (json) => {
    await bench.store.audit(line({ what: 'before' }));
    await bench.redis.xadd(`${bench.prefix}:audit`, '*', 'entry', json);
    await bench.store.audit(line({ what: 'after' }));
    const lines = await bench.store.auditTail(10);
    expect(lines.map(({ what }) => what)).toEqual(['after', 'unreadable', 'before']);
    expect(Math.abs((lines[1]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  },
);

describe('what is remembered of messages', () => {
  test('begins with nothing, and is what was saved last', async () => {
    const blank = await bench.store.screen('D-1');
    expect(blank).toEqual({
      revision: 0,
      channel: null,
      ts: null,
      shown: null,
      told: 0,
      posting: null,
      answered: false,
      unseen: false,
    });
    const state = { ...blank, channel: 'C1', ts: '1.2', posting: { key: 'D-1#0', upTo: 3, at: 5 } };
    await bench.store.saveScreen('D-1', state);
    expect(await bench.store.screen('D-1')).toEqual({ ...state, revision: 1 });
  });

  test('is not overwritten by who read it before somebody else saved: of 20 at once one may', async () => {
    const read = await bench.store.screen('D-1');
    const saves = await Promise.allSettled(
      Array.from({ length: 20 }, (_, told) => bench.store.saveScreen('D-1', { ...read, told })),
    );
    expect(saves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const save of saves)
      if (save.status === 'rejected') expect(save.reason).toBeInstanceOf(SaveConflict);
  });

  test('is read as well where it was saved before saves had a revision', async () => {
    const { revision: _, ...old } = { ...(await bench.store.screen('D-1')), told: 3 };
    await bench.redis.set(`${bench.prefix}:screen:D-1`, JSON.stringify(old));
    const screen = await bench.store.screen('D-1');
    expect(screen).toEqual({ ...old, revision: 0 });
    expect((await bench.store.saveScreen('D-1', screen)).revision).toBe(1);
  });

  test('an address that lets anybody answer is forgotten after half an hour', async () => {
    await bench.store.keepResponseUrl('D-1', 'https://hooks.slack.com/x');
    expect(await bench.store.responseUrl('D-1')).toBe('https://hooks.slack.com/x');
    expect(await bench.redis.pttl(`${bench.prefix}:answer-to:D-1`)).toBeLessThanOrEqual(30 * 60_000);
    expect(await bench.store.responseUrl('D-2')).toBeNull();
  });
});
