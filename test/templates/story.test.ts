import { describe, expect, test } from '@jest/globals';
import { storyEvents } from '../../src/records/deployment.ts';
import { storyLine } from '../../src/templates/story.ts';
import { ben, failedRollout, sample, start, states, told } from './samples.ts';
import { shown } from './shown.ts';

const line = (entry: ReturnType<typeof told>, changes = {}) => {
  const message = storyLine(sample({ ...changes, story: [told('started'), entry] }), 1);
  return message && shown(message.blocks);
};

describe('the thread tells', () => {
  test.each([
    [told('approved', { by: ben }), '👍 *Approved* by @ben'],
    [told('rejected', { by: ben, detail: 'not today' }), '🚫 *Rejected* by @ben: not today'],
    [told('expired'), '⌛ *Nobody approved it in time*'],
    [
      told('expired', { detail: 'D-127 still holds production' }),
      '⌛ *Waited long enough*: D-127 still holds production',
    ],
    [told('waiting-for-lock', { detail: 'D-127' }), '🔒 *Waiting for its turn* behind D-127'],
    [told('stage-started', { detail: '2' }), '🚀 *Stage 2 starts*'],
    [told('service-stable', { service: 'auth' }), '✅ `auth` is stable'],
    [told('service-unchanged', { service: 'auth' }), '☑️ `auth` already ran the wanted version'],
    [told('stage-verified', { detail: '1' }), '✅ *Stage 1 is verified*'],
    [
      told('watch-started', { detail: String(start) }),
      /👀 \*The watch begins\* and lasts until <!date\^1772544900/,
    ],
    [
      told('stop-asked', { by: ben, detail: 'customers complain' }),
      '✋ *Stopped* by @ben: customers complain',
    ],
    [told('service-restored', { service: 'web', detail: 'v1.2.2' }), '✅ `web` is put back to `v1.2.2`'],
    [told('held', { detail: 'no answer' }), '✋ *Held: somebody has to decide*, <@U0000ANA1>: no answer'],
    [told('answered', { by: ben, detail: 'retry' }), '💬 *Trying again* by @ben'],
    [told('answered', { detail: 'leave' }), '💬 *Left as it is*, because nobody answered in time'],
    [told('ended', { at: start + 600_000, detail: 'succeeded' }), '🏁 *Done*, after 10 min · <@U0000ANA1>'],
  ])('%j', (entry, expected) => {
    expect(line(entry)).toMatch(expected);
  });

  test('the evidence with a failure', () => {
    const { problem: detail, evidence } = failedRollout;
    expect(line(told('service-failed', { service: 'web', detail, evidence }))).toMatch(
      /❌ `web` failed: the circuit breaker of ECS rolled it back\n`Essential container/,
    );
  });
});

test.each(['requested', 'planned', 'approval-asked', 'service-updated'] as const)(
  'the card alone shows "%s"',
  (event) => {
    expect(line(told(event))).toBeNull();
  },
);

test('what an entry before has told is not told again at the end', () => {
  expect(line(told('ended', { detail: 'rejected' }))).toBeNull();
});

test('an ending that nobody knows is not told', () => {
  expect(line(told('ended', { detail: 'constructor' }))).toBeNull();
});

test('an entry that does not exist has no line', () => {
  expect(storyLine(sample({ story: [] }), 3)).toBeNull();
});

describe('with very many services', () => {
  const { releases } = states['many-rollout'] ?? sample();

  test.each(['service-stable', 'service-unchanged', 'service-restored'] as const)(
    '"%s" is not told one by one',
    (event) => {
      expect(line(told(event, { service: 'service-001' }), { releases })).toBeNull();
    },
  );

  test('failures are', () => {
    expect(line(told('service-failed', { service: 'service-051' }), { releases })).toContain(
      '`service-051` failed',
    );
  });

  test('the end of a stage sums up', () => {
    const story = [
      told('stage-started', { detail: '1' }),
      ...Array.from({ length: 60 }, (_, n) => told('service-stable', { service: `s-${n}` })),
      ...Array.from({ length: 20 }, (_, n) => told('service-unchanged', { service: `u-${n}` })),
      told('stage-verified', { detail: '1' }),
    ];
    const message = storyLine(sample({ releases, story }), story.length - 1);
    expect(message?.text).toContain('*Stage 1 is verified*: 60 services stable, 20 services ran it already');
  });
});

test('a line never changes with what comes later', () => {
  const story = storyEvents.map((event, n) =>
    told(event, { service: 'web', by: ben, detail: '1', at: start + n }),
  );
  const early = (n: number) => storyLine(sample({ story: story.slice(0, n + 1) }), n);
  const late = (n: number) => storyLine(sample({ ...states['rolled-back'], story, requestedAt: start }), n);
  for (const n of story.keys()) expect(late(n)).toEqual(early(n));
});
