/** What the world outside is told: only by communicators, with components, kept up to date, and ended. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type IncidentBot, startIncidents } from '../support/incidents.ts';

let bot: IncidentBot;
beforeAll(async () => {
  bot = await startIncidents();
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot?.stop());

const page = () => {
  const found = bot.outside.statuspage.pages.get('page1');
  if (!found) throw new Error('no page');
  return found;
};
const component = (id: string) => page().components.find((one) => one.id === id)?.status;

test('only a communicator may publish; components, updates and the end follow', async () => {
  const id = await bot.declare('P1 api-gateway checkout is down', { as: 'ana' });
  // A responder who runs incidents, but may not speak for the company; not even as the commander.
  await bot.presses(id, 'Take commander', { as: 'ana' });
  await bot.once(id, 'the commander', (i) => i.roles.commander !== null);
  expect(await bot.presses(id, 'Status page', { as: 'ana' })).toMatch(
    /You may not do that.*communicators or admins/s,
  );
  expect(await bot.types(`/incident publish ${id}`, { as: 'dave' })).toMatch(/You may not do that/);
  expect(page().incidents).toEqual([]);

  // What is written in Slack is not public before somebody publishes.
  await bot.types(`/incident update ${id} Looking into it`, { as: 'ana' });
  await bot.tells(id, /📍 UPDATE[\s\S]*Looking into it/);
  expect(page().incidents).toEqual([]);

  await bot.fills(
    id,
    'Status page',
    {
      Text: 'Checkout fails. We look into it.',
      'api-gateway': 'major_outage',
      'auth-svc': 'degraded_performance',
    },
    { as: 'carla' },
  );
  await bot.once(id, 'the public incident', (i) => i.statusPage !== null);
  expect(page().incidents).toMatchObject([
    { status: 'investigating', updates: [{ body: 'Checkout fails. We look into it.' }] },
  ]);
  expect([component('cmpapi'), component('cmpauth')]).toEqual(['major_outage', 'degraded_performance']);
  expect(await bot.audit(/publish|public/)).toContainEqual(
    expect.objectContaining({ who: expect.objectContaining({ name: 'carla' }) }),
  );
  await bot.cardSays(id, /Status page published/);

  await bot.types(`/incident status ${id} identified`, { as: 'ana' });
  await bot.types(`/incident update ${id} Rolling back`, { as: 'ana' });
  await bot.until('the public update', () => (page().incidents[0]?.updates.length === 2 ? true : undefined));
  expect(page().incidents[0]).toMatchObject({
    status: 'identified',
    updates: [{}, { status: 'identified', body: expect.stringContaining('The cause is known') }],
  });
  // Nobody's words become public without the right to publish, and with it they do.
  expect(page().incidents[0]?.updates[1]?.body).not.toContain('Rolling back');
  await bot.types(`/incident update ${id} We return to yesterday’s version`, { as: 'carla' });
  await bot.until('her words', () =>
    page().incidents[0]?.updates[2]?.body.includes('We return to yesterday’s version') ? true : undefined,
  );
  // An update says nothing of components, so they stay.
  expect(component('cmpapi')).toBe('major_outage');

  await bot.resolve(id, { as: 'carla' });
  expect(page().incidents).toHaveLength(1);
  expect(page().incidents[0]).toMatchObject({ status: 'resolved' });
  expect(page().incidents[0]?.updates).toHaveLength(4);
  expect(page().incidents[0]?.updates[3]?.body).toMatch(/RESOLVED[\s\S]*It was mended/);
  expect([component('cmpapi'), component('cmpauth')]).toEqual(['operational', 'operational']);
});

test('what was never published stays unknown outside', async () => {
  const before = page().incidents.length;
  const id = await bot.declare('P2 auth-svc logins are slow', { as: 'ana' });
  await bot.types(`/incident update ${id} Looking`, { as: 'ana' });
  await bot.resolve(id, { as: 'ana' });
  expect(page().incidents).toHaveLength(before);
});
