/** Whatever is typed, pressed, filled in or used about incidents: an answer that Slack takes and that rings nobody. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { draftIncident } from '../../src/jobs/incident/declare.ts';
import { incidentBlocks, incidentForms } from '../../src/templates/incident/forms.ts';
import { incidentVerbNames } from '../../src/templates/incident/help.ts';
import { incidentActions, incidentValue } from '../../src/templates/incident-actions.ts';
import { type Deliver, openApp } from '../fuzz/app.ts';
import { deployer, type OpenDesk, openDesk, visitor } from '../fuzz/desk.ts';
import type { Verdict } from '../fuzz/judge.ts';
import { text as hostile } from '../templates/hostile.ts';

let open: OpenDesk;
let deliver: Deliver;
let number = 0;

beforeAll(async () => {
  open = await openDesk();
  const { store } = open.desk;
  deliver = openApp({
    ...open.desk,
    // A refusal because the machine was busy would say nothing about the input.
    store: {
      ...store,
      createIncident: (draft, request, audit) => store.createIncident(draft, request, audit, null),
    },
  });
  const states = [
    {},
    { status: 'resolved' },
    { status: 'merged', mergedInto: 'INC-1' },
    { isPrivate: true },
  ] as const;
  for (const [index, state] of states.entries()) {
    const who = { id: 'U0SOMEBODY', name: 'eve <!channel>' };
    const draft = draftIncident(
      {
        kind: 'outage',
        title: 'All <!here> is *down*',
        severity: 'P1',
        environment: 'production',
        services: ['api-gateway'],
        drill: null,
        impact: '@channel `x`',
        source: { kind: 'person', id: null },
        declaredBy: who,
        detectedAt: null,
        alerts: [],
        deployments: [],
        evidence: [],
      },
      Date.now(),
    );
    const audit = {
      at: 0,
      who,
      what: 'incident.declared',
      deployment: null,
      environment: null,
      detail: null,
      from: 'command' as const,
    };
    await store.createIncident({ ...draft, ...state }, `hostile-${index}`, audit, null);
  }
});
afterAll(() => open.close());

const team = { id: 'T0000TEAM', domain: 'skillancer' };
const nextId = () => `${++number}.4711.a1b2`;
const person = fc.oneof(
  fc.constantFrom({ id: deployer, name: 'ana' }, { id: visitor, name: 'dave' }),
  hostile.map((name) => ({ id: 'U0UNKNOWN1', name })),
);
const reference = fc.constantFrom('INC-1', 'INC-2', 'INC-3', 'INC-4', '1', '#2', 'INC-77777', '', 'INC-');
const said = hostile.map((text) => text.slice(0, 300));

async function judged<T>(inputs: fc.Arbitrary<T>, act: (input: T) => Promise<Verdict>, runs: number) {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => {
      const { branch, wrong } = await act(input);
      seen.set(branch, (seen.get(branch) ?? 0) + 1);
      expect(wrong).toEqual([]);
    }),
    { numRuns: runs },
  );
  return seen;
}

test('commands', async () => {
  const verb = fc.constantFrom(...incidentVerbNames, 'P1', 'P2', 'production', 'api-gateway');
  const word = fc.oneof(
    said,
    reference,
    fc.constantFrom(
      'P3',
      '@ana',
      '@U0ANA00001',
      'by',
      '2099-12-24',
      'commander',
      'https://links.example/<>',
      'monitoring',
      'overload',
      '--kind security',
    ),
  );
  const text = fc
    .tuple(verb, reference, fc.array(word, { maxLength: 4 }))
    .map(([a, b, rest]) => [a, b, ...rest].join(' '));
  const seen = await judged(
    fc.record({ text: fc.oneof(text, hostile), user: person }),
    ({ text, user }) =>
      deliver({
        command: '/incident',
        text,
        user_id: user.id,
        user_name: user.name,
        channel_id: 'C0000GEN1',
        team_id: team.id,
        trigger_id: nextId(),
        response_url: 'https://hooks.example/answer',
      }),
    1_500,
  );
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['form', 'refused', 'taken']));
}, 120_000);

test('buttons and menus', async () => {
  const value = fc.oneof(
    fc
      .tuple(
        reference,
        fc.option(
          fc.oneof(
            said,
            fc.constantFrom(
              '1',
              'commander',
              'restart api-gateway',
              'roll-back api-gateway v1',
              'freeze',
              'verified',
              '-1',
              '1e99',
            ),
          ),
        ),
      )
      .map(([id, arg]) => incidentValue(id, arg)),
    hostile,
    fc.constant(undefined),
  );
  const seen = await judged(
    fc.record({
      action: fc.constantFrom(...Object.values(incidentActions)),
      suffix: fc.oneof(
        fc.constant(''),
        said.map((text) => `/${text}`),
      ),
      value,
      block: fc.oneof(
        reference.map((id) => `${id}:symptoms`),
        said,
      ),
      chosen: fc.array(fc.oneof(fc.constantFrom('slow', 'other'), said), { maxLength: 4 }),
      user: person,
    }),
    ({ action, suffix, value, block, chosen, user }) =>
      deliver({
        type: 'block_actions',
        user,
        team,
        trigger_id: nextId(),
        channel: { id: 'C0000GEN1' },
        response_url: 'https://hooks.example/answer',
        actions: [
          action === incidentActions.symptoms
            ? {
                type: 'multi_static_select',
                action_id: action,
                block_id: block,
                action_ts: '1',
                selected_options: chosen.map((v) => ({ value: v })),
              }
            : { type: 'button', action_id: `${action}${suffix}`, block_id: block, action_ts: '1', value },
        ],
      }),
    1_500,
  );
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['form', 'refused', 'taken']));
}, 120_000);

test('forms', async () => {
  const answer = fc.oneof(
    hostile.map((value) => ({ value })),
    fc
      .constantFrom(
        'P1',
        'investigating',
        'monitoring',
        'commander',
        'production',
        'staging',
        'security',
        'INC-1',
        'resolved',
      )
      .map((value) => ({ selected_option: { value } })),
    fc.constantFrom('api-gateway', 'all', 'nothing').map((value) => ({ selected_options: [{ value }] })),
    fc.constantFrom(
      { selected_user: 'U0000ANA1' },
      { selected_date: '2099-12-24' },
      { selected_date: '2001-01-01' },
      { selected_date: 'soon' },
      {},
    ),
  );
  const blocks = [
    ...Object.values(incidentBlocks),
    'environment',
    'services',
    'follow-up-1',
    'owner-1',
    'due-1',
  ];
  const values = fc.dictionary(
    fc.constantFrom(...blocks),
    answer.map((one) => ({ answer: one })),
    { minKeys: 4, maxKeys: 16 },
  );
  const carried = fc.record({
    channel: fc.constant('C0000GEN1'),
    incident: reference,
    n: fc.constantFrom(1, 2, -1),
    said: fc.constantFrom(null, { channel: 'C1', ts: '1.2', user: 'U1', text: 'x', link: null }),
  });
  const seen = await judged(
    fc.record({
      callback: fc.constantFrom(...Object.values(incidentForms)),
      metadata: fc.oneof(
        carried.map((all) => JSON.stringify(all)),
        hostile,
      ),
      values,
      user: person,
    }),
    ({ callback, metadata, values, user }) =>
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
          blocks: [
            { type: 'context', block_id: 'about' },
            ...blocks.map((block_id) => ({ type: 'input', block_id })),
          ],
        },
      }),
    1_500,
  );
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['refused in the form', 'taken']));
}, 120_000);

test('shortcuts', async () => {
  const seen = await judged(
    fc.record({
      callback: fc.constantFrom(
        'declare-incident',
        'declare-incident-from-message',
        'add-to-timeline',
        'another',
      ),
      message: fc.option(
        fc.record({
          text: hostile,
          ts: fc.constantFrom('1700000000.000100', 'x'),
          user: fc.constantFrom('U1', undefined),
        }),
      ),
      user: person,
    }),
    ({ callback, message, user }) =>
      deliver({
        type: message ? 'message_action' : 'shortcut',
        callback_id: callback,
        trigger_id: nextId(),
        user,
        team,
        ...(message && {
          message: { type: 'message', ...message },
          message_ts: message.ts,
          channel: { id: 'C0000GEN1', name: 'general' },
          response_url: 'https://hooks.example/answer',
        }),
      }),
    1_000,
  );
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['form', 'refused']));
}, 120_000);
