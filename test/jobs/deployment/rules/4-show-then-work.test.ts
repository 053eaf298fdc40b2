/** Rule 4: what was acknowledged is never lost, and Slack being down never stops a deployment nor doubles a message. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createQueues } from '../../../../src/jobs/queues.ts';
import { type Bot, startBot } from '../../../support/bot.ts';

let bot: Bot;
afterEach(() => bot.stop());

const fresh = { 'auth-svc': 'v1.2.0', 'market-svc': 'v1.2.0', 'api-gateway': 'v1.2.0' };

const hasEnded = (id: string) =>
  bot.until(`the end of ${id}`, async () => (await bot.store.load(id))?.ending ?? undefined);

/** Rights that cannot be read are denied, so the groups have to be known before Slack goes. */
const rightsAreKnown = () =>
  bot.until('rights that are known', async () => {
    const id = await bot.ask('/deploy staging all --plan', { as: 'ana' });
    return (await hasEnded(id)) === 'planned' ? true : undefined;
  });

/** Every message of a deployment, parent and thread, by the key in its metadata. */
function keys(id: string): string[] {
  const messages = bot.slack.messages('deployments');
  const threads = messages.flatMap(({ ts }) => bot.slack.thread('deployments', ts).slice(1));
  return [...messages, ...threads]
    .map((message) => String(message.metadata?.event_payload.key))
    .filter((key) => key === id || key.startsWith(`${id}#`))
    .toSorted();
}

/** One parent, and a thread that tells the whole story once. */
async function expectToldOnce(id: string): Promise<void> {
  const found = keys(id);
  expect(found).toEqual([...new Set(found)]);
  expect(found[0]).toBe(id);
  const { story = [] } = (await bot.store.load(id)) ?? {};
  const stable = story.filter(({ event }) => event === 'service-stable').length;
  expect(bot.story(id).match(/ stable/g)).toHaveLength(stable);
}

describe('what was acknowledged', () => {
  test('is in the store, record and job, before the acknowledgement, and nothing but Redis was asked for it', async () => {
    bot = await startBot({ env: { PILOTHOUSE_ROLE: 'web' } });
    const calls = bot.slack.log.length;
    const id = await bot.ask('/deploy staging all', { as: 'ana' });
    expect(await bot.store.load(id)).toMatchObject({ step: 'preflight', requestedBy: { name: 'ana' } });
    const queues = createQueues({ url: bot.redis.url }, bot.redis.prefix);
    expect(await (await queues.deployments.getJob(id))?.getState()).toBe('waiting');
    await queues.close();
    const asked = bot.slack.log.slice(calls).map(({ method }) => method);
    expect(asked.filter((method) => /^(chat|users|usergroups|conversations|views)\./.test(method))).toEqual(
      [],
    );
    expect(bot.cloud.calls).toEqual({});
  });

  test('is not lost because Slack is down at that moment', async () => {
    bot = await startBot();
    await rightsAreKnown();
    bot.slack.fail.outage(true, '503');
    const id = await bot.ask('/deploy staging all', { as: 'ana' });
    expect(await hasEnded(id)).toBe('succeeded');
  });
});

describe('Slack that is down for the whole deployment', () => {
  test.each(['503', '500', 'hang'] as const)(
    'does not stop it (%s), and its messages are there once Slack is back',
    async (how) => {
      bot = await startBot({ scale: 100 });
      await rightsAreKnown();
      const id = await bot.ask('/deploy staging all', { as: 'ana' });
      bot.slack.fail.outage(true, how);
      expect(await hasEnded(id)).toBe('succeeded');
      expect(Object.values(bot.versions('skillancer-staging'))).toEqual(Object.values(fresh));
      bot.slack.fail.outage(false);
      expect(await bot.ended(id)).toBe('succeeded');
      await expectToldOnce(id);
    },
  );

  test('does not stop a rollback either', async () => {
    bot = await startBot({ scale: 100 });
    await rightsAreKnown();
    bot.cloud.break.version('api-gateway', 'v1.2.0', 'unhealthy');
    const id = await bot.ask('/deploy staging all', { as: 'ana' });
    bot.slack.fail.outage(true, '503');
    expect(await hasEnded(id)).toBe('rolled-back');
    bot.slack.fail.outage(false);
    expect(await bot.ended(id)).toBe('rolled-back');
    await expectToldOnce(id);
  });
});

describe('an answer of Slack’s that is lost', () => {
  test('to the first post: the message is found again by its key, and posted once', async () => {
    bot = await startBot();
    bot.slack.fail.loseAnswer('chat.postMessage', 1);
    const id = await bot.ask('/deploy staging all', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
    const posts = bot.slack.log.filter(({ method }) => method === 'chat.postMessage');
    expect(posts.filter(({ args }) => JSON.stringify(args).includes(`"key":"${id}"`))).toHaveLength(1);
    await expectToldOnce(id);
  });

  test('to every other post: no line of the story is told twice', async () => {
    bot = await startBot();
    let posts = 0;
    const stop = bot.slack.watch(({ method }) => {
      if (method === 'chat.postMessage' && ++posts % 2) bot.slack.fail.loseAnswer('chat.postMessage', 1);
    });
    const id = await bot.ask('/deploy staging all', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
    stop();
    expect(posts).toBeGreaterThan(2);
    await expectToldOnce(id);
  });

  test('to an edit: the message shows the end all the same', async () => {
    bot = await startBot();
    bot.slack.fail.loseAnswer('chat.update', 5);
    const id = await bot.ask('/deploy staging all', { as: 'ana' });
    expect(await bot.ended(id)).toBe('succeeded');
    await expectToldOnce(id);
  });
});
