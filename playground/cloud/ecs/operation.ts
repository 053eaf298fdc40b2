/** What an operation of the API is to the server: checked input in, answer out, and what it wrote. */
import { z } from 'zod';
import type { World } from '../world.ts';
import { type AwsFailure, invalidParameter } from './failure.ts';

/** Dates travel as seconds since 1970 in AWS's JSON protocol; all else as the SDK's own types say it. */
export type Wire<T> = T extends Date
  ? number
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Field in keyof T]: Wire<T[Field]> }
      : T;

export const seconds = (ms: number) => ms / 1000;
export const secondsMaybe = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

/** What a mutating call did. */
export interface Written {
  cluster?: string;
  service?: string;
  taskDefinition?: string;
  /** False when everything was already as the call wants it. */
  effect: boolean;
}

export interface Answer {
  output: object;
  /** Only of mutating calls. */
  written?: Written;
}

export type Operation = (world: World, input: unknown) => Answer;

export function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (world: World, input: z.output<Schema>) => Answer,
  refuse: (message: string) => AwsFailure = invalidParameter,
): Operation {
  return (world, raw) => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return run(world, parsed.data);
    const [issue] = parsed.error.issues;
    throw refuse(`${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? 'is not valid'}`);
  };
}

export const paging = {
  maxResults: z.int().optional(),
  nextToken: z.string().optional(),
};

/** One page of `items`; the token names the place where the next one starts. */
export function page<Item>(
  items: Item[],
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
  { usual, most }: { usual: number; most: number },
): { items: Item[]; nextToken?: string } {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > most)) {
    throw invalidParameter(`maxResults must be between 1 and ${most}.`);
  }
  const from = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString());
  if (!Number.isSafeInteger(from) || from < 0) throw invalidParameter('Invalid token.');
  const to = from + (maxResults ?? usual);
  const rest = to < items.length ? { nextToken: Buffer.from(String(to)).toString('base64url') } : {};
  return { items: items.slice(from, to), ...rest };
}

export const tags = z
  .array(z.object({ key: z.string().min(1).max(128), value: z.string().max(256).default('') }))
  .max(50);
