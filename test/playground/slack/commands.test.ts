import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SlackWorkspace } from '../../../playground/slack/index.ts';
import { type Bot, httpBot, workspace } from './bots.ts';

let slack: SlackWorkspace;
let bot: Bot;
beforeEach(async () => {
  slack = await workspace();
  bot = await httpBot(slack);
});
afterEach(async () => {
  await bot.stop();
  await slack.stop();
});

describe('A slash command over HTTP', () => {
  test('reaches Bolt with a signature it accepts, and the answer is shown to the person alone', async () => {
    bot.app.command('/deploy', ({ ack, command }) =>
      ack(`Deploying ${command.text} for ${command.user_name}`),
    );
    const delivery = await slack.command('/deploy production all', { as: 'ana' });
    expect(delivery).toMatchObject({ status: 200, reply: { text: 'Deploying production all for ana' } });
    expect(slack.ephemerals('ana').map((message) => message.text)).toEqual([
      'Deploying production all for ana',
    ]);
    expect(slack.ephemerals('ben')).toEqual([]);
    expect(slack.messages('deployments')).toEqual([]);
  });

  test('shows an in_channel answer to the whole channel', async () => {
    bot.app.command('/health', ({ ack }) => ack({ response_type: 'in_channel', text: 'All fine' }));
    await slack.command('/health production', { as: 'ana', in: 'incidents' });
    expect(slack.messages('incidents')).toMatchObject([{ text: 'All fine', byBot: true }]);
  });

  test('shows an error to the person and logs it when the acknowledgement has blocks Slack would not take', async () => {
    bot.app.command('/ops', ({ ack }) =>
      ack({ text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }),
    );
    const delivery = await slack.command('/ops list', { as: 'ana' });
    expect(delivery.error).toBe('invalid_blocks');
    expect(slack.ephemerals('ana')).toMatchObject([
      { kind: 'slackbot', text: '/ops failed with the error "invalid_blocks"' },
    ]);
    expect(slack.log.filter((entry) => !entry.ok)).toMatchObject([
      { method: 'ack /ops', errors: ['must be less than 151 characters [json-pointer:/blocks/0/text/text]'] },
    ]);
  });

  test('that is not acknowledged within three seconds shows operation_timeout', async () => {
    bot.app.command('/deploy', () => new Promise<void>(() => {}));
    const delivery = await slack.command('/deploy production', { as: 'ana' });
    expect(delivery).toMatchObject({ error: 'operation_timeout' });
    expect(delivery.ms).toBeGreaterThanOrEqual(2900);
    expect(slack.ephemerals('ana').at(-1)?.text).toBe('/deploy failed with the error "operation_timeout"');
  });

  test('that no app listens to shows dispatch_failed', async () => {
    slack.connect('http://127.0.0.1:1/slack/events');
    expect(await slack.command('/deploy production', { as: 'ana' })).toMatchObject({
      error: 'dispatch_failed',
    });
  });

  test('that the app does not declare is answered by Slack', async () => {
    await slack.command('/unknown', { as: 'ana' });
    expect(slack.ephemerals('ana')[0]).toMatchObject({
      kind: 'slackbot',
      text: expect.stringContaining('/unknown is not a valid command'),
    });
  });

  test('arrives escaped, and garbled as by a composer when that is asked for', async () => {
    const texts: string[] = [];
    bot.app.command('/deploy', ({ ack, command }) => {
      texts.push(command.text);
      return ack();
    });
    await slack.command('/deploy api --note "a < b & c"', { as: 'ana' });
    await slack.command('/deploy api --note "it\'s on api.example.com"', { as: 'ana', autoformat: true });
    expect(texts).toEqual([
      'api --note "a &lt; b &amp; c"',
      'api —note “it’s on <http://api.example.com|api.example.com>”',
    ]);
  });
});

test('a wrong signing secret is refused by Bolt', async () => {
  const other = await workspace({ signingSecret: 'another secret' });
  const stranger = await httpBot(other);
  expect(await other.command('/deploy x', { as: 'ana' })).toMatchObject({
    status: 401,
    error: 'dispatch_failed',
  });
  await stranger.stop();
  await other.stop();
});

test('the request URL is verified with a challenge', async () => {
  expect(await slack.verifyRequestUrl()).toBe(true);
});
