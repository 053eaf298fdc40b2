/** What is secret: nobody outside reads of a security incident, in no place; what it stops, and how that ends. */
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

const secrets = /stolen|exfiltrat|hacker-note/i;
const everywhere = () =>
  ['deployments', 'incidents', 'general'].flatMap((channel) =>
    bot.slack.messages(channel).flatMap((m) => bot.slack.thread(channel, m.ts).map(bot.text)),
  );
const homeOf = async (person: string) => {
  await bot.slack.openHome({ as: person });
  return bot.until(`the Home of ${person}`, () => {
    const home = bot.slack.home(person);
    return home && JSON.stringify(home.blocks).length > 200 ? JSON.stringify(home.blocks) : undefined;
  });
};

test('a security incident stays among those who work on it, and stops all deployments until it is cleared', async () => {
  const inFlight = await bot.ask('/deploy production market-svc v1.1.0', { as: 'ana' });
  await bot.shows(inFlight, 'Waiting for approval');
  const { reply } = await bot.slack.command('/incident P1 --kind security production keys were stolen', {
    as: 'ana',
  });
  const id = /INC-\d+/.exec(reply?.text ?? '')?.[0] ?? '';
  const i = await bot.once(
    id,
    'the room',
    (one) => one.roomCard !== null && one.effects.some((e) => e.key === 'invite' && e.state === 'done'),
  );
  const room = bot.slack.channels().find(({ id: one }) => one === i.room?.id);
  expect(room?.kind).toBe('private');
  expect(i.card).toBeNull();
  expect(room?.members).not.toContain('dave');
  await bot.tells(
    id,
    /Isolate affected environment[\s\S]*Engage security team[\s\S]*Do NOT deploy until cleared/,
  );

  await bot.types(`/incident ${id} note The hacker-note says exfiltrated`, { as: 'ana' });
  await bot.types(`/incident ${id} update Keys are revoked; nothing was exfiltrated`, { as: 'ana' });
  await bot.tells(id, /📍 UPDATE[\s\S]*exfiltrated/);

  // Refusals say that deployments are forbidden and by which incident, but not what it is about.
  const refused = await bot.ask('/deploy staging auth-svc v1.1.0', { as: 'ben' });
  expect(await bot.ended(refused)).toBe('refused');
  const why = await bot.whispered('ben', new RegExp(`${refused} was not begun`));
  expect(why).toMatch(new RegExp(`${id}.*security`, 's'));
  expect(why).not.toMatch(secrets);
  await bot.slack.command('/ops status', { as: 'dave' });
  const status = await bot.whispered('dave', /halted|security/i);
  expect(status).toContain(id);
  expect(status).not.toMatch(secrets);
  expect(await bot.types('/incident list', { as: 'dave' })).not.toMatch(secrets);
  for (const verb of ['timeline', 'ack', 'evidence', 'join', 'note x']) {
    const answer = await bot.types(`/incident ${id} ${verb}`, { as: 'dave' });
    expect(answer).toMatch(/is private/);
    expect(answer).not.toMatch(secrets);
  }
  expect(await homeOf('dave')).not.toMatch(secrets);
  expect(await homeOf('carla')).toMatch(/stolen|Private/);
  const { reply: publicList } = await bot.slack.command('/incident list', { as: 'ben', in: 'general' });
  expect(JSON.stringify(publicList?.blocks)).not.toMatch(secrets);

  // Whoever may clear it does; others may not.
  expect(await bot.types(`/incident ${id} clear`, { as: 'ana' })).toMatch(/You may not do that.*admins/s);
  expect(
    await bot
      .presses(id, 'Clear', { as: 'ben' })
      .catch(() => bot.types(`/incident ${id} clear`, { as: 'ben' })),
  ).toMatch(/cleared/);
  await bot.once(id, 'the clearance', (one) => one.halt?.cleared?.by.name === 'ben');
  await bot.until('the end of the halt', async () =>
    (await bot.store.blocks()).some(({ kind }) => kind === 'security') ? undefined : true,
  );

  const end = await bot.resolve(
    id,
    { as: 'ben' },
    { Resolution: 'No keys were stolen after all', 'Follow-up 1': 'Rotate keys' },
  );
  expect(end.effects.filter((e) => e.state === 'failed')).toEqual([]);
  for (const said of everywhere()) expect(said).not.toMatch(secrets);
  expect(bot.slack.files('incidents')).toEqual([]);
  expect(bot.slack.files(end.room?.id ?? '').length).toBeGreaterThan(0);
  const issues = bot.outside.github.repositories.get('skillancer/platform')?.issues ?? [];
  for (const { title, body } of issues) expect(`${title} ${body}`).not.toMatch(secrets);
  expect(bot.outside.statuspage.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('what is secret is not merged into what is not', async () => {
  const open = await bot.declare('P2 auth-svc logins are slow', { as: 'ana' });
  const { reply } = await bot.slack.command('/incident P2 --kind security passwords were stolen', {
    as: 'ana',
  });
  const id = /INC-\d+/.exec(reply?.text ?? '')?.[0] ?? '';
  await bot.once(id, 'the room', (one) => one.roomCard !== null);
  const answer = await bot.types(`/incident merge ${id} into ${open}`, { as: 'ana' });
  expect(answer).toMatch(/private/);
  expect((await bot.record(id)).status).toBe('investigating');
  await bot.types(`/incident ${open} note after the attempt`, { as: 'ana' });
  await bot.tells(open, /after the attempt/);
  for (const said of everywhere()) expect(said).not.toMatch(secrets);
  expect(await bot.timeline(open)).not.toContainEqual(expect.stringMatching(secrets));
  await bot.resolve(open, { as: 'ana' });
});
