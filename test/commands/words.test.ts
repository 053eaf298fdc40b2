/** What Slack makes of a typed command, undone. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FlagKinds, readWords } from '../../src/commands/words.ts';
import { Refusal } from '../../src/records/refusal.ts';

const kinds: FlagKinds = { plan: 'switch', 'skip-staging': 'switch', reason: 'text' };
const read = (text: string) => readWords('/deploy', text, kinds);
const wordsOf = (text: string) => read(text).words.map(({ value }) => value);
const flagsOf = (text: string) => read(text).flags.map(({ name, value }) => [name, value]);

function refusalOf(text: string): Refusal {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`not refused: ${text}`);
}

describe("Slack's formatting is undone", () => {
  test.each([
    ['&amp; &lt;b&gt;', ['&', '<b>']],
    ['&amp;lt;', ['&lt;']],
    ['<http://v1.2.3|v1.2.3>', ['v1.2.3']],
    ['<http://v1.2.3>', ['v1.2.3']],
    ['<https://1.2.3/>', ['1.2.3']],
    ['<http://api.example.com|api.example.com>', ['api.example.com']],
    ['<https://example.com/x?a=1&amp;b=2>', ['https://example.com/x?a=1&b=2']],
    ['<mailto:ana@example.com|ana@example.com>', ['ana@example.com']],
    [
      '<@U123|ana> <@U123> <#C1|general> <#C1|> <!here> <!subteam^S1|@ops>',
      ['@ana', '@U123', '#general', '#C1', '@here', '@ops'],
    ],
    ['`production` *api* _web_ ~x~', ['production', 'api', 'web', 'x']],
    ['production\u00a0api\u2003web\nzoo', ['production', 'api', 'web', 'zoo']],
    ['pro\u200bduction\ufeff \u202eapi\u2066', ['production', 'api']],
    ['a,b , c ,d', ['a', 'b', 'c', 'd']],
    ['a\u0000b', ['ab']],
    ['', []],
    [' \n ', []],
    ['<>', []],
  ])('%j', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });
});

describe('quotes', () => {
  test.each([
    ['"one two" three', ['one two', 'three']],
    ['“one two” three', ['one two', 'three']],
    ['‘one two’ three', ['one two', 'three']],
    ['«one two» three', ['one two', 'three']],
    ["'one two',three", ['one two', 'three']],
    ["don't panic, it's fine", ["don't", 'panic', "it's", 'fine']],
    ["'twas fine", ["'twas", 'fine']],
    ['"one two', ['one two']],
    ['one two"', ['one', 'two"']],
    ['5" wide', ['5"', 'wide']],
    ['""', ['']],
    ['"', ['']],
  ])('%j', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  test('what stands in them is kept as it was typed', () => {
    expect(read('“it’s  `broken` — *really*”').words[0]?.typed).toBe('it’s  `broken` — *really*');
  });
});

describe('flags', () => {
  test.each([
    ['--plan', [['plan', null]]],
    ['--PLAN', [['plan', null]]],
    ['—plan', [['plan', null]]],
    ['–skip-staging', [['skip-staging', null]]],
    ['-plan', [['plan', null]]],
    ['--reason "a b"', [['reason', 'a b']]],
    ['--reason=“a b”', [['reason', 'a b']]],
    ["--reason='a b'", [['reason', 'a b']]],
    ['--reason a b', [['reason', 'a']]],
    ['--reason=a,b', [['reason', 'a,b']]],
    ['--reason "a b --plan', [['reason', 'a b --plan']]],
    [
      '--reason "--plan" --plan',
      [
        ['reason', '--plan'],
        ['plan', null],
      ],
    ],
    ['--help', [['help', null]]],
    ['-h', [['help', null]]],
  ])('%s', (text, expected) => {
    expect(flagsOf(`x ${text}`)).toEqual(expected);
  });

  test('stand anywhere', () => {
    const { words, flags } = read('--plan production --reason "x y" api —skip-staging');
    expect(words.map(({ value }) => value)).toEqual(['production', 'api']);
    expect(flags.map(({ name }) => name)).toEqual(['plan', 'reason', 'skip-staging']);
  });

  test('are not what only looks like one: a dash in a sentence, or something in quotes', () => {
    expect(flagsOf('down -- see —the ticket – now "--plan it"')).toEqual([]);
  });

  test.each([
    ['--skp-staging', 'unknown-flag', '/deploy a --skip-staging b'],
    ['--pln', 'unknown-flag', '/deploy a --plan b'],
    ['—skipstaging', 'unknown-flag', '/deploy a --skip-staging b'],
    ['--reasn=x', 'unknown-flag', '/deploy a --reason=x b'],
    ['--force', 'unknown-flag', undefined],
    ['-y', 'unknown-flag', undefined],
    ['--constructor', 'unknown-flag', undefined],
    ['--plan=yes', 'unknown-flag', undefined],
    ['--reason --plan', 'missing-argument', undefined],
    ['--reason ""', 'missing-argument', undefined],
    ['--reason x --reason y', 'too-many-arguments', undefined],
  ])('%s is refused', (flag, code, command) => {
    const refusal = refusalOf(`a ${flag} b`);
    expect(refusal.code).toBe(code);
    expect(refusal.suggestion?.command).toBe(command);
  });

  test('without the text they need are refused', () => {
    expect(refusalOf('a --reason').code).toBe('missing-argument');
    expect(refusalOf('a --reason=').code).toBe('missing-argument');
  });
});

test('more than 2,000 characters are not read', () => {
  expect(refusalOf('x'.repeat(2_001)).code).toBe('unreadable');
  expect(wordsOf('x'.repeat(2_000))).toHaveLength(1);
});

test('of 10,000 arbitrary texts every one is read or refused, and every word stands where it says', () => {
  const bits = fc.constantFrom(
    '"',
    '“',
    "'",
    '--',
    '—',
    '-',
    '=',
    ',',
    ' ',
    '<',
    '>',
    '|',
    '&lt;',
    '&amp;',
    '`',
    'reason',
    'plan',
    '\u200b',
    '\ud800',
  );
  const text = fc
    .array(fc.oneof(bits, fc.string({ maxLength: 6, unit: 'binary' })), { maxLength: 60 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, (slackText) => {
      try {
        const { text, words, flags } = read(slackText);
        for (const { typed, start, end } of words) expect(text.slice(start, end)).toContain(typed);
        const spans = [...words, ...flags].sort((a, b) => a.start - b.start);
        // Between words and flags there is nothing but spaces and commas: no text is lost.
        let at = 0;
        for (const { start, end } of spans) {
          expect(text.slice(at, start)).toMatch(/^[\s,]*$/);
          at = end;
        }
        expect(text.slice(at)).toMatch(/^[\s,]*$/);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }),
    { numRuns: 10_000 },
  );
});
