/** A click whose rights had to be read first: carried out once, answered truly, however often it is tried. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SlackWriter } from '../../src/clients/slack.ts';
import { SlackAway, SlackRefused } from '../../src/clients/slack-errors.ts';
import type { Choice } from '../../src/jobs/deployment/decide.ts';
import { type ErrandWorld, runErrand } from '../../src/jobs/errands.ts';
import { approvalQuestion } from '../../src/records/deployment.ts';
import { type ByHand, byHand } from './by-hand.ts';
import { ben } from './deployment/records.ts';

let hand: ByHand;
beforeEach(async () => {
  hand = await byHand((text) => text.replace('after: staging', ''));
});
afterEach(() => hand.stop());

/** Slack takes nothing the first time. */
function worldOf(said: string[], refusals = 0): ErrandWorld {
  let tries = 0;
  const whisper: SlackWriter['whisper'] = async (_channel, _user, { text }) => {
    if (tries++ === 0) throw new SlackAway('away', 1);
    if (tries <= refusals + 1) throw new SlackRefused('chat.postEphemeral', 'channel_not_found');
    said.push(text);
  };
  const never = async () => {
    throw new Error('not asked for');
  };
  return {
    ...hand.worker(),
    queues: { ...hand.worker().queues, wake: async () => {}, raise: async () => {}, run: async () => {} },
    incidents: null,
    showHomes: async () => {},
    slack: {
      channelId: never,
      find: never,
      post: never,
      update: never,
      answer: never,
      whisper,
      direct: async (user, { text }, key) => void said.push(`${user} ${key} ${text}`),
    },
  };
}

const clicked = (deployment: string, choice: Choice) => ({
  kind: 'click' as const,
  choice,
  deployment,
  round: 1,
  person: ben,
  channel: 'C1',
});
const asked = async () => {
  const id = await hand.ask({ kind: 'deploy', environment: 'production', version: 'v1.1.0' });
  await hand.untilIn(id, 'approval');
  return id;
};

test.each<[Choice, string, (id: string) => Promise<void>]>([
  ['approve', 'you approved', async () => {}],
  ['approve', 'you approved', async (id: string) => void (await hand.untilIn(id, 'rollout'))],
  ['reject', 'you rejected', async (id: string) => void (await hand.untilIn(id, 'ended'))],
])(
  '%s, whose answer did not get through, is noted once and then said (%s)',
  async (choice, words, meanwhile) => {
    const id = await asked();
    const said: string[] = [];
    const world = worldOf(said);
    await expect(runErrand('click-1', clicked(id, choice), world)).rejects.toThrow(SlackAway);
    await meanwhile(id);
    await runErrand('click-1', clicked(id, choice), world);
    expect(said).toEqual([expect.stringContaining(`Noted: ${words}`)]);
    expect(await hand.store.answersTo(id, approvalQuestion(1))).toHaveLength(1);
  },
);

test('another answer of the same person is still told that the first one counts', async () => {
  const id = await asked();
  const said: string[] = [];
  await expect(runErrand('click-1', clicked(id, 'approve'), worldOf(said))).rejects.toThrow(SlackAway);
  const world = worldOf(said);
  await expect(runErrand('click-2', clicked(id, 'reject'), world)).rejects.toThrow(SlackAway);
  await runErrand('click-2', clicked(id, 'reject'), world);
  expect(said).toEqual([expect.stringContaining('@ben was first and approved')]);
});

test('where the channel is closed the answer is a direct message under the click’s own key', async () => {
  const id = await asked();
  const said: string[] = [];
  const world = worldOf(said, 1);
  await expect(runErrand('click-1', clicked(id, 'approve'), world)).rejects.toThrow(SlackAway);
  await runErrand('click-1', clicked(id, 'approve'), world);
  expect(said).toEqual([expect.stringMatching(/^U0BEN00001 click-1 .*you approved/)]);
});
