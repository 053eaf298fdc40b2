/** Socket Mode: connections that the bot opens, envelopes to one of them, acknowledgements back. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';
import { ACK_WITHIN_MS, type Answer, type Kind, type Retry } from './outbox.ts';

export interface Sockets {
  /** A new connection's address, good for one use. Throws too_many_websockets. */
  open(): string;
  count(): number;
  /** Whether the app ever connected this way. */
  wereUsed(): boolean;
  /** To one of the connections, each in its turn. */
  send(kind: Kind, payload: Record<string, unknown>, retry?: Retry): Promise<Answer>;
  disconnect(reason: string): void;
  /** Breaks the connections without a word. */
  cut(): void;
  /** Says goodbye first, and breaks what does not leave. */
  close(): Promise<void>;
}

/** Slack documentation. */
const MOST_CONNECTIONS = 10;
/** The client gives up on a connection that is silent for 30 s. */
const PING_EVERY_MS = 10_000;

/** Real milliseconds a client has to answer a closing handshake. */
const GOODBYE_MS = 300;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

export function sockets(state: State, server: Server): Sockets {
  const tickets = new Set<string>();
  const open: WebSocket[] = [];
  let used = false;
  const waiting = new Map<string, (answer: Answer) => void>();
  const websockets = new WebSocketServer({ noServer: true });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const ticket = new URL(request.url ?? '/', 'ws://slack').searchParams.get('ticket') ?? '';
    if (!tickets.delete(ticket)) return void socket.destroy();
    websockets.handleUpgrade(request, socket, head, welcome);
  });

  return {
    open: () => {
      if (open.length >= MOST_CONNECTIONS) throw new SlackError('too_many_websockets');
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${state.url.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${state.bot.appId}`;
    },
    count: () => open.length,
    wereUsed: () => used,
    send: (kind, payload, retry) => {
      const socket = open.shift();
      if (!socket) return Promise.resolve({ status: 0, body: '', error: 'dispatch_failed' });
      open.push(socket);
      return acknowledged(socket, kind, payload, retry);
    },
    disconnect: (reason) => {
      for (const socket of open.splice(0)) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'playground' } }));
      }
    },
    cut,
    close: async () => {
      const left = [...websockets.clients].map((socket) => once(socket, 'close'));
      for (const socket of websockets.clients) socket.close(1001);
      const gone = new AbortController();
      const patience = sleep(GOODBYE_MS, undefined, { signal: gone.signal }).catch(() => {});
      await Promise.race([Promise.all(left), patience]);
      gone.abort();
      cut();
    },
  };

  function cut(): void {
    for (const socket of websockets.clients) socket.terminate();
  }

  function welcome(socket: WebSocket): void {
    open.push(socket);
    used = true;
    const ping = setInterval(() => socket.ping(), PING_EVERY_MS);
    socket.on('message', (data) => take(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(ping);
      const place = open.indexOf(socket);
      if (place >= 0) open.splice(place, 1);
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: open.length,
        connection_info: { app_id: state.bot.appId },
        debug_info: { host: 'playground', approximate_connection_time: 18_060 },
      }),
    );
  }

  function take(text: string): void {
    const ack = acknowledgement.parse(JSON.parse(text));
    waiting.get(ack.envelope_id)?.({ status: 200, body: isNothing(ack.payload) ? '' : ack.payload });
  }

  async function acknowledged(
    socket: WebSocket,
    kind: Kind,
    payload: Record<string, unknown>,
    retry?: Retry,
  ): Promise<Answer> {
    const envelope = {
      envelope_id: randomUUID(),
      type: kind,
      accepts_response_payload: kind !== 'events_api',
      ...(kind === 'events_api' && { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' }),
      payload,
    };
    const late = new AbortController();
    const answer = new Promise<Answer>((resolve) => {
      waiting.set(envelope.envelope_id, resolve);
      const tooLate = setTimeout(
        () => resolve({ status: 0, body: '', error: 'operation_timeout' }),
        ACK_WITHIN_MS,
      );
      late.signal.addEventListener('abort', () => clearTimeout(tooLate));
    });
    socket.send(JSON.stringify(envelope));
    return answer.finally(() => {
      late.abort();
      waiting.delete(envelope.envelope_id);
    });
  }
}

function isNothing(payload: unknown): boolean {
  return (
    payload === undefined ||
    (typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0)
  );
}
