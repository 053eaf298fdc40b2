/** What the simulated services outside have in common: an HTTP server, a log of requests, and ways to break. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../src/clients/clock.ts';
import { type OutsideFaults, outsideFaults } from './faults.ts';

export interface ServiceRequest {
  readonly method: string;
  /** Decoded parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The first value of a header; empty if there is none. */
  header(name: string): string;
  /** Undefined where it is not JSON. */
  readonly body: unknown;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as it came in. */
export interface LoggedRequest {
  /** Milliseconds since 1970 on the service's clock. */
  readonly at: number;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly url: string;
  /** Without the one that authorises. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Null where the connection broke before the answer. */
  readonly status: number | null;
}

export interface Service {
  readonly url: string;
  readonly requests: readonly LoggedRequest[];
  readonly break: OutsideFaults;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly clock: Clock;
  /** Default: any free one. */
  readonly port?: number;
  readonly answer: (request: ServiceRequest) => ServiceAnswer;
  /** How this service says that these were too many requests. */
  readonly tooMany: (retryAfterSeconds: number) => ServiceAnswer;
}

export async function startService({ clock, port = 0, answer, tooMany }: ServiceOptions): Promise<Service> {
  const requests: LoggedRequest[] = [];
  const faults = outsideFaults();
  const ending = new AbortController();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const fault = faults.next(request.method ?? '');
    if (fault.down) return void request.socket.destroy();
    const read = readRequest(request, await text(request));
    const given = spoiled(fault, tooMany) ?? answerOf(read);
    requests.push(logged(request, read.body, clock.now(), fault.loseAnswer ? null : given.status));
    if (fault.slowMs > 0) await clock.sleep(fault.slowMs, ending.signal);
    if (fault.loseAnswer) return void request.socket.destroy();
    send(response, given);
  };
  const answerOf = (request: ServiceRequest): ServiceAnswer => {
    try {
      return answer(request);
    } catch (error) {
      if (error instanceof ServiceRefusal) return error.answer;
      throw error;
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A mistake of the simulator itself is said aloud, so that it is not taken for a dropped connection.
      if (!ending.signal.aborted) response.writeHead(500).end(`The simulator failed: ${error}`);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    break: faults.switches,
    stop: async () => {
      ending.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The service says no: thrown by whatever looks at a request. */
export class ServiceRefusal extends Error {
  override readonly name = 'ServiceRefusal';
  readonly answer: ServiceAnswer;
  constructor(status: number, body: unknown) {
    super(`${status} ${JSON.stringify(body)}`);
    this.answer = { status, body };
  }
}

function spoiled(
  { status, retryAfter }: { readonly status: number | null; readonly retryAfter: number | null },
  tooMany: ServiceOptions['tooMany'],
): ServiceAnswer | undefined {
  if (retryAfter !== null) return tooMany(retryAfter);
  if (status === null) return undefined;
  // What a proxy in front of a service says.
  return { status, body: `<html><body><h1>${status}</h1></body></html>` };
}

function readRequest(request: IncomingMessage, body: string): ServiceRequest {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://outside');
  return {
    method: request.method ?? '',
    path: pathname.split('/').filter(Boolean).map(decodeURIComponent),
    query: searchParams,
    header: (name) => [request.headers[name] ?? ''].flat()[0] ?? '',
    body: parsed(body),
  };
}

function logged(
  { method = '', url = '', headers }: IncomingMessage,
  body: unknown,
  at: number,
  status: number | null,
): LoggedRequest {
  const shown = Object.entries(headers).filter(([name]) => name !== 'authorization');
  return {
    at,
    method,
    url,
    headers: Object.fromEntries(shown.map(([name, value]) => [name, String(value)])),
    body,
    status,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body, headers }: ServiceAnswer): void {
  const isText = typeof body === 'string';
  response
    .writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
    .end(isText ? body : JSON.stringify(body));
}

const portOf = (address: AddressInfo | string | null) =>
  typeof address === 'object' && address ? address.port : 0;
