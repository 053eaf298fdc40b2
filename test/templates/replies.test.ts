import { describe, expect, test } from '@jest/globals';
import { actionIds, buttonValue, readButtonValue, runValue } from '../../src/templates/actions.ts';
import { help } from '../../src/templates/help.ts';
import { planReply, requestAccepted } from '../../src/templates/plan.ts';
import { clickAnswer, refused, sorry } from '../../src/templates/replies.ts';
import { approvers, ben, sample, start, states } from './samples.ts';
import { elements, shown } from './shown.ts';

const planned = states.planned ?? sample();

describe('a refusal', () => {
  const { blocks } = refused({
    message: 'There is no environment "prodction".',
    hint: 'Did you mean production?',
    suggestion: { label: 'Deploy to production', command: '/deploy production all' },
  });
  test('says what was wrong and what to do', () => {
    expect(shown(blocks)).toContain('⛔ There is no environment "prodction".\nDid you mean production?');
  });
  test('offers the right thing as a button', () => {
    expect(elements(blocks)).toMatchObject([{ action_id: actionIds.run, value: '/deploy production all' }]);
  });
  test('offers no button for a command that Slack could not carry', () => {
    const suggestion = { label: 'Again', command: 'x'.repeat(2001) };
    expect(elements(refused({ message: 'no', hint: 'do', suggestion }).blocks)).toEqual([]);
    expect(runValue(suggestion.command)).toBeNull();
  });
});

test('an apology carries the reference for the log', () => {
  expect(sorry('7f3a9c').text).toContain('`7f3a9c`');
});

describe('every click has an answer:', () => {
  test.each([
    ['recorded', { choice: 'approve' }, '👍 Noted: you approved D-128.'],
    ['recorded', { choice: 'roll-back' }, '👍 Noted: you asked to roll back D-128.'],
    ['already-decided', { choice: 'reject', by: ben }, '@ben was first and rejected D-128.'],
    [
      'already-decided',
      { choice: 'approve', by: ben, at: start },
      /^@ben was first and approved D-128 at <!date/,
    ],
    ['stale', {}, 'This button belongs to an earlier question about D-128.'],
    [
      'denied',
      { why: 'Only @devops-lead may.' },
      '⛔ You may not do that with D-128. Only @devops-lead may.',
    ],
    ['own-approval', {}, '⛔ You asked for D-128 yourself, so somebody else has to approve it.'],
    ['ended', { ending: 'rolled-back' }, 'D-128 has already ended (rolled back)'],
    ['working', {}, '⏳ D-128 is at work on that'],
  ] as const)('%s %j', (kind, detail, expected) => {
    expect(clickAnswer(kind, { deployment: 'D-128', ...detail }).text).toMatch(expected);
  });
});

describe('the value of a button', () => {
  test('is read as it was written', () => {
    const target = { deployment: 'D-128', round: 2 };
    expect(readButtonValue(buttonValue(target))).toEqual(target);
  });
  test.each([
    undefined,
    '',
    'D-128',
    '{}',
    '[1]',
    '{"deployment":"D-1","round":"1"}',
    '{"deployment":"D-1","round":1,"x":1}',
  ])('%j is none of ours', (text) => {
    expect(readButtonValue(text)).toBeNull();
  });
});

describe('the acknowledgement', () => {
  test.each([
    [
      sample(),
      '#deployments',
      '🚀 *D-128*: deploying all services to production; follow it in #deployments.',
    ],
    [
      sample({ wanted: { services: ['api', 'web'], version: null } }),
      'C0000DEPLOY',
      'deploying api and web to production; follow it in <#C0000DEPLOY>.',
    ],
    [
      sample({ wanted: { services: ['a', 'b', 'c', 'd'], version: null } }),
      '#deployments',
      'deploying 4 services to production',
    ],
    [
      sample({ kind: 'rollback', wanted: { services: ['web'], version: null } }),
      '#deployments',
      'rolling back web in production',
    ],
    [planned, '#deployments', '📋 *D-128*: working out the plan for production…'],
  ])('case %#', (d, channel, expected) => {
    expect(requestAccepted(d, channel).text).toContain(expected);
  });
});

describe('the plan', () => {
  test('shows every change, the gates, who must approve, and that nothing was changed', () => {
    const text = shown(planReply(planned, approvers).blocks);
    expect(text).toContain('*Stage 2*\n• *api-gateway* `v1.2.2` → `v1.2.3`');
    expect(text).toContain('✅ Verified in staging');
    expect(text).toContain('Has to be approved by <!subteam^S0000LEAD> or <@U0000BEN1>.');
    expect(text).toContain('Nothing was changed.');
  });
  test('says that nobody has to approve it', () => {
    expect(shown(planReply(planned, []).blocks)).toContain('Nobody has to approve it.');
  });
  test('says what stands in the way', () => {
    const text = shown(planReply(states.refused ?? sample(), []).blocks);
    expect(text).toContain('⛔ payments v1.2.3 was not verified in staging.');
    expect(text).toContain('❔ No other deployment at work: Redis did not answer (Try again.)');
  });
  test('counts the services of large stages', () => {
    const text = shown(
      planReply({ ...planned, releases: states['many-approval']?.releases ?? [] }, []).blocks,
    );
    expect(text).toContain('*Stage 2*: 120 services to `v1.2.3`: `service-081`');
  });
});

test.each([
  [
    'deploy',
    '/deploy &lt;environment&gt; &lt;service[,service…]|all&gt; [version] [--skip-staging] [--reason "…"] [--plan]',
  ],
  ['rollback', '/rollback [environment] &lt;service[,service…]|all&gt; [version] [reason… | --reason "…"]'],
  ['health', '/health &lt;environment&gt; [service[,service…]|all] [--full]'],
  ['ops', '/ops status | audit [D-128] | help'],
] as const)('help for %s shows its grammar', (topic, usage) => {
  expect(shown(help(topic).blocks)).toContain(usage);
});
