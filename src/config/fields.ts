/** The kinds of values that several parts of the catalog are made of. */
import ms from 'ms';
import { z } from 'zod';

export const roles = ['deployers', 'approvers', 'responders', 'communicators', 'admins'] as const;
export type Role = (typeof roles)[number];

const longest = 30 * 24 * 3_600_000;

/** "30s", "5m", "1h" -> milliseconds. */
export const duration = z
  .string('expected a duration such as 500ms, 30s, 5m or 1h')
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'expected a duration such as 500ms, 30s, 5m or 1h')
  .transform((text) => ms(text as ms.StringValue))
  .refine((value) => value > 0 && value <= longest, 'expected more than 0 and at most 30d');

/** "95%" -> 0.95. */
export const share = z
  .string('expected a percentage such as 95%')
  .regex(/^\d+(\.\d+)?%$/, 'expected a percentage such as 95%')
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((value) => value <= 1, 'expected at most 100%');

export const personEntry = z
  .string()
  .regex(
    /^([UW][A-Z0-9]{6,}|S[A-Z0-9]{6,}|@[a-z0-9._-]+|[^@\s]+@[^@\s]+\.[^@\s]+)$/,
    'expected a Slack user id (U…), a user group (@handle or S…) or an e-mail address',
  );

export const channel = z
  .string()
  .regex(/^(#[a-z0-9._-]{1,79}|[CG][A-Z0-9]{6,})$/, 'expected #channel or a channel id');

export const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]));
