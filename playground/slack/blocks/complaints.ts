/** Turns what zod found into Slack's sentences: 'must be less than 76 characters [json-pointer:/blocks/0/…]'. */
import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** `value` is what was checked and `root` the pointer to it, for example ['blocks']. */
export function complaints(error: z.ZodError, value: unknown, root: string[]): string[] {
  const lines = error.issues.flatMap((issue) => complaint(issue, value, root));
  return [...new Set(lines)];
}

export function at(text: string, path: Path): string {
  return `${text} [json-pointer:/${path.map(String).join('/')}]`;
}

type Issue = z.core.$ZodIssue;

function complaint(issue: Issue, value: unknown, root: string[]): string[] {
  const path = [...root, ...issue.path];
  const found = lookUp(value, issue.path);
  if (found === undefined && issue.path.length > 0 && issue.code !== 'custom') {
    return [at(`missing required field: ${String(issue.path.at(-1))}`, path.slice(0, -1))];
  }
  switch (issue.code) {
    case 'too_big':
      return [at(tooBig(issue), path)];
    case 'too_small':
      return [at(tooSmall(issue), path)];
    case 'unrecognized_keys':
      return issue.keys.map((key) => at(`invalid additional property: ${key}`, path));
    case 'invalid_union':
      return inUnion(issue, found, value, root);
    case 'invalid_type':
      return [at(`must be ${article(issue.expected)}`, path)];
    case 'invalid_value':
      return [
        issue.path.at(-1) === 'type'
          ? at(`unsupported type: ${String(found)}`, path)
          : at(`must be one of: ${issue.values.map(String).join(', ')}`, path),
      ];
    default:
      return [at(issue.message, path)];
  }
}

function inUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  found: unknown,
  value: unknown,
  root: string[],
): string[] {
  const path = [...root, ...issue.path];
  if (issue.path.at(-1) === 'type') return [at(`unsupported type: ${String(found)}`, path)];
  if (issue.errors.length === 0) return [at('unsupported value', path)];
  const first = issue.errors[0] ?? [];
  return first.flatMap((inner) => complaint({ ...inner, path: [...issue.path, ...inner.path] }, value, root));
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>): string {
  const most = Number(issue.maximum);
  if (issue.origin === 'string') return `must be less than ${most + 1} characters`;
  if (issue.origin === 'array') return `no more than ${most} items allowed`;
  return `must be at most ${most}`;
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  const least = Number(issue.minimum);
  if (issue.origin === 'string') return `must be more than ${least - 1} characters`;
  if (issue.origin === 'array') return `no less than ${least} items allowed`;
  return `must be at least ${least}`;
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function lookUp(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined),
    value,
  );
}
