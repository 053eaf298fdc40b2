/** Who looks at the Home tab, and whether anything changed since. */
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { workerConnection } from '../../../src/clients/redis.ts';
import { viewersKept } from '../../../src/clients/store/homes.ts';
import { createStore, type Store } from '../../../src/clients/store/index.ts';
import { testPrefix, testRedis } from '../../support/redis.ts';

const redis = workerConnection(testRedis().url, { onError: () => {} });
let store: Store;
beforeEach(() => {
  store = createStore(redis, testPrefix());
});
afterAll(() => redis.disconnect());

const now = Date.UTC(2026, 10, 20, 9);

test('the latest viewer comes first, each is there once, and those before a time are left out', async () => {
  for (const [user, at] of [
    ['U1', now - 2_000],
    ['U2', now - 1_000],
    ['U1', now],
    ['U3', now - 9_000],
  ] as const)
    await store.sawHome(user, at);
  expect(await store.homeViewers(now - 5_000)).toEqual(['U1', 'U2']);
});

test('whoever did not look for a week is forgotten, and so are the oldest of more than 500', async () => {
  await store.sawHome('U-old', now - viewersKept - 1);
  await store.sawHome('U-new', now);
  expect(await store.homeViewers(0)).toEqual(['U-new']);
  for (let n = 0; n < 510; n++) await store.sawHome(`U${n}`, now + n + 1);
  const viewers = await store.homeViewers(0);
  expect(viewers).toHaveLength(500);
  expect([viewers[0], viewers.at(-1)]).toEqual(['U509', 'U10']);
});

test('every change counts, and tells whether anybody looks', async () => {
  const before = await store.homesVersion();
  expect(await store.homesChanged(now)).toBe(false);
  await store.sawHome('U1', now);
  expect(await store.homesChanged(now)).toBe(true);
  expect(await store.homesChanged(now + 1)).toBe(false);
  expect(Number(await store.homesVersion()) - Number(before)).toBe(3);
});

test('a viewer who is forgotten is shown everything anew', async () => {
  await store.sawHome('U1', now);
  await store.keepHomeShown('U1', 'digest');
  expect(await store.homeShown('U1')).toBe('digest');
  await store.forgetHome('U1');
  expect([await store.homeShown('U1'), await store.homeViewers(0)]).toEqual([null, []]);
});
