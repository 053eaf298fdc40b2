/** 10,000 presses of buttons: of every kind, on deployments in every state, by anybody. */
import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { click, openRollback } from '../../src/commands/clicks.ts';
import type { Asker } from '../../src/commands/desk.ts';
import { type OpenDesk, openDesk } from './desk.ts';
import { actionId, asker, buttonValue } from './inputs.ts';
import { expectShares, judgeAll, verdictOn } from './judge.ts';
import { storeDeployments } from './stored.ts';

let open: OpenDesk;
let ids: string[];
let requests = 0;
beforeAll(async () => {
  open = await openDesk();
  ids = await storeDeployments(open.desk.store);
});
afterAll(() => open.close());

const asked = (input: Omit<Asker, 'request' | 'from'>): Asker => ({
  ...input,
  request: `click-${++requests}`,
  from: 'button',
});

const kinds: readonly [RegExp, string][] = [
  [/^👍 Noted/, 'recorded'],
  [/was first/, 'already decided'],
  [/an earlier question/, 'stale'],
  [/You may not/, 'denied'],
  [/asked for .* yourself/, 'own approval'],
  [/has already ended/, 'ended'],
  [/is at work on that/, 'working'],
];

test('a decision about a deployment', async () => {
  const inputs = fc.record({ action: actionId, value: buttonValue(ids), asker });
  const tally = await judgeAll(
    inputs,
    async ({ action, value, asker }) => {
      let text = '';
      const verdict = await verdictOn(async () => {
        const say = await click(action, value, asked(asker), open.desk);
        text = say.text;
        return { say };
      });
      const kind = kinds.find(([words]) => words.test(text))?.[1];
      return { ...verdict, branch: kind ?? verdict.branch };
    },
    () => open.nextDay(),
  );
  expectShares(tally, {
    recorded: 0.01,
    'already decided': 0.002,
    'own approval': 0.002,
    stale: 0.05,
    denied: 0.01,
    ended: 0.03,
    working: 0.005,
    'no-such-deployment': 0.1,
  });
}, 120_000);

test('the form for rolling back what a deployment brought', async () => {
  const inputs = fc.record({ value: buttonValue(ids), asker });
  const tally = await judgeAll(inputs, ({ value, asker }) =>
    verdictOn(() => openRollback(value, asked(asker), open.desk)),
  );
  expectShares(tally, { form: 0.3, 'no-such-deployment': 0.1 });
}, 120_000);
