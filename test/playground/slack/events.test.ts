import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SlackWorkspace } from '../../../playground/slack/index.ts';
import { type Bot, eventually, handClock, httpBot, workspace } from './bots.ts';

const clock = handClock();
let slack: SlackWorkspace;
let bot: Bot;
beforeEach(async () => {
  slack = await workspace({ clock });
  bot = await httpBot(slack);
});
afterEach(async () => {
  await bot.stop();
  await slack.stop();
});

test("a person's message, mention and reaction reach the bot", async () => {
  const heard: string[] = [];
  bot.app.message(async ({ message }) => {
    heard.push(`message ${'text' in message ? message.text : ''}`);
  });
  bot.app.event('app_mention', async ({ event }) => {
    heard.push(`mention by ${event.user}`);
  });
  bot.app.event('reaction_added', async ({ event }) => {
    heard.push(`${event.reaction} by ${event.user}`);
  });
  const { message } = await slack.post('Hey @pilothouse & <friends>', { as: 'ana', in: 'deployments' });
  await slack.react(':eyes:', { as: 'ben', message });
  const text = `Hey <@${slack.bot.id}> &amp; &lt;friends&gt;`;
  await eventually(() => heard.length === 3);
  expect(heard.sort()).toEqual(['eyes by U0BEN', 'mention by U0ANA', `message ${text}`]);
  expect(message.mentions).toEqual([slack.bot.id]);
});

test('a direct message is answered in private', async () => {
  bot.app.message(async ({ say }) => {
    await say('Just between us');
  });
  await slack.post('hello', { as: 'ana', in: '@pilothouse' });
  await eventually(() => slack.messages('@ana').length === 2);
  expect(slack.messages('@ana').map((message) => message.text)).toEqual(['hello', 'Just between us']);
  expect(slack.channels().at(-1)).toMatchObject({ name: '@ana', kind: 'im', members: ['pilothouse', 'ana'] });
});

test('the home tab is published when it is opened', async () => {
  bot.app.event('app_home_opened', async ({ client, event }) => {
    const view = { type: 'home' as const, blocks: [{ type: 'divider' as const }] };
    await client.views.publish({ user_id: event.user, view });
  });
  await slack.openHome({ as: 'ana' });
  const home = await eventually(() => slack.home('ana'));
  expect(home.blocks).toMatchObject([{ type: 'divider' }]);
});

test('an event that is not taken comes again at once, after a minute and after five, and then is given up', async () => {
  const tries: (string | undefined)[] = [];
  const deaf: Server = createServer((request, response) => {
    tries.push(request.headers['x-slack-retry-num']?.toString());
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const address = deaf.address();
  slack.connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  const delivery = await slack.post('anybody?', { as: 'ana', in: 'deployments' });
  expect(delivery).toMatchObject({ status: 500, error: 'dispatch_failed' });
  await eventually(() => tries.length === 2);
  await settled();
  clock.advance(60_000);
  await eventually(() => tries.length === 3);
  await settled();
  clock.advance(300_000);
  await eventually(() => tries.length === 4);
  expect(tries).toEqual([undefined, '1', '2', '3']);
  await eventually(() => slack.log.some((entry) => entry.method === 'delivery' && !entry.ok));
  deaf.closeAllConnections();
  deaf.close();
});

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}
