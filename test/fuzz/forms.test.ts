/** 10,000 answers to each form. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { submitDeploy } from '../../src/commands/deploy.ts';
import type { Asker, Desk } from '../../src/commands/desk.ts';
import { submitRollback } from '../../src/commands/rollback.ts';
import type { Message } from '../../src/templates/message.ts';
import { type OpenDesk, openDesk } from './desk.ts';
import { drawingViolations } from './drawings.ts';
import { asker, formValues } from './inputs.ts';
import { expectShares, judgeAll, type Tally, verdictOn } from './judge.ts';

let open: OpenDesk;
let requests = 0;
beforeAll(async () => {
  open = await openDesk();
});
afterAll(() => open.close());

async function judgeForm(
  submit: (values: unknown, asker: Asker, desk: Desk) => Promise<Message>,
): Promise<Tally> {
  return judgeAll(
    fc.record({ values: formValues, asker }),
    async ({ values, asker }) => {
      const request = `form-${++requests}`;
      const verdict = await verdictOn(async () => ({
        say: await submit(values, { ...asker, responseUrl: null, request, from: 'form' }, open.desk),
      }));
      const id = await open.desk.store.requested(request);
      const d = id ? await open.desk.store.load(id) : null;
      expect(d !== null).toBe(verdict.branch === 'said');
      return { ...verdict, wrong: [...verdict.wrong, ...(d ? drawingViolations(d) : [])] };
    },
    () => open.nextDay(),
  );
}

test('of /deploy', async () => {
  expectShares(await judgeForm(submitDeploy), {
    said: 0.1,
    'unknown-environment': 0.01,
    'unknown-service': 0.01,
    'bad-version': 0.001,
    'missing-argument': 0.05,
    'not-allowed': 0.01,
    'reason-needed': 0.001,
    unreadable: 0.02,
  });
}, 120_000);

test('of /rollback', async () => {
  expectShares(
    await judgeForm((values, asker, desk) => submitRollback({ values, metadata: '' }, asker, desk)),
    {
      said: 0.1,
      'unknown-service': 0.01,
      'missing-argument': 0.05,
      'not-allowed': 0.01,
      'reason-needed': 0.01,
      'confirmation-needed': 0.02,
      unreadable: 0.02,
    },
  );
}, 120_000);
