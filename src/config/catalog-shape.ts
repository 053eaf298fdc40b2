/** Holds a catalog's plain values against its zod schema and says in plain words, place by place, what does not fit. */
import { z } from 'zod';
import { type CatalogFile, catalogFile } from './catalog.ts';
import { nearest } from './nearest.ts';
import type { Path } from './yaml-source.ts';

export interface Finding {
  readonly path: Path;
  readonly message: string;
}

export type Shape = { file: CatalogFile } | { findings: Finding[] };

export function checkShape(value: unknown): Shape {
  const read = catalogFile.safeParse(value, { error: inWords, reportInput: true });
  return read.success
    ? { file: read.data }
    : { findings: read.error.issues.flatMap((issue) => findingsOf(issue)) };
}

type Issue = z.core.$ZodIssue;

function findingsOf(issue: Issue, above: Path = []): Finding[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      // One line a key, in the order of `keys`: see inWords.
      return issue.message
        .split('\n')
        .map((message, index) => ({ path: [...path, issue.keys[index] ?? ''], message }));
    case 'invalid_key':
      return issue.issues.flatMap((inner) => findingsOf(inner, path));
    case 'invalid_union': {
      const likeliest = issue.errors.findLast((errors) => errors.every((inner) => inner.path.length > 0));
      const errors = likeliest ?? issue.errors[0];
      if (issue.input !== undefined && errors) return errors.flatMap((inner) => findingsOf(inner, path));
      break;
    }
  }
  return [{ path, message: issue.input === undefined ? 'is missing' : issue.message }];
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list (- entry)',
  object: 'settings (name: value)',
  record: 'settings (name: value)',
};

/** What zod's own English would say for programmers; undefined leaves it to zod. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${nouns[issue.expected] ?? issue.expected}${issue.input === null ? ', found nothing' : ''}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, knownKeys(issue.inst))).join('\n');
    case 'invalid_value':
      return `expected ${choice(issue.values.map(String))}${didYouMean(issue.input, issue.values.map(String))}`;
    case 'invalid_union': {
      const options = Array.isArray(issue.options) ? issue.options.map(String) : [];
      return options.length > 0
        ? `expected ${choice(options)}${didYouMean(issue.input, options)}`
        : undefined;
    }
    case 'too_small':
      return `expected at least ${issue.minimum}${counted(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${counted(issue.origin, issue.maximum)}`;
    default:
      return undefined;
  }
}

const knownKeys = (schema: unknown): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

const unknownKey = (key: string, known: readonly string[]): string =>
  `is not a setting${didYouMean(key, known) || (known.length > 0 ? `; there are ${known.join(', ')}` : '')}`;

function didYouMean(input: unknown, known: readonly string[]): string {
  const meant = typeof input === 'string' ? nearest(input, known) : undefined;
  return meant ? `; did you mean ${meant}?` : '';
}

const choice = (options: readonly string[]): string =>
  options.length < 2 ? options.join('') : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`;

const counted = (origin: string, limit: unknown): string => {
  const noun = origin === 'string' ? ' character' : origin === 'array' ? ' entry' : '';
  return Number(limit) === 1 ? noun : noun.replace(/r$/, 'rs').replace(/y$/, 'ies');
};
