/** Answers Web API calls: token, scopes, faults, rate limits, then the method, then the log. */
import type { Args, Method, Methods } from './methods/call.ts';
import { type RateLimits, rateLimits } from './rate-limits.ts';
import { mustHave } from './scopes.ts';
import { SlackError } from './slack-error.ts';
import { record, type State } from './state.ts';

export interface ApiAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** The connection breaks instead of the answer being sent. */
  lost?: boolean;
}
export type WebApi = (name: string, args: Args, token: string | undefined) => ApiAnswer;

export function webApi(state: State, methods: Methods): WebApi {
  const limits: RateLimits = state.options.rateLimits === false ? () => 0 : rateLimits(state.clock);
  return (name, args, token) => {
    const method = methods[name];
    try {
      if (!method) throw new SlackError('unknown_method', { req_method: name });
      const wait = forcedWait(state, name) || limits(name, method.tier, channelOf(state, args));
      if (wait > 0) return rateLimited(state, name, args, wait);
      mustBeAllowed(state, method, token);
      throwForcedError(state, name);
      const answer = method.run(args, state);
      if (method.writes) write(state, name, args, { ok: true, ...written(answer) });
      return { status: 200, body: { ok: true, ...answer }, lost: isLost(state, name) };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      write(state, name, args, {
        ok: false,
        error: error.code,
        ...(error.sentences.length > 0 && { errors: error.sentences }),
      });
      return { status: 200, body: error.answer };
    }
  };
}

function mustBeAllowed(state: State, method: Method, token: string | undefined): void {
  const { botToken, appToken } = state.options;
  if (!token) throw new SlackError('not_authed');
  if (token !== botToken && token !== appToken) throw new SlackError('invalid_auth');
  if ((token === appToken) !== (method.appToken ?? false)) throw new SlackError('not_allowed_token_type');
  mustHave(state, method.scopes ?? []);
}

function forcedWait(state: State, name: string): number {
  const limited = state.faults.limited.get(name);
  if (!limited || limited.times <= 0) return 0;
  limited.times -= 1;
  return limited.seconds;
}

function throwForcedError(state: State, name: string): void {
  const forced = state.faults.errors.get(name);
  if (!forced || forced.times <= 0) return;
  forced.times -= 1;
  throw new SlackError(forced.code);
}

function isLost(state: State, name: string): boolean {
  const left = state.faults.lost.get(name) ?? 0;
  state.faults.lost.set(name, Math.max(0, left - 1));
  return left > 0;
}

function rateLimited(state: State, name: string, args: Args, seconds: number): ApiAnswer {
  write(state, name, args, { ok: false, error: 'ratelimited' });
  return {
    status: 429,
    body: { ok: false, error: 'ratelimited' },
    headers: { 'retry-after': String(seconds) },
  };
}

function write(
  state: State,
  method: string,
  args: Args,
  outcome: { ok: boolean; error?: string; errors?: string[]; channel?: string; ts?: string },
): void {
  const { token: _token, ...rest } = args;
  const channel = channelOf(state, args);
  record(state, {
    method,
    ...(channel && { channel }),
    ...textOf('ts', args.ts ?? args.timestamp),
    ...textOf('user', args.user ?? args.user_id),
    ...textOf('text', args.text),
    ...outcome,
    args: rest,
  });
}

/** What the answer tells better than the arguments: ids of what was made. */
function written(answer: Record<string, unknown>): { channel?: string; ts?: string } {
  const { channel, ts, message_ts: ephemeral } = answer;
  const made = typeof channel === 'object' && channel !== null ? Reflect.get(channel, 'id') : channel;
  return { ...textOf('channel', made), ...textOf('ts', ts ?? ephemeral) };
}

function channelOf(state: State, args: Args): string | undefined {
  const given = args.channel ?? args.channel_id;
  if (typeof given !== 'string') return undefined;
  const name = given.replace(/^#/, '');
  return [...state.channels.values()].find((channel) => channel.name === name)?.id ?? given;
}

function textOf<Key extends string>(key: Key, value: unknown): { [K in Key]?: string } {
  const made: { [K in Key]?: string } = {};
  if (typeof value === 'string') made[key] = value;
  return made;
}
