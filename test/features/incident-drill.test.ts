/** Drills: the whole thing on made-up trouble, marked everywhere, and nothing outside Slack is touched whatever is pressed. */
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

test.each(['bad-release', 'overload', 'database-errors', 'security'])(
  'a drill %s touches nothing outside Slack, whatever is pressed',
  async (scenario) => {
    const id = await bot.declare(`drill ${scenario}`, { as: 'ana' });
    await bot.presses(id, 'Acknowledge', { as: 'ana' });
    await bot.once(id, 'what was found', (i) => i.findings !== null);
    await bot.tells(id, /Time to mitigate/);

    const { room, card } = await bot.record(id);
    const summary = async () => {
      const { roomCard } = await bot.record(id);
      return roomCard;
    };
    for (const button of await bot.buttons(id)) {
      // These open forms, which are filled in below, or end it.
      if (/Update|Facts|Severity|Resolve|Hand over|Status page|Edit|Acknowledge/.test(button)) continue;
      const place = await withButton(id, button);
      if (place) await bot.slack.click({ text: button }, { as: 'ben', message: place });
    }
    await bot.once(
      id,
      'the mitigations',
      (i) =>
        i.mitigations.length > 0 && i.mitigations.every((m) => m.state === 'done' || m.state === 'undone'),
    );
    if (await withButton(id, 'Status page')) {
      await bot.fills(
        id,
        'Status page',
        { Text: 'Practice', 'api-gateway': 'major_outage' },
        { as: 'carla' },
      );
    }
    await bot.types(`/incident update ${id} Practising`, { as: 'ben' });
    await bot.resolve(id, { as: 'ben' }, { 'Follow-up 1': 'Practise more', 'Owner of 1': 'ana' });

    const { pagerduty, statuspage, github } = bot.outside;
    expect(pagerduty.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(statuspage.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(github.requests).toEqual([]);
    expect(bot.cloud.writes).toEqual([]);
    expect(await bot.store.blocks()).toEqual([]);
    expect(await summary()).toEqual((await bot.record(id)).roomCard);

    // Everything is marked, the place as well.
    const i = await bot.record(id);
    if (i.room) expect(i.room.name).toMatch(/^drill-/);
    const channel = bot.slack.channels().find(({ name }) => name === (room?.name ?? ''));
    if (room) expect(channel?.topic).toMatch(/^DRILL · /);
    if (card) expect(await bot.cardText(id)).toMatch(/DRILL/);
    for (const said of await bot.told(id)) if (said) expect(said).toMatch(/DRILL|Drill/);
    for (const { title } of bot.slack.files(room?.id ?? 'incidents')) {
      if (title.includes(id)) expect(title).toMatch(/drill/i);
    }
    for (const said of ['ana', 'ben', 'carla', 'dave'].flatMap((person) => bot.direct(person))) {
      if (said.includes(id)) expect(said).toMatch(/DRILL/);
    }
  },
);

const withButton = async (id: string, button: string) => {
  const { room, card } = await bot.record(id);
  const messages = [
    ...(card ? bot.slack.thread('incidents', card.ts) : []),
    ...(room ? bot.slack.messages(room.id) : []),
  ];
  return messages.findLast((m) => m.byBot && JSON.stringify(m.blocks).includes(`"text":"${button}"`));
};

test('a drill neither keeps deployments away nor shows in the numbers, and one can deploy meanwhile', async () => {
  const id = await bot.declare('drill database-errors', { as: 'ana' });
  await bot.prove('production', 'market-svc', 'v1.1.0');
  await bot.resolve(id, { as: 'ben' });
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  expect(metrics).toContain('# TYPE pilothouse_incident');
  const counted = metrics
    .split('\n')
    .filter((line) => /^pilothouse_incident/.test(line) && !line.startsWith('#') && !/ 0$/.test(line));
  expect(counted).toEqual([]);
});
