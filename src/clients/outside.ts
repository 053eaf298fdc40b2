/** How the bot asks a service outside over HTTP: patience, the two ways of not getting an answer, and no secret in either. */
import { z } from 'zod';
import type { Clock } from './clock.ts';

/**
 * The service could not be reached, wants us to wait, or said nothing that can be understood: try again after `retryIn`
 * milliseconds. Whether it did what it was asked is not known, so look before asking again.
 */
export class OutsideAway extends Error {
  override readonly name = 'OutsideAway';
  readonly service: string;
  /** Milliseconds of the clock's time. */
  readonly retryIn: number;
  /** It said that these were too many requests: nobody should ask it before. */
  readonly limited: boolean;
  constructor(service: string, what: string, { retryIn = awayFor, limited = false } = {}) {
    super(`${service} ${what}`);
    this.service = service;
    this.retryIn = retryIn;
    this.limited = limited;
  }
}

/**
 * The service said no, and would say it again. `reason` is its own text, on one line, cut and without our secrets, but
 * plain: templates escape it like all foreign text. `status` is null where we did not even ask.
 */
export class OutsideRefused extends Error {
  override readonly name = 'OutsideRefused';
  readonly service: string;
  readonly status: number | null;
  readonly reason: string;
  constructor(service: string, status: number | null, reason: string) {
    super(`${service} refused${status === null ? '' : ` (${status})`}: ${reason}`);
    this.service = service;
    this.status = status;
    this.reason = reason;
  }
}

/** Within which a service may be back, in milliseconds, where it does not say. */
const awayFor = 10_000;
/** No service makes us wait for longer than an hour (GitHub documentation: its limits are counted by the hour). */
const longestWait = 60 * 60_000;
/** How long an answer may take, in milliseconds of the clock's time. */
const patience = 8_000;
/** A clock that runs faster does not make the network faster: real milliseconds that an answer always gets. */
const leastPatience = 2_000;
const longestReason = 300;

export interface OutsideCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

interface OutsideAnswer<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** Throws an `OutsideAway` or an `OutsideRefused`, nothing else. */
export type AskOutside = <T>(call: OutsideCall, shape: z.ZodType<T>) => Promise<OutsideAnswer<T>>;

interface OutsideService {
  /** As people call it. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Blanked out of whatever the service says. */
  readonly secrets: readonly (string | null)[];
  readonly clock: Clock;
}

/** The one way to ask a service: answers are checked against `shape`, redirects are not followed. */
export function createOutside({ name, headers, secrets, clock }: OutsideService): AskOutside {
  const inWords = (text: string) => readable(text, secrets);

  return async (call, shape) => {
    const { status, headers: answered, text } = await sent(call, { name, headers, clock });
    if (isAway(status, answered)) {
      const retryIn = waitIn(answered, clock.now());
      throw new OutsideAway(name, `answered ${status}`, { retryIn, limited: status < 500 && status !== 408 });
    }
    if (status < 200 || status > 299) throw new OutsideRefused(name, status, inWords(reasonIn(status, text)));
    const body = shape.safeParse(json(text));
    if (!body.success)
      throw new OutsideAway(name, `answered ${status} with something else than it documents`);
    return { body: body.data, headers: answered };
  };
}

async function sent(
  { method, url, headers, body }: OutsideCall,
  service: Pick<OutsideService, 'name' | 'headers' | 'clock'>,
): Promise<{ status: number; headers: Headers; text: string }> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        'user-agent': 'pilothouse',
        'content-type': 'application/json',
        ...service.headers,
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(leastPatience, service.clock.real(patience))),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    throw new OutsideAway(service.name, silence(error));
  }
}

/** An address below one that was configured, which may end in a slash or have a path of its own. */
export function addressOf(
  base: string,
  path: readonly string[],
  query: readonly [string, string][] = [],
): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}`);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return url;
}

/** At most `max` UTF-16 units, for a field that a service bounds. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Too many requests has three names: 429, 420 (Statuspage), and 403 with the sign of a limit (GitHub). */
function isAway(status: number, headers: Headers): boolean {
  if (status === 403) return headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0';
  return status === 408 || status === 420 || status === 429 || status >= 500;
}

/**
 * Milliseconds until the service wants to hear from us. Seconds or a date in `Retry-After` (RFC 9110), seconds in
 * PagerDuty's `ratelimit-reset`, seconds since 1970 in GitHub's `x-ratelimit-reset`.
 */
function waitIn(headers: Headers, now: number): number {
  const after = headers.get('retry-after');
  const resetIn = headers.get('ratelimit-reset');
  const resetAt = headers.get('x-ratelimit-remaining') === '0' ? headers.get('x-ratelimit-reset') : null;
  const waits = [
    Number(after ?? Number.NaN) * 1000,
    Date.parse(after ?? '') - now,
    Number(resetIn ?? Number.NaN) * 1000,
    Number(resetAt ?? Number.NaN) * 1000 - now,
  ];
  const wait = waits.find((ms) => Number.isFinite(ms)) ?? awayFor;
  return Math.min(Math.max(wait, 1_000), longestWait);
}

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const validationError = z
  .object({ field: z.string().optional(), code: z.string().optional(), message: z.string().optional() })
  .transform(({ field, code, message }) => [field, code, message].filter(Boolean).join(' '));
/** What the services' error bodies have in common: PagerDuty's are wrapped, its events' and GitHub's are not. */
const complaint = z.object({
  message: z.string().optional(),
  error: texts.optional().catch(undefined),
  errors: z
    .array(z.union([z.string(), validationError]))
    .optional()
    .catch(undefined),
});
const wrapped = z.object({ error: complaint }).transform(({ error }) => error);

function reasonIn(status: number, text: string): string {
  if (status >= 300 && status < 400) return 'it has moved to another address';
  const said = z.union([wrapped, complaint]).safeParse(json(text)).data;
  const words = [said?.message, ...(said?.error ?? []), ...(said?.errors ?? [])].filter((part) => part);
  return words.length > 0 ? words.join(', ') : 'it does not say why';
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readable(text: string, secrets: readonly (string | null)[]): string {
  const blanked = secrets.reduce<string>(
    (left, secret) => (secret ? left.replaceAll(secret, '•••') : left),
    text,
  );
  return shortened(blanked.replace(/[\s\p{Cc}]+/gu, ' ').trim(), longestReason);
}

/** What a failed fetch says, without its address: codes of the network alone. */
function silence(error: unknown): string {
  if (fieldOf(error, 'name') === 'TimeoutError') return `did not answer within ${patience / 1000} s`;
  const code = fieldOf(fieldOf(error, 'cause'), 'code') ?? fieldOf(error, 'code');
  return `could not be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}

const fieldOf = (error: unknown, field: 'name' | 'cause' | 'code'): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
