/** What people add to the timeline and take back: by pin, message shortcut and note, with edits, deletions and images. */
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

const notes = async (id: string) =>
  (await bot.record(id)).timeline
    .filter((e) => e.kind === 'note')
    .map(({ text, state }) => `${state}: ${text}`);
const noted = (id: string, what: string, lines: readonly string[]) =>
  bot.until(what, async () => {
    const now = await notes(id);
    return now.length === lines.length && lines.every((line, n) => now[n] === line) ? true : undefined;
  });

test('a pin adds, an edit follows, taking the pin away removes, and pinning again restores', async () => {
  const id = await bot.declare('P1 api-gateway checkout is down', { as: 'ana' });
  const room = (await bot.record(id)).room?.id ?? '';
  const { message } = await bot.slack.post('The pool has 0 connections left', { as: 'carla', in: room });
  await bot.slack.react('pushpin', { as: 'ana', message });
  await noted(id, 'the note', ['as-written: @carla: The pool has 0 connections left']);
  const line = (await bot.record(id)).timeline.find((e) => e.kind === 'note');
  expect(line).toMatchObject({ by: { name: 'ana' }, message: `${message.channel}:${message.ts}` });
  // It stands at the time at which it was said, with the way to it.
  expect(Math.abs((line?.at ?? 0) - Number(message.ts) * 1000)).toBeLessThan(1000);
  expect(line?.links[0]).toMatch(new RegExp(`archives/${room}/p`));

  await bot.slack.react('pushpin', { as: 'ben', message });
  await bot.slack.edit('The pool has 2 connections left', { as: 'carla', message });
  await noted(id, 'the edit', ['edited: @carla: The pool has 2 connections left']);

  await bot.slack.unreact('pushpin', { as: 'ana', message });
  await bot.slack.unreact('pushpin', { as: 'ben', message });
  await noted(id, 'the removal', ['removed: @carla: The pool has 2 connections left']);
  const shown = await bot.types(`/incident timeline ${id}`, { as: 'ana' });
  expect(shown).not.toContain('2 connections left');
  expect(shown).toContain('checkout is down');

  await bot.slack.react('pushpin', { as: 'ana', message });
  await noted(id, 'the note again', ['as-written: @carla: The pool has 2 connections left']);
  await bot.resolve(id, { as: 'ana' });
});

test('what is deleted is gone from what people are shown', async () => {
  const id = await bot.declare('P1 auth-svc nobody can log in', { as: 'ana' });
  const room = (await bot.record(id)).room?.id ?? '';
  const { message } = await bot.slack.post('The password is hunter2', { as: 'carla', in: room });
  await bot.slack.react('pushpin', { as: 'carla', message });
  await noted(id, 'the note', ['as-written: @carla: The password is hunter2']);
  await bot.slack.remove({ as: 'carla', message });
  await noted(id, 'the removal', ['removed: @carla: The password is hunter2']);
  expect(await bot.types(`/incident timeline ${id}`, { as: 'ben' })).not.toContain('hunter2');
  await bot.resolve(id, { as: 'ana' });
  // Neither the post-mortem nor the evidence brings it back.
  for (const { text } of bot.slack.files(room)) expect(text).not.toContain('hunter2');
});

test('a note, a message shortcut from elsewhere, and images as links', async () => {
  const id = await bot.declare('P1 market-svc orders fail', { as: 'ana' });
  expect(
    await bot.types(`/incident ${id} note 3 of 4 tasks run, see https://grafana.example.com/d/1`, {
      as: 'dave',
    }),
  ).toMatch(/line of the timeline/);
  await bot.once(id, 'the note', (i) => i.timeline.some((e) => e.kind === 'note'));
  await bot.tells(id, /3 of 4 tasks run/);

  const { message } = await bot.slack.post('Customers call about *orders*', { as: 'dave', in: 'general' });
  await bot.slack.shortcut('add-to-timeline', { as: 'ana', message });
  await bot.fill({ Incident: id }, { as: 'ana' });
  await bot.once(id, 'the message', (i) => i.timeline.some((e) => e.text.includes('Customers call about')));

  const room = (await bot.record(id)).room?.id ?? '';
  const picture = await bot.slack.post('Look at this', {
    as: 'carla',
    in: room,
    files: [{ name: 'graph.png', content: 'not really a picture' }],
  });
  await bot.slack.react('round_pushpin', { as: 'carla', message: picture.message });
  const i = await bot.once(id, 'the picture', (one) =>
    one.timeline.some((e) => e.text.includes('graph.png')),
  );
  const line = i.timeline.find((e) => e.text.includes('graph.png'));
  expect(line?.text).toBe('@carla: Look at this [graph.png]');
  expect(line?.links).toHaveLength(2);
  expect(line?.links[1]).toMatch(/^https?:\/\/.*graph/);
  // Two people edit a message each; only what is a line of the timeline is followed.
  await bot.slack.edit('Customers call about orders and carts', { as: 'dave', message });
  await bot.once(id, 'the edit', (one) => one.timeline.some((e) => e.state === 'edited'));

  const shown = await bot.types(`/incident timeline ${id}`, { as: 'dave' });
  expect(shown).toMatch(/3 of 4 tasks run[\s\S]*orders and carts[\s\S]*Look at this/);
  await bot.resolve(id, { as: 'ana' });
});

test('a reaction outside of incidents, and other reactions in one, do nothing', async () => {
  const id = await bot.declare('P1 api-gateway images are missing', { as: 'ana' });
  const room = (await bot.record(id)).room?.id ?? '';
  const elsewhere = await bot.slack.post('Lunch?', { as: 'dave', in: 'general' });
  await bot.slack.react('pushpin', { as: 'dave', message: elsewhere.message });
  const inside = await bot.slack.post('On it', { as: 'carla', in: room });
  await bot.slack.react('eyes', { as: 'ana', message: inside.message });
  const real = await bot.slack.post('Found it', { as: 'carla', in: room });
  await bot.slack.react('pushpin', { as: 'ana', message: real.message });
  await noted(id, 'the one note', ['as-written: @carla: Found it']);
  await bot.resolve(id, { as: 'ana' });
});
