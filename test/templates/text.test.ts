import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clockTime,
  code,
  cut,
  duration,
  escaped,
  handle,
  literal,
  mention,
  plural,
  some,
  when,
} from '../../src/templates/text.ts';
import { text } from './hostile.ts';

describe('foreign text', () => {
  test.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['a & b', 'a &amp; b'],
    ['two\nlines\tand  spaces ', 'two lines and spaces'],
    ['\u001b[31mred\u0007', '[31mred'],
    ['turned \u202earound', 'turned around'],
    ['half \ud83d', 'half'],
    ['ring @channel', 'ring @\u2060channel'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
  ])('%j is written as %j in mrkdwn', (raw, written) => {
    expect(escaped(raw)).toBe(written);
  });

  test('has look-alikes for angle brackets where there is no markup', () => {
    expect(literal('<b> & "c"')).toBe('‹b› & "c"');
  });

  test.each([
    ['a`b', '`aˋb`'],
    ['```', '`ˋˋˋ`'],
    ['', '`–`'],
    ['<!here>', '`&lt;!here&gt;`'],
  ])('%j as code is %j', (raw, written) => {
    expect(code(raw)).toBe(written);
  });

  test('is never longer than asked for', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 200 }), (raw, max) => {
        expect(escaped(raw, max).length).toBeLessThanOrEqual(max);
        expect(literal(raw, max).length).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('cutting', () => {
  test.each([
    ['short', 10, 'short'],
    ['longer than that', 7, 'longer…'],
    ['fish &amp; chips', 8, 'fish…'],
    ['ask <@U0000ANA1> now', 10, 'ask…'],
    ['ab👍cd', 4, 'ab…'],
    ['anything', 0, ''],
  ])('%j to %i gives %j', (whole, max, expected) => {
    expect(cut(whole, max)).toBe(expected);
  });
});

describe('people', () => {
  test('are rung by their id', () => {
    expect(mention({ id: 'U0000ANA1', name: 'ana' })).toBe('<@U0000ANA1>');
  });
  test('are only named where the id is none of Slack', () => {
    expect(mention({ id: '<!channel>', name: 'ana' })).toBe('@ana');
  });
  test('are named without ringing', () => {
    expect(handle({ id: 'U0000ANA1', name: 'channel' })).toBe('@\u2060channel');
  });
});

describe('times and figures', () => {
  test('a time is shown in the reader’s own time zone, with UTC as a fallback', () => {
    expect(when(1_772_544_900_000)).toBe(
      '<!date^1772544900^{date_short_pretty} {time}|2026-03-03 13:35 UTC>',
    );
    expect(clockTime(1_772_544_900_999)).toBe('<!date^1772544900^{time}|2026-03-03 13:35 UTC>');
  });
  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('%p is no time', (ms) => {
    expect(when(ms)).toBe('an unknown time');
  });
  test.each([
    [0, '0 s'],
    [-5, '0 s'],
    [850, '850 ms'],
    [999.9, '1 s'],
    [45_000, '45 s'],
    [59_999, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [3_780_000, '1 h 3 min'],
    [187_200_000, '2 d 4 h'],
  ])('%i ms are "%s"', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
  test('one is not many', () => {
    expect([plural(1, 'service'), plural(3, 'service')]).toEqual(['1 service', '3 services']);
  });
  test.each([
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
    [[], ''],
  ])('%j are told as "%s"', (words, told) => {
    expect(some(words, 3)).toBe(told);
  });
});
