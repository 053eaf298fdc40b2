/** What the person who asked is told of a request that the team never saw. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { requestEnded } from '../../src/templates/plan.ts';
import { ana, record } from '../jobs/deployment/records.ts';
import { type Bot, startBot } from '../support/bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await startBot({ scale: 120 });
});
afterAll(() => bot.stop());

const carla = { id: 'U0CARLA001', name: 'carla' };

test('one that was called off before it began is told by whom and why, not as a plan', async () => {
  const now = bot.clock.now();
  const {
    id: _,
    revision: _r,
    schema: _s,
    ...draft
  } = record({
    step: 'preflight',
    environment: 'staging',
    releases: [],
    requestedAt: now,
    requestedIn: bot.slack.channels().find(({ name }) => name === 'general')?.id ?? '',
    stepSince: now,
    notBefore: now,
    story: [{ at: now, event: 'requested', service: null, by: ana, detail: null, evidence: [] }],
  });
  const entry = { at: now, who: ana, what: 'asked', deployment: null, environment: null, detail: null };
  const { id } = await bot.store.createDeployment(draft, 'request-1', { ...entry, from: 'command' }, 60_000);
  // Decided before any worker sees it: the sweep finds it.
  const reason = 'D-9 rolls back: login fails';
  await bot.store.decide(id, 'stop', { by: carla, at: now, choice: 'cancel', reason });
  expect(await bot.ended(id)).toBe('cancelled');
  const told = await bot.whispered('ana', `${id}\\* was cancelled by @carla before it began`);
  expect(told).toMatch(/nothing was changed: D-9 rolls back: login fails/);
  expect(told).not.toContain('Plan');
});

test('one that was refused later is told which one it was', () => {
  const refusal = {
    code: 'not-allowed' as const,
    message: 'You may not deploy to staging.',
    hint: 'Ask ben.',
  };
  const { text } = requestEnded(record({ step: 'ended', ending: 'refused', refusal }), []);
  expect(text).toBe('⛔ D-1 was not begun. You may not deploy to staging.\nAsk ben.');
});

test('one whose rights are not known yet promises nothing, and is refused by name', async () => {
  const cold = await startBot({ scale: 120, before: ({ slack }) => slack.fail.forgetGroups() });
  try {
    const { reply } = await cold.slack.command('/deploy staging auth-svc', { as: 'dave' });
    expect(reply?.text).toMatch(/D-1\*: checking your rights, then deploying auth-svc to staging/);
    cold.slack.fail.forgetGroups(false);
    expect(await cold.ended('D-1')).toBe('refused');
    await cold.whispered('dave', 'D-1 was not begun. You may not deploy to staging');
  } finally {
    await cold.stop();
  }
});
