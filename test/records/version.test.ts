/** Versions among the tags of a registry. */
import { describe, expect, test } from '@jest/globals';
import { isTag, looksLikeVersion, sameVersion } from '../../src/records/version.ts';

describe('what looks like a version', () => {
  test.each([
    'v1.2.3',
    '1.2.3',
    'V1',
    '42',
    'v1.2.3-rc.1',
    '1.2.3_build5',
    '2026.11.20-abc1234',
    '2026-11-20',
    'abc1234',
    'deadbeef',
    'ABC1234',
    '0123456789abcdef0123456789abcdef01234567',
    'sha-abc1234',
    'release-1.2.3',
    'build-42',
  ])('%s does', (tag) => {
    expect(looksLikeVersion(tag)).toBe(true);
  });

  test.each([
    'latest',
    'main',
    'production',
    'api-gateway',
    'abc123',
    'x0123456789abcdef0123456789abcdef012345678',
    'buildcache',
    '5xx',
    'v1.2.3+5',
    'v1.',
    '1.2.3/4',
    '-1',
    '',
    ' 1.2.3',
    `1.${'2'.repeat(130)}`,
  ])('"%s" does not', (tag) => {
    expect(looksLikeVersion(tag)).toBe(false);
  });
});

test.each([
  ['a', true],
  ['_a.b-C', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['.a', false],
  ['-a', false],
  ['a:b', false],
  ['ä', false],
  ['', false],
])('a registry takes the tag %j: %j', (text, expected) => {
  expect(isTag(text)).toBe(expected);
});

test.each([
  ['v1.2.3', '1.2.3', true],
  ['1.2.3', 'V1.2.3', true],
  ['v1.2.3', 'v1.2.3', true],
  ['v1.2.3', 'v1.2.30', false],
  ['vabc1234', 'abc1234', false],
  ['1.2.3', '1.2.3.0', false],
])('%s and %s are the same version: %j', (a, b, expected) => {
  expect(sameVersion(a, b)).toBe(expected);
});
