import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { WebSocket } from 'ws';
import type { SlackWorkspace } from '../../../playground/slack/index.ts';
import { type Bot, eventually, socketBot, workspace } from './bots.ts';

let slack: SlackWorkspace;
let bots: Bot[];
beforeEach(async () => {
  slack = await workspace();
  bots = [];
});
afterEach(async () => {
  for (const bot of bots) await bot.stop();
  await slack.stop();
});

async function newBot(): Promise<Bot> {
  const bot = await socketBot(slack);
  bots.push(bot);
  return bot;
}

test('commands, clicks and events travel over the socket, with answers in the acknowledgement', async () => {
  const { app } = await newBot();
  const mentions: string[] = [];
  app.command('/deploy', ({ ack, command }) => ack(`Deploying ${command.text}`));
  app.event('app_mention', async ({ event }) => {
    mentions.push(event.text);
  });
  expect(slack.sockets()).toBe(1);
  expect(await slack.command('/deploy api', { as: 'ana' })).toMatchObject({
    status: 200,
    reply: { text: 'Deploying api' },
  });
  await slack.post('@pilothouse hello', { as: 'ben', in: 'incidents' });
  await eventually(() => mentions.length === 1);
});

test('each envelope goes to one of several sockets', async () => {
  const took = [0, 0];
  for (const index of took.keys()) {
    const { app } = await newBot();
    app.command('/health', ({ ack }) => {
      took[index] = (took[index] ?? 0) + 1;
      return ack();
    });
  }
  for (let asked = 0; asked < 4; asked += 1) await slack.command('/health', { as: 'ana' });
  expect(took).toEqual([2, 2]);
});

test('a bot that is asked to disconnect comes back', async () => {
  const { app } = await newBot();
  app.command('/deploy', ({ ack }) => ack('back'));
  slack.fail.disconnectSockets();
  expect(slack.sockets()).toBe(0);
  expect(await slack.command('/deploy x', { as: 'ana' })).toMatchObject({ error: 'dispatch_failed' });
  await eventually(() => slack.sockets() === 1);
  expect(await slack.command('/deploy x', { as: 'ana' })).toMatchObject({ reply: { text: 'back' } });
});

test('an envelope that is not acknowledged within three seconds shows operation_timeout', async () => {
  const { app } = await newBot();
  app.command('/deploy', () => new Promise<void>(() => {}));
  expect(await slack.command('/deploy x', { as: 'ana' })).toMatchObject({ error: 'operation_timeout' });
});

test('an event that is not acknowledged comes again, and says so', async () => {
  const client = new WebClient('xapp-test', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const { url = '' } = await client.apps.connections.open({});
  const socket = new WebSocket(url);
  const tries: { event: string; attempt: number; reason: string }[] = [];
  socket.on('message', (data) => {
    const { envelope_id, retry_attempt: attempt, retry_reason: reason, payload } = JSON.parse(String(data));
    if (payload?.type !== 'event_callback') return;
    tries.push({ event: payload.event_id, attempt, reason });
    if (attempt > 0) socket.send(JSON.stringify({ envelope_id }));
  });
  await eventually(() => slack.sockets() === 1);
  const { error } = await slack.post('anybody?', { as: 'ana', in: 'incidents' });
  expect(error).toBe('operation_timeout');
  await eventually(() => tries.length === 2);
  const [first] = tries;
  expect(tries).toEqual([
    { event: first?.event, attempt: 0, reason: '' },
    { event: first?.event, attempt: 1, reason: 'http_timeout' },
  ]);
  socket.close();
});

test('opening a socket needs the app token', async () => {
  const client = new WebClient('xoxb-test', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  await expect(client.apps.connections.open({})).rejects.toMatchObject({
    data: { error: 'not_allowed_token_type' },
  });
});
