/** response_url: how an app answers a command or a click later, five times within 30 minutes. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { contentFrom, edit, remove, say, whisper } from '../messages.ts';
import { SlackError } from '../slack-error.ts';
import { type ResponseUrl, record, type State } from '../state.ts';
import type { Message } from '../types.ts';

/** Slack documentation, handling user interaction. */
const LIFETIME_MS = 30 * 60_000;
const MOST_USES = 5;

/** What an app sends to a response_url, and what it may acknowledge a command with. */
const answerSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.union([z.boolean(), z.stringbool()]).default(false),
  delete_original: z.union([z.boolean(), z.stringbool()]).default(false),
  thread_ts: z.string().optional(),
});

export function newResponseUrl(
  state: State,
  { user, channel, original }: { user: string; channel: string; original?: Message },
): ResponseUrl {
  const made: ResponseUrl = {
    token: randomBytes(12).toString('hex'),
    user,
    channel,
    expires: state.clock.now() + LIFETIME_MS,
    uses: 0,
    ...(original && { original }),
  };
  state.responseUrls.set(made.token, made);
  return made;
}

export function addressOf(state: State, { token }: ResponseUrl): string {
  return `${state.url}/commands/${state.team.id}/${token}`;
}

/** Answers a POST to a response_url as Slack does: status and body. */
export function spendResponseUrl(
  state: State,
  token: string,
  body: unknown,
): { status: number; body: unknown } {
  const found = state.responseUrls.get(token);
  const call = (error?: string, details: Record<string, unknown> = {}) =>
    record(state, {
      method: 'response_url',
      ok: error === undefined,
      ...(error && { error }),
      ...(found && { channel: found.channel, user: found.user }),
      args: isRecord(body) ? body : { body },
      ...details,
    });
  try {
    const said = answerTo(state, stillGood(state, found), body);
    call(undefined, said && { ts: said.ts, text: said.text });
    return { status: 200, body: 'ok' };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    call(error.code, error.sentences.length > 0 ? { errors: error.sentences } : {});
    const gone = ['used_url', 'expired_url', 'no_such_url'].includes(error.code);
    return { status: gone ? 404 : 400, body: error.answer };
  }
}

/** Says what the app answered, in the channel or to the one person. Throws a SlackError for what Slack refuses. */
export function answerTo(state: State, url: ResponseUrl, body: unknown): Message | undefined {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw new SlackError('invalid_payload');
  const answer = parsed.data;
  if (answer.delete_original) {
    if (url.original) remove(state, url.original);
    return undefined;
  }
  const content = contentFrom(state, answer);
  if (answer.replace_original && url.original) {
    edit(state, url.original, content);
    return url.original;
  }
  const draft = { ...content, user: state.bot.id, ...(answer.thread_ts && { threadTs: answer.thread_ts }) };
  const channel = state.channels.get(url.channel);
  if (answer.response_type === 'in_channel' && channel?.archived) throw new SlackError('is_archived');
  const said =
    answer.response_type === 'in_channel' && channel
      ? say(state, channel, draft)
      : whisper(state, { ...draft, to: url.user, channel: url.channel });
  url.original ??= said;
  return said;
}

function stillGood(state: State, url: ResponseUrl | undefined): ResponseUrl {
  if (!url) throw new SlackError('no_such_url');
  if (state.clock.now() > url.expires) throw new SlackError('expired_url');
  if (url.uses >= MOST_USES) throw new SlackError('used_url');
  url.uses += 1;
  return url;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
