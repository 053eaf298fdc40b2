/** What a Web API method is: who may call it, how often, which arguments it reads and what it does. */
import { z } from 'zod';
import { invalid } from '../blocks/check.ts';
import { complaints } from '../blocks/complaints.ts';
import type { Tier } from '../rate-limits.ts';
import type { State } from '../state.ts';

export type Args = Record<string, unknown>;

export interface Rule {
  tier: Tier;
  /** Any one of these scopes is enough; none are needed when empty. */
  scopes?: string[];
  /** Whether it changes what people see, and so belongs into the log. */
  writes?: boolean;
  /** Called with the app token instead of the bot's. */
  appToken?: boolean;
}

export interface Method extends Rule {
  run(args: Args, state: State): Record<string, unknown>;
}
export type Methods = Readonly<Record<string, Method>>;

export function method<Shape extends z.ZodRawShape>(
  rule: Rule,
  shape: Shape,
  run: (args: z.output<z.ZodObject<Shape>>, state: State) => Record<string, unknown> | undefined,
): Method {
  const schema = z.object(shape);
  return {
    ...rule,
    run: (args, state) => {
      const parsed = schema.safeParse(args);
      if (!parsed.success) throw invalid('invalid_arguments', complaints(parsed.error, args, []));
      return run(parsed.data, state) ?? {};
    },
  };
}

/** Form bodies carry booleans, numbers and JSON as text. */
export const flag = z.preprocess(
  (value) =>
    value === 'true' || value === '1' || value === 1
      ? true
      : value === 'false' || value === '0'
        ? false
        : value,
  z.boolean().optional(),
);
export const count = (most: number, fallback: number) =>
  z.coerce.number().int().min(1).max(most).default(fallback);
export const json = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}, z.unknown());
/** Slack documentation, conversations.invite: up to 100 at once. */
export const idList = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((id) => id.trim()) : value),
  z.array(z.string().min(1)).min(1).max(100),
);

/** One page of a list and Slack's `next_cursor`. */
export function page<Item>(
  items: Item[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): { items: Item[]; next: string } {
  const start = cursor ? Number(Buffer.from(cursor, 'base64').toString().replace('offset:', '')) : 0;
  const end = start + limit;
  const next = end < items.length ? Buffer.from(`offset:${end}`).toString('base64') : '';
  return { items: items.slice(start, end), next };
}
export const paging = { cursor: z.string().optional(), limit: count(1000, 100) };
