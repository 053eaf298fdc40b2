import { describe, expect, test } from '@jest/globals';
import type { KnownBlock } from '@slack/types';
import { checkMessageBlocks } from '../../../playground/slack/blocks/check.ts';
import { checkModal } from '../../../playground/slack/blocks/view.ts';
import { SlackError } from '../../../playground/slack/slack-error.ts';

const none = new Set<string>();

function refusal(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return error.sentences.length > 0 ? error.sentences : [error.code];
  }
}
const ofMessage = (blocks: unknown) => refusal(() => checkMessageBlocks(blocks, none));
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), action_id: 'go', ...more });
const rich = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
const option = (number: number) => ({ text: plain(`option ${number}`), value: `${number}` });
const list = <Item>(length: number, make: (index: number) => Item) =>
  Array.from({ length }, (_, index) => make(index));

describe('Blocks of a message that Slack takes', () => {
  const fine: KnownBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: 'Deploy' } },
    { type: 'section', fields: [{ type: 'mrkdwn', text: '*a*' }] },
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'by ana' }] },
    {
      type: 'plan',
      title: 'Deploy',
      tasks: [
        {
          type: 'task_card',
          task_id: 'a',
          title: 'Stage 1',
          status: 'in_progress',
          details: {
            type: 'rich_text',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'api' }] }],
          },
        },
      ],
    },
    {
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: 'api' },
          { type: 'raw_number', value: 3, text: '3' },
        ],
      ],
    },
    {
      type: 'actions',
      elements: [{ type: 'button', text: { type: 'plain_text', text: 'Approve' }, style: 'primary' }],
    },
  ];

  test('get the ids they did not have', () => {
    const [, , , , , actions] = checkMessageBlocks(fine, none);
    expect(actions).toMatchObject({
      block_id: expect.any(String),
      elements: [{ action_id: expect.any(String) }],
    });
  });
});

describe('Blocks of a message that Slack refuses', () => {
  const cases: [string, unknown, string[]][] = [
    ['an unknown block', [{ type: 'banner' }], ['unsupported type: banner [json-pointer:/blocks/0/type]']],
    [
      'an alert',
      [{ type: 'alert', text: plain('x') }],
      ['unsupported type: alert [json-pointer:/blocks/0/type]'],
    ],
    [
      '51 blocks',
      list(51, () => ({ type: 'divider' })),
      ['no more than 50 items allowed [json-pointer:/blocks]'],
    ],
    [
      'a long section',
      [section('x'.repeat(3001))],
      ['must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
    ],
    [
      'an empty section',
      [section('')],
      ['must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    ],
    [
      'a section of nothing',
      [{ type: 'section' }],
      ['must define either `text` or `fields` [json-pointer:/blocks/0]'],
    ],
    ['a missing field', [{ type: 'header' }], ['missing required field: text [json-pointer:/blocks/0]']],
    [
      'mrkdwn in a header',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      ['unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]'],
    ],
    [
      'an additional property',
      [{ type: 'divider', color: 'red' }],
      ['invalid additional property: color [json-pointer:/blocks/0]'],
    ],
    [
      '11 fields',
      [{ type: 'section', fields: list(11, () => plain('x')) }],
      ['no more than 10 items allowed [json-pointer:/blocks/0/fields]'],
    ],
    [
      '26 actions',
      [{ type: 'actions', elements: list(26, (n) => button({ action_id: `${n}` })) }],
      ['no more than 25 items allowed [json-pointer:/blocks/0/elements]'],
    ],
    [
      'a long button',
      [{ type: 'actions', elements: [button({ text: plain('x'.repeat(76)) })] }],
      ['must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]'],
    ],
    [
      'a long value',
      [{ type: 'actions', elements: [button({ value: 'x'.repeat(2001) })] }],
      ['must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]'],
    ],
    [
      'an unknown style',
      [{ type: 'actions', elements: [button({ style: 'warning' })] }],
      ['must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]'],
    ],
    [
      'a long confirm title',
      [
        {
          type: 'actions',
          elements: [button({ confirm: { title: plain('x'.repeat(101)), text: plain('x') } })],
        },
      ],
      ['must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]'],
    ],
    [
      '101 options',
      [{ type: 'actions', elements: [{ type: 'static_select', options: list(101, option) }] }],
      ['no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]'],
    ],
    [
      'the same block_id twice',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      ['block_id already exists: a [json-pointer:/blocks/1/block_id]'],
    ],
    [
      'the same action_id twice',
      [{ type: 'actions', elements: [button(), button()] }],
      ['action_id already exists: go [json-pointer:/blocks/0]'],
    ],
    [
      'an initial option that is not offered',
      [
        {
          type: 'actions',
          elements: [{ type: 'static_select', options: [option(1)], initial_option: option(2) }],
        },
      ],
      ['initial options must match one of the options [json-pointer:/blocks/0]'],
    ],
    [
      'two tables',
      list(2, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] })),
      ['only_one_table_allowed'],
    ],
    [
      'a task with an unknown status',
      [{ type: 'task_card', task_id: 'a', title: 'x', status: 'done' }],
      ['must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/status]'],
    ],
    [
      'a task with plain details',
      [
        {
          type: 'plan',
          title: 'x',
          tasks: [{ type: 'task_card', task_id: 'a', title: 'x', status: 'error', details: 'no' }],
        },
      ],
      ['must be an object [json-pointer:/blocks/0/tasks/0/details]'],
    ],
    ['too much in all', list(5, () => section('x'.repeat(2900))), ['msg_blocks_too_long']],
    [
      'an empty rich text',
      [rich('')],
      ['must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]'],
    ],
    ['no list at all', { type: 'divider' }, ['invalid_blocks_format']],
  ];
  test.each(cases)('%s', (_name, blocks, expected) => {
    expect(ofMessage(blocks)).toEqual(expected);
  });
});

describe('Modals that Slack refuses', () => {
  const modal = {
    type: 'modal',
    title: plain('Roll back'),
    submit: plain('Roll back'),
    blocks: [] as unknown[],
  };
  const input = {
    type: 'input',
    label: plain('Reason'),
    element: { type: 'plain_text_input', action_id: 'reason' },
  };
  const { submit: _submit, ...withoutSubmit } = modal;
  const cases: [string, unknown, string[]][] = [
    [
      'a long title',
      { ...modal, title: plain('x'.repeat(25)) },
      ['must be less than 25 characters [json-pointer:/view/title/text]'],
    ],
    [
      'a long submit',
      { ...modal, submit: plain('x'.repeat(25)) },
      ['must be less than 25 characters [json-pointer:/view/submit/text]'],
    ],
    [
      'long private metadata',
      { ...modal, private_metadata: 'x'.repeat(3001) },
      ['must be less than 3001 characters [json-pointer:/view/private_metadata]'],
    ],
    [
      'an input without a label',
      { ...modal, blocks: [{ type: 'input', element: input.element }] },
      ['missing required field: label [json-pointer:/view/blocks/0]'],
    ],
    [
      'inputs without submit',
      { ...withoutSubmit, blocks: [input] },
      ['a `submit` is required when an input block is in the view [json-pointer:/view]'],
    ],
    [
      'a plan',
      { ...modal, blocks: [{ type: 'plan', title: 'x' }] },
      ['unsupported type: plan [json-pointer:/view/blocks/0/type]'],
    ],
    [
      '101 blocks',
      { ...modal, blocks: list(101, () => ({ type: 'divider' })) },
      ['no more than 100 items allowed [json-pointer:/view/blocks]'],
    ],
    ['no object', 'modal', ['must be a JSON object [json-pointer:/view]']],
  ];
  test.each(cases)('%s', (_name, view, expected) => {
    expect(refusal(() => checkModal(view, none))).toEqual(expected);
  });

  test('but an alert and inputs are fine', () => {
    const blocks = [{ type: 'alert', text: plain('Careful'), level: 'warning' }, input];
    expect(refusal(() => checkModal({ ...modal, blocks }, none))).toEqual([]);
  });
});
