/** 10,000 payloads of each kind, through Bolt, with anything in every field that people or strangers could fill. */
import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { actionIds } from '../../src/templates/actions.ts';
import { text as hostile } from '../templates/hostile.ts';
import { type Deliver, openApp } from './app.ts';
import { type OpenDesk, openDesk } from './desk.ts';
import {
  actionId,
  anyPerson,
  buttonValue,
  callbackId,
  commandName,
  deployText,
  formValues,
  healthText,
  opsText,
  rollbackText,
  runValue,
} from './inputs.ts';
import { expectShares, judgeAll } from './judge.ts';
import { storeDeployments } from './stored.ts';

let open: OpenDesk;
let deliver: Deliver;
let ids: string[];
let payloads = 0;
beforeAll(async () => {
  open = await openDesk();
  deliver = openApp(open.desk);
  ids = await storeDeployments(open.desk.store);
});
afterAll(() => open.close());

const team = { id: 'T0000TEAM', domain: 'skillancer' };
const nextId = () => `${++payloads}.4711.a1b2`;
const responseUrl = 'https://hooks.example/answer';

test('commands', async () => {
  const inputs = fc.record({
    command: commandName,
    text: fc.oneof(deployText, rollbackText, healthText, opsText),
    user: anyPerson,
    channel: hostile,
  });
  const tally = await judgeAll(
    inputs,
    ({ command, text, user, channel }) =>
      deliver({
        command,
        text,
        user_id: user.id,
        user_name: user.name,
        channel_id: channel,
        team_id: team.id,
        trigger_id: nextId(),
        response_url: responseUrl,
      }),
    () => open.nextDay(),
  );
  expectShares(tally, { taken: 0.05, refused: 0.2, form: 0.005, help: 0.01 });
}, 120_000);

const click = (action: object, user: { id: string; name: string }, channel: string | null) => ({
  type: 'block_actions',
  user,
  team,
  trigger_id: nextId(),
  actions: [{ type: 'button', block_id: 'suggestion', action_ts: '1', ...action }],
  ...(channel === null ? {} : { channel: { id: channel }, response_url: responseUrl }),
});

test('buttons', async () => {
  const inputs = fc.record({
    action: fc.record({ action_id: actionId, value: buttonValue(ids) }),
    user: anyPerson,
    channel: fc.option(hostile),
  });
  const tally = await judgeAll(
    inputs,
    ({ action, user, channel }) => deliver(click(action, user, channel)),
    () => open.nextDay(),
  );
  expectShares(tally, { taken: 0.2, refused: 0.1, form: 0.01 });
}, 120_000);

test('buttons that stand for a command', async () => {
  const inputs = fc.record({ value: runValue, user: anyPerson });
  const tally = await judgeAll(
    inputs,
    ({ value, user }) => deliver(click({ action_id: actionIds.run, value }, user, 'C0000GEN1')),
    () => open.nextDay(),
  );
  expectShares(tally, { taken: 0.05, refused: 0.2, form: 0.005, help: 0.005 });
}, 120_000);

test('forms', async () => {
  const inputs = fc.record({
    callback: callbackId,
    metadata: fc.oneof(fc.constant('{"channel":"C0000GEN1"}'), fc.json(), hostile),
    values: formValues,
    blocks: fc.constantFrom(
      ['environment', 'services', 'version', 'reason', 'options', 'word'],
      ['other'],
      [],
    ),
    user: anyPerson,
  });
  const tally = await judgeAll(
    inputs,
    ({ callback, metadata, values, blocks, user }) =>
      deliver({
        type: 'view_submission',
        user,
        team,
        trigger_id: nextId(),
        view: {
          id: `V${nextId()}`,
          type: 'modal',
          callback_id: callback,
          private_metadata: metadata,
          state: { values },
          blocks: blocks.map((block_id) => ({ type: 'input', block_id })),
        },
      }),
    () => open.nextDay(),
  );
  expectShares(tally, { taken: 0.05, 'refused in the form': 0.2 });
}, 120_000);
