/** Brings commands, interactions and events to the bot: over a socket where one is connected, else by HTTP. */
import { createHmac } from 'node:crypto';
import type { State } from '../state.ts';
import type { Delivery } from '../types.ts';
import type { Sockets } from './sockets.ts';

export type Kind = 'slash_commands' | 'interactive' | 'events_api';
export interface Retry {
  num: number;
  reason: string;
}
export interface Outbox {
  connect(requestUrl: string): void;
  /** Whether there is an app at all: a request URL, or a socket now or before. */
  hasApp(): boolean;
  /** Never rejects: what went wrong is in `error`. */
  send(kind: Kind, payload: Record<string, unknown>, retry?: Retry): Promise<Delivery>;
  stop(): void;
}

/** Real milliseconds within which an app must acknowledge (Slack documentation). */
export const ACK_WITHIN_MS = 3000;

export function outbox(state: State, sockets: Sockets): Outbox {
  const stopping = new AbortController();
  let requestUrl: string | undefined;
  return {
    connect: (url) => {
      requestUrl = url;
    },
    hasApp: () => requestUrl !== undefined || sockets.wereUsed(),
    send: async (kind, payload, retry) => {
      const started = performance.now();
      const answer = await answerTo(kind, payload, retry);
      return { ...answer, ms: Math.round(performance.now() - started) };
    },
    stop: () => stopping.abort(),
  };

  async function answerTo(kind: Kind, payload: Record<string, unknown>, retry?: Retry): Promise<Answer> {
    if (state.faults.outage === 'refuse') return { status: 0, body: '', error: 'dispatch_failed' };
    if (sockets.count() > 0) return sockets.send(kind, payload, retry);
    if (requestUrl === undefined) return { status: 0, body: '', error: 'dispatch_failed' };
    return post(requestUrl, request(kind, payload), state, { retry, stopping: stopping.signal });
  }
}

export type Answer = Omit<Delivery, 'ms'>;

function request(kind: Kind, payload: Record<string, unknown>): { type: string; body: string } {
  const form = 'application/x-www-form-urlencoded';
  switch (kind) {
    case 'slash_commands':
      return { type: form, body: new URLSearchParams(textsOf(payload)).toString() };
    case 'interactive':
      return { type: form, body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString() };
    case 'events_api':
      return { type: 'application/json', body: JSON.stringify(payload) };
  }
}

function textsOf(payload: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]));
}

async function post(
  url: string,
  { type, body }: { type: string; body: string },
  state: State,
  { retry, stopping }: { retry: Retry | undefined; stopping: AbortSignal },
): Promise<Answer> {
  const tooLate = AbortSignal.timeout(ACK_WITHIN_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': type, ...signed(state.options.signingSecret, body), ...retryHeaders(retry) },
      body,
      signal: AbortSignal.any([tooLate, stopping]),
    });
    const answered = parsed(await response.text());
    return response.ok
      ? { status: response.status, body: answered }
      : { status: response.status, body: answered, error: 'dispatch_failed' };
  } catch {
    return { status: 0, body: '', error: tooLate.aborted ? 'operation_timeout' : 'dispatch_failed' };
  }
}

/** Slack's signature v0. The receiver compares the timestamp with real time, so it is real time here too. */
function signed(secret: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
}

function retryHeaders(retry: Retry | undefined): Record<string, string> {
  return retry ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason } : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
