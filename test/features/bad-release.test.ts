/** What happens when a release is not what it should be. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Bot, startBot } from '../support/bot.ts';

/** Each fault has a version of its own, so that tests do not meet. */
const faulty = ['v2.0.0', 'v2.1.0', 'v2.2.0', 'v2.3.0', 'v2.4.0', 'v2.5.0', 'v2.6.0'];
const cluster = 'skillancer-staging';
const before = { 'auth-svc': 'v1.0.0', 'market-svc': 'v1.0.0', 'api-gateway': 'v1.0.0' };

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({
    scale: 120,
    services: (all) => all.map((s) => ({ ...s, tags: [...s.tags, ...faulty] })),
    catalog: (text) =>
      text.replace('watch: { for: 30s, every: 10s }', 'watch: { for: 2m, every: 10s, success_rate: 80% }'),
  });
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
  expect(bot.versions(cluster)).toEqual(before);
});
afterAll(() => bot.stop());

const releaseOf = async (id: string, service: string) =>
  (await bot.store.load(id))?.releases.find((r) => r.service === service);

test('a version that answers its probes badly is taken back, and later stages never see it', async () => {
  bot.cloud.break.version('auth-svc', 'v2.0.0', 'unhealthy');
  const id = await bot.ask('/deploy staging all v2.0.0', { as: 'ana' });
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(bot.card(id)).toMatch(/Rolled back\*.*every changed service runs what it ran before/);
  expect(bot.card(id)).toMatch(/auth-svc failed its checks 3 times in a row/);
  const story = bot.story(id);
  expect(story).toMatch(/did not pass its checks\*: live: answered 503, expected 200/);
  expect(story).toMatch(/Rolling back\*: auth-svc failed its checks.*is put back.*The rollback is verified/s);
  expect(story).not.toMatch(/Stage 2 starts/);
  expect((await releaseOf(id, 'api-gateway'))?.forward.askedAt).toBeNull();
  expect(bot.cloud.writes.filter((w) => JSON.stringify(w).includes('api-gateway'))).toEqual([]);
});

test('a version that gets ill while it is watched is taken back in reverse order of stages', async () => {
  bot.cloud.break.version('api-gateway', 'v2.1.0', 'unhealthy-later');
  const id = await bot.ask('/deploy staging all v2.1.0', { as: 'ana' });
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(bot.card(id)).toMatch(/api-gateway failed while watched: 3 looks in a row/);
  const story = bot.story(id);
  expect(story).toMatch(/The watch failed\*: api-gateway failed while watched/);
  const restored = [...story.matchAll(/`([a-z-]+)` is put back to `v1\.0\.0`/g)].map(
    ([, service]) => service,
  );
  expect(restored).toHaveLength(3);
  expect(restored[0]).toBe('api-gateway');
  expect(bot.evidence(id)).toMatch(/live: answered 503, expected 200/);
});

test('a version that ECS rolled back by itself counts as failed, with the reasons of the stopped tasks', async () => {
  bot.cloud.break.version('market-svc', 'v2.2.0', 'crash-at-start');
  const id = await bot.ask('/deploy staging auth-svc,market-svc v2.2.0', { as: 'ana' });
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(bot.card(id)).toMatch(/market-svc did not become stable/);
  expect(bot.story(id)).toMatch(/`market-svc` failed: .*v2\.2\.0/);
  expect(bot.evidence(id)).toMatch(/exit/i);
});

test('an image that cannot be pulled is named as the reason', async () => {
  bot.cloud.break.version('auth-svc', 'v2.3.0', 'cannot-pull');
  const id = await bot.ask('/deploy staging auth-svc v2.3.0', { as: 'ana' });
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(bot.evidence(id)).toMatch(/CannotPull/i);
});

test('a service that somebody else deploys meanwhile is no success of ours', async () => {
  const id = await bot.ask('/deploy staging auth-svc v2.4.0', { as: 'ana' });
  await bot.until('the change', async () => (await releaseOf(id, 'auth-svc'))?.forward.askedAt ?? undefined);
  await bot.until('its rollout', () => (bot.cloud.running(cluster, 'auth-svc').stable ? undefined : true));
  bot.cloud.break.supersede(cluster, 'auth-svc', 'v1.1.0');
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(bot.card(id)).toMatch(/Another deployment took over/);
});

test('a service that is scaled to zero meanwhile is no success, however stable it looks', async () => {
  const id = await bot.ask('/deploy staging auth-svc v2.5.0', { as: 'ana' });
  await bot.until('its rollout', () => (bot.cloud.running(cluster, 'auth-svc').stable ? undefined : true));
  bot.cloud.break.scaleToZero(cluster, 'auth-svc');
  await bot.shows(id, 'Leave as it is');
  expect(bot.card(id)).toMatch(/auth-svc could not be returned to v1\.0\.0: The service is scaled to zero/);
  expect(await bot.press(id, 'Leave as it is', { as: 'dave' })).toMatch(/You may not/);
  expect(await bot.press(id, 'Leave as it is', { as: 'ana' })).toMatch(/you decided to leave/);
  expect(await bot.ended(id)).toBe('left');
  expect(bot.story(id)).toMatch(
    /`auth-svc` failed: The service is scaled to zero.*somebody has to decide\*, <@U0ANA00001>/s,
  );
  expect(bot.card(id)).toMatch(/Left as it is\*, as @ana decided/);
});

test('a version that fails now and then is taken back for its success rate', async () => {
  bot.cloud.break.version('market-svc', 'v2.6.0', 'flaky');
  const id = await bot.ask('/deploy staging market-svc v2.6.0', { as: 'ana' });
  expect(await bot.ended(id)).toBe('rolled-back');
  expect(bot.card(id)).toMatch(/market-svc failed while watched: \d\d % of its checks good, 80 % wanted/);
});
