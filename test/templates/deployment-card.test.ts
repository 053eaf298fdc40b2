import { describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../src/records/deployment.ts';
import { actionIds, readButtonValue } from '../../src/templates/actions.ts';
import { deploymentCard } from '../../src/templates/deployment-card.ts';
import { approvers, checklist, done, following, release, sample, start, states } from './samples.ts';
import { buttons, elements, shown } from './shown.ts';

const view = { now: start, approvers, checklist };
const card = (d: Deployment) => deploymentCard(d, view);
const state = (name: string): Deployment => states[name] ?? sample();

describe('says in one line where the deployment stands:', () => {
  test.each([
    ['preflight', '*Checking* what runs and whether it may start'],
    ['approval', /\*Waiting for approval\* until <!date\^\d+.*> by <!subteam\^S0000LEAD> or <@U0000BEN1>/],
    ['claim', '*Waiting for its turn* behind D-127'],
    ['rollout-first', '*Rolling out stage 1 of 3*: 1 of 2 services stable'],
    ['verify', '*Verifying stage 2 of 3*: 1 look in a row failed, looking again'],
    ['watch', /\*Watching\* until .*: 4 looks, 48 of 48 checks good/],
    ['succeeded', '*Deployed* in 10 min 12 s'],
    ['rollback-service-failed', '*Rolling back*: 1 of 4 services restored'],
    ['rolled-back', '*Rolled back* in 9 min 12 s; every changed service runs what it ran before'],
    ['held', /\*Held: somebody has to decide\* until/],
    ['left', '*Left as it is*, as @ben decided'],
    ['rejected', '*Rejected* by @ben: not before the weekend; nothing was changed'],
    ['cancelled', '*Cancelled* by @ana; nothing was changed'],
    ['expired', '*Expired*: nobody approved it in time; nothing was changed'],
    ['failed', '*Failed*: nothing was changed'],
    ['refused', '*Refused*: nothing was changed'],
  ])('%s', (name, line) => {
    const { blocks, plain = blocks } = card(state(name));
    expect(shown(blocks)).toMatch(line);
    expect(shown(plain)).toMatch(line);
  });
});

describe('offers the buttons that fit:', () => {
  test.each([
    ['preflight', ['Cancel']],
    ['approval', ['Approve', 'Reject', 'Cancel']],
    ['claim', ['Cancel']],
    ['backup', ['Cancel']],
    ['rollout-untouched', ['Cancel']],
    ['rollout-first', ['Stop and roll back']],
    ['verify', ['Stop and roll back']],
    ['watch', ['Stop and roll back']],
    ['succeeded', ['Roll back']],
    ['held', ['Try again', 'Roll back', 'Leave as it is']],
    ['held-rollback', ['Try again', 'Leave as it is']],
    ['rollback-service-failed', []],
    ['verify-rollback', []],
    ['rolled-back', []],
    ['rejected', []],
    ['refused', []],
    ['planned', []],
  ])('%s: %j', (name, labels) => {
    const { blocks, plain = blocks } = card(state(name));
    expect(buttons(blocks)).toEqual(labels);
    expect(buttons(plain)).toEqual(labels);
  });

  test('a rollback that succeeded offers no second one', () => {
    expect(buttons(card({ ...state('succeeded'), kind: 'rollback' }).blocks)).toEqual([]);
  });

  test('every button carries the deployment and the round of its question', () => {
    const values = (d: Deployment) =>
      elements(card(d).blocks).map((e) => (e.type === 'button' ? readButtonValue(e.value) : null));
    expect(values(state('approval'))).toEqual(Array(3).fill({ deployment: 'D-128', round: 1 }));
    expect(values(state('held-rollback'))).toEqual(Array(2).fill({ deployment: 'D-128', round: 2 }));
  });

  test('the buttons of another round stand in another block', () => {
    const id = (round: number) =>
      card(
        sample({
          approval: { round, required: 1, askedAt: 0, deadline: 1, approvedBy: [], approvedAt: null },
        }),
      ).blocks.find((b) => b.type === 'actions')?.block_id;
    expect([id(1), id(2)]).toEqual(['D-128:1:actions', 'D-128:2:actions']);
  });

  test('the dialog of "Stop and roll back" says which services go back, and to what', () => {
    const [button] = elements(card(state('rollout-first')).blocks);
    expect(button).toMatchObject({
      action_id: actionIds.rollBack,
      style: 'danger',
      confirm: { text: { text: 'These go back: auth to v1.2.2, payments to v1.2.2.' } },
    });
  });

  test('the dialog counts the services that do not fit into it', () => {
    const [button] = elements(card(state('many-rollout')).blocks);
    expect(button).toMatchObject({ confirm: { text: { text: expect.stringMatching(/ and \d+ more\.$/) } } });
  });
});

test('tells who asked, why, and from which version to which', () => {
  const { blocks, plain } = card(state('approval'));
  for (const drawn of [blocks, plain ?? []]) {
    expect(shown(drawn)).toContain('Asked for by <@U0000ANA1>');
    expect(shown(drawn)).toContain('Reason: Fixes the login on phones (SKI-421)');
    expect(shown(drawn)).toContain('auth v1.2.2 → v1.2.3');
    expect(shown(drawn)).toContain('✅ Verified in staging: all 4 services, the last one 20 min ago');
  }
});

test('shows plainly that staging is skipped', () => {
  expect(shown(card(state('approval-hotfix')).blocks)).toContain('*Staging is skipped*');
});

test('says on failure what happened, with the first line that showed it', () => {
  const text = shown(card(state('rollback-service-failed')).blocks);
  expect(text).toContain('*Why:* web failed: the circuit breaker of ECS rolled it back');
  expect(text).toContain('`Essential container in task exited: Exit code 1');
});

test('says once who cancelled it', () => {
  expect(shown(card(state('cancelled')).blocks).match(/@ana/g)).toHaveLength(1);
});

test('says what happens with a held deployment if nobody answers', () => {
  expect(shown(card(state('held')).blocks)).toMatch(/Without an answer by .* everything is left as it is/);
});

test('gives every service a task with its state', () => {
  const plan = card(state('rollout-first')).blocks.find((b) => b.type === 'plan');
  expect(plan?.tasks?.map((t) => [t.title, t.status])).toEqual([
    ['Check what may stand in the way', 'complete'],
    ['Approved by @ben', 'complete'],
    ['Stage 1 · auth v1.2.2 → v1.2.3 · 1 min 24 s', 'complete'],
    ['Stage 1 · payments v1.2.2 → v1.2.3', 'in_progress'],
    ['Stage 2 · api-gateway v1.2.2 → v1.2.3', 'pending'],
    ['Stage 3 · web v1.2.2 → v1.2.3', 'pending'],
    ['Verify health', 'pending'],
    ['Watch', 'pending'],
  ]);
});

test('does not promise what will not come any more', () => {
  const plan = card(state('rollback-service-failed')).blocks.find((b) => b.type === 'plan');
  expect(plan?.tasks?.map((t) => [t.title, t.status])).toEqual([
    ['Check what may stand in the way', 'complete'],
    ['Approved by @ben', 'complete'],
    ['Stage 1 · auth v1.2.2 → v1.2.3 · 1 min 24 s', 'complete'],
    ['Stage 1 · payments v1.2.2 → v1.2.3 · 1 min 24 s', 'complete'],
    ['Stage 2 · api-gateway v1.2.2 → v1.2.3 · 1 min 24 s', 'complete'],
    ['Stage 3 · web v1.2.2 → v1.2.3', 'error'],
    ['web back to v1.2.2 · 1 min 24 s', 'complete'],
    ['api-gateway back to v1.2.2', 'in_progress'],
    ['auth back to v1.2.2', 'pending'],
    ['payments back to v1.2.2', 'pending'],
    ['Verify what was put back', 'pending'],
  ]);
});

test('draws a large stage as counts, with what failed and what moves by name', () => {
  const text = shown(card(state('many-rollout')).blocks);
  expect(text).toContain('Stage 1 · 45 of 80 services stable');
  expect(text).toContain('service-051: the circuit breaker of ECS rolled it back');
  expect(text).toContain(
    'moving: service-046, service-047, service-048, service-049, service-050 and 9 more',
  );
  expect(text).toContain('waiting: 20 services');
  expect(text).toContain('Stage 2 · 120 services to v1.2.3');
});

test('stays short with as many stages as services', () => {
  const releases = Array.from({ length: 200 }, (_, n) =>
    release(`s-${n}`, n + 1, n < 100 ? done : n === 100 ? following : undefined),
  );
  const plan = card({ ...state('rollout-first'), releases, stage: 100 }).blocks.find(
    (b) => b.type === 'plan',
  );
  expect(plan?.tasks?.length).toBeLessThan(20);
  expect(plan?.tasks?.map((t) => t.title)).toEqual(
    expect.arrayContaining(['100 stages done', 'Stage 101 · 0 of 1 service stable', '90 more stages']),
  );
});

test('tells at the end how long the parts took, and what to look at by hand', () => {
  const text = shown(card(state('succeeded')).blocks);
  expect(text).toContain(
    'approval 4 min · rollout 5 min · watch 5 min 12 s · in all 14 min 12 s · approved by @ben',
  );
  expect(text).toContain('☐ User can log in');
});

test('says for how many minutes a step has been at work, where nobody knows how long it will take', () => {
  const after = (name: string, ms: number) =>
    shown(deploymentCard(state(name), { ...view, now: start + ms }).blocks);
  expect(after('rollout-first', 59_000)).not.toContain('(for');
  expect(after('rollout-first', 185_000)).toContain('1 of 2 services stable (for 3 min)');
  expect(after('watch', 185_000)).not.toContain('(for');
});

test('says that it could not tell and looks again', () => {
  expect(shown(card(state('could-not-tell')).blocks)).toContain(
    'Could not tell 2 times in a row, looking again: ThrottlingException: Rate exceeded',
  );
});

test('is the same for the same record', () => {
  expect(card(state('watch'))).toEqual(card(structuredClone(state('watch'))));
});
