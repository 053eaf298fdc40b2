/** 10,000 texts behind each slash command. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deploy } from '../../src/commands/deploy.ts';
import type { Asker, Desk, Reply } from '../../src/commands/desk.ts';
import { health } from '../../src/commands/health.ts';
import { ops } from '../../src/commands/ops.ts';
import { rollback } from '../../src/commands/rollback.ts';
import { type OpenDesk, openDesk } from './desk.ts';
import { drawingViolations } from './drawings.ts';
import { asker, deployText, healthText, opsText, rollbackText } from './inputs.ts';
import { expectShares, judgeAll, type Tally, verdictOn } from './judge.ts';

let open: OpenDesk;
let drawn: number;
let requests = 0;
beforeAll(async () => {
  open = await openDesk();
});
afterAll(() => open.close());

/** Whatever is typed is answered well, and so is whatever was accepted drawn well. */
async function judgeCommand(
  command: (text: string, asker: Asker, desk: Desk) => Promise<Reply>,
  texts: fc.Arbitrary<string>,
): Promise<Tally> {
  drawn = 0;
  const inputs = fc.record({ text: texts, asker });
  return judgeAll(
    inputs,
    async ({ text, asker }) => {
      const request = `request-${++requests}`;
      const verdict = await verdictOn(() => command(text, { ...asker, request, from: 'command' }, open.desk));
      const id = await open.desk.store.requested(request);
      const d = id ? await open.desk.store.load(id) : null;
      if (!d) return verdict;
      drawn++;
      return {
        branch: verdict.branch === 'said' ? 'accepted' : `${verdict.branch}, but started`,
        wrong: [...verdict.wrong, ...drawingViolations(d)],
      };
    },
    () => open.nextDay(),
  );
}

test('/deploy', async () => {
  const tally = await judgeCommand(deploy, deployText);
  expectShares(tally, {
    accepted: 0.2,
    form: 0.01,
    help: 0.01,
    'unknown-environment': 0.02,
    'unknown-service': 0.02,
    'unknown-flag': 0.01,
    'bad-version': 0.001,
    'missing-argument': 0.01,
    'too-many-arguments': 0.01,
    'not-allowed': 0.01,
    'reason-needed': 0.005,
    unreadable: 0.01,
  });
  expect(drawn).toBeGreaterThan(2_000);
}, 120_000);

test('/rollback', async () => {
  const tally = await judgeCommand(rollback, rollbackText);
  expectShares(tally, {
    accepted: 0.05,
    form: 0.1,
    help: 0.01,
    'unknown-service': 0.02,
    'unknown-environment': 0.001,
    'unknown-flag': 0.005,
    'bad-version': 0.001,
    'missing-argument': 0.005,
    'not-allowed': 0.005,
    unreadable: 0.01,
  });
  expect(drawn).toBeGreaterThan(500);
}, 120_000);

test('/health', async () => {
  const tally = await judgeCommand(health, healthText);
  expectShares(tally, {
    said: 0.2,
    help: 0.01,
    'unknown-environment': 0.02,
    'unknown-service': 0.02,
    'unknown-flag': 0.005,
    'missing-argument': 0.01,
    unreadable: 0.005,
  });
}, 120_000);

test('/ops', async () => {
  const tally = await judgeCommand(ops, opsText);
  expectShares(tally, {
    said: 0.2,
    help: 0.01,
    'unknown-command': 0.1,
    'too-many-arguments': 0.02,
    unreadable: 0.005,
  });
}, 120_000);
