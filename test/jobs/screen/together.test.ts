/** Lines that came at once are one message, as far as Slack takes it. */
import { expect, test } from '@jest/globals';
import { together } from '../../../src/jobs/screen/together.ts';
import { storyLine } from '../../../src/templates/story.ts';
import { record } from '../deployment/records.ts';

/** A line about each of so many services that failed, with so long evidence. */
const lines = (count: number, evidence: number) => {
  const entry = (n: number) => ({
    at: n,
    event: 'service-failed' as const,
    service: `svc-${n}`,
    by: null,
    detail: 'it did not start',
    evidence: Array.from({ length: evidence && 5 }, () => '"'.repeat(evidence)),
  });
  const d = record({ story: Array.from({ length: count }, (_, n) => entry(n)) });
  return d.story.flatMap((_, index) => storyLine(d, index) ?? []);
};

test('ten short lines are one message', () => {
  const { message, count } = together(lines(10, 0));
  expect(count).toBe(10);
  expect(message.text.split('\n')).toHaveLength(10);
});

test.each([100, 400])(
  'lines with much evidence (%i characters each) are several, each small enough',
  (evidence) => {
    const all = lines(10, evidence);
    const told: string[] = [];
    let messages = 0;
    for (let rest = all; rest.length > 0; messages++) {
      const { message, count } = together(rest);
      expect(JSON.stringify(message.blocks).length).toBeLessThanOrEqual(10_000);
      expect(message.blocks.length).toBeLessThanOrEqual(45);
      told.push(message.text);
      rest = rest.slice(count);
    }
    expect(messages).toBeGreaterThan(1);
    expect(told.join('\n')).toBe(all.map(({ text }) => text).join('\n'));
  },
);

test('one line that is too long by itself still is a message', () => {
  const block = { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'x'.repeat(11_000) } };
  const long = { text: 'long', blocks: [block] };
  expect(together([long, long])).toEqual({ message: long, count: 1 });
});
