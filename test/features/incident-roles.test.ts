/** Who does what: taking a role, handing it over, and being asked while nobody has it. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type IncidentBot, minute, startIncidents } from '../support/incidents.ts';

let bot: IncidentBot;
beforeAll(async () => {
  bot = await startIncidents({ scale: 120 });
});
afterEach(() => {
  expect(bot.refusals()).toEqual([]);
});
afterAll(() => bot?.stop());

const nags = async (id: string) =>
  (await bot.record(id)).effects.filter((e) => e.what.kind === 'post' && e.what.post.kind === 'roles');

test('while nobody takes them roles are asked for, ever less often, and not any more once they are taken', async () => {
  const id = await bot.declare('P1 api-gateway checkout is down', { as: 'ana' });
  const { declaredAt } = await bot.record(id);
  await bot.tells(id, /Nobody is commander, nor communications, nor scribe yet\. Who takes it\?/);
  const [first] = await nags(id);
  expect((first?.since ?? 0) - declaredAt).toBeGreaterThanOrEqual(5 * minute);

  expect(await bot.presses(id, 'Take commander', { as: 'ana' })).toMatch(/You are \*?Commander\*? now/i);
  await bot.cardSays(id, /Commander @?ana · no communications or scribe yet/);
  await bot.tells(id, /Nobody is communications, nor scribe yet/);
  const [, second] = await nags(id);
  expect((second?.since ?? 0) - (first?.since ?? 0)).toBeGreaterThanOrEqual(10 * minute);
  // The first question still stands there; it asks for what is open now.
  expect(await bot.types(`/incident claim ${id} commander`, { as: 'ben' })).toMatch(
    /@ana is commander of INC-\d+ already/,
  );

  await bot.presses(id, 'Take communications', { as: 'carla' });
  await bot.presses(id, 'Take scribe', { as: 'ben' });
  const { clocks, roles, responders } = await bot.once(id, 'the roles', (i) => i.roles.scribe !== null);
  expect(roles).toMatchObject({
    commander: { name: 'ana' },
    communications: { name: 'carla' },
    scribe: { name: 'ben' },
  });
  expect(clocks.roles).toBeNull();
  expect(responders.map(({ name }) => name)).toEqual(expect.arrayContaining(['ana', 'ben', 'carla']));
  await bot.until('a summary without open roles', async () =>
    (await bot.summary(id)).includes('Take ') ? undefined : true,
  );
  const before = (await nags(id)).length;
  await bot.clockAt(bot.clock.now() + 25 * minute);
  expect(await nags(id)).toHaveLength(before);
  await bot.resolve(id, { as: 'ana' });
});

test('two who take the same role at once: one has it, the other one is told', async () => {
  const id = await bot.declare('P1 auth-svc nobody can log in', { as: 'dave' });
  const { roomCard } = await bot.record(id);
  if (!roomCard) throw new Error('no summary');
  const before = { ana: bot.whispers('ana').length, carla: bot.whispers('carla').length };
  const take = (as: string) => bot.slack.click({ text: 'Take commander' }, { as, message: roomCard });
  await Promise.all([take('ana'), take('carla')]);
  const answers = [
    await bot.until('an answer', () => bot.whispers('ana')[before.ana]),
    await bot.until('an answer', () => bot.whispers('carla')[before.carla]),
  ];
  expect(answers.filter((said) => /You are \*Commander\* now/.test(said))).toHaveLength(1);
  expect(answers.filter((said) => /is commander of INC-\d+ already/.test(said))).toHaveLength(1);
  const i = await bot.once(id, 'the commander', (one) => one.roles.commander !== null);
  const winner = answers[0]?.includes('You are') ? 'ana' : 'carla';
  expect(i.roles.commander?.name).toBe(winner);
  expect((await bot.timeline(id)).filter((line) => line.startsWith('role:'))).toEqual([
    `role: @${winner} is incident commander`,
  ]);
  await bot.resolve(id, { as: 'ben' });
});

test('a role is handed over with a note, which everybody sees; who is not in charge may not', async () => {
  const id = await bot.declare('P1 market-svc orders fail', { as: 'ana' });
  await bot.presses(id, 'Take commander', { as: 'ana' });
  await bot.once(id, 'the commander', (i) => i.roles.commander !== null);
  expect(await bot.types(`/incident hand-over ${id}`, { as: 'dave' })).toMatch(/You may not do that/);
  const answer = await bot.fills(
    id,
    'Hand over',
    { Role: 'commander', To: 'carla', Note: 'The backup is running; do not restart' },
    { as: 'ana' },
  );
  expect(answer).toMatch(/asking Slack first|carla/);
  await bot.once(id, 'the new commander', (i) => i.roles.commander?.name === 'carla');
  await bot.tells(id, /@ana handed incident commander over to @carla: The backup is running; do not restart/);
  await bot.cardSays(id, /Commander @?carla/);
  expect(await bot.audit(/hand/)).toMatchObject([{ who: { name: 'ana' } }]);
  const { room } = await bot.record(id);
  expect(bot.slack.channels().find(({ name }) => name === room?.name)?.members).toContain('carla');
  await bot.resolve(id, { as: 'carla' });
});
