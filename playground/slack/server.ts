/** The HTTP server: Web API, response_urls and uploads, and the ways in which it can break. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { spendResponseUrl } from './delivery/response-urls.ts';
import type { State } from './state.ts';
import type { ApiAnswer, WebApi } from './web-api.ts';

export interface HttpServer {
  server: Server;
  listen(webApi: WebApi): Promise<void>;
  /** Breaks every connection there is. */
  cut(): void;
  /** Breaks the connections of requests that were never answered. */
  release(): void;
  close(): Promise<void>;
}

export function httpServer(state: State): HttpServer {
  const server = createServer();
  const connections = new Set<Socket>();
  const hanging = new Set<Socket>();
  server.on('connection', (socket) => {
    if (state.faults.outage === 'refuse') return void socket.destroy();
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const cut = () => breakAll(connections);
  return {
    server,
    cut,
    release: () => breakAll(hanging),
    listen: async (webApi) => {
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        if (state.faults.outage === 'hang') return void hanging.add(request.socket);
        answer(state, webApi, request, response).catch((error: unknown) => {
          response.writeHead(500).end(String(error));
        });
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(state.options.port ?? 0, '127.0.0.1', resolve);
      });
      state.url = `http://127.0.0.1:${port(server.address())}`;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

function breakAll(sockets: Set<Socket>): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}

async function answer(
  state: State,
  webApi: WebApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://slack');
  const body = await bodyOf(request);
  const { outage } = state.faults;
  if (outage === 'refuse') return void request.socket.destroy();
  if (outage)
    return void response
      .writeHead(Number(outage), { 'content-type': 'text/html' })
      .end('<h1>Server Error</h1>');

  if (state.faults.latencyMs > 0) await sleep(state.faults.latencyMs);
  const [area, ...rest] = pathname.split('/').filter(Boolean);
  if (area === 'api') {
    const args = { ...Object.fromEntries(searchParams), ...argsOf(body, request.headers['content-type']) };
    return send(request, response, webApi(rest.join('/'), args, tokenOf(request, args)));
  }
  if (area === 'commands' && rest[1]) {
    return send(request, response, spendResponseUrl(state, rest[1], argsOf(body, 'application/json')));
  }
  if (area === 'upload' && rest[0]) {
    return send(request, response, await upload(state, rest[0], body, request.headers['content-type']));
  }
  send(request, response, { status: 404, body: { ok: false, error: 'not_found' } });
}

function send(request: IncomingMessage, response: ServerResponse, answer: ApiAnswer): void {
  if (answer.lost) return void request.socket.destroy();
  const isText = typeof answer.body === 'string';
  response
    .writeHead(answer.status, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...answer.headers,
    })
    .end(isText ? answer.body : JSON.stringify(answer.body));
}

async function upload(state: State, id: string, body: Buffer, type = ''): Promise<ApiAnswer> {
  const file = state.files.get(id);
  if (!file) return { status: 404, body: 'not found' };
  const content = type.startsWith('multipart/') ? await partOf(body, type) : body;
  if (content.length !== file.size) return { status: 400, body: 'not as long as announced' };
  file.content = content.toString('base64');
  return { status: 200, body: `OK - ${content.length}` };
}

async function partOf(body: Buffer, type: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const part of form.values()) {
    if (typeof part !== 'string') return Buffer.from(await part.arrayBuffer());
  }
  return Buffer.alloc(0);
}

function tokenOf(request: IncomingMessage, args: Record<string, unknown>): string | undefined {
  const bearer = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
  return bearer ?? (typeof args.token === 'string' && args.token !== '' ? args.token : undefined);
}

function argsOf(body: Buffer, type = ''): Record<string, unknown> {
  const text = body.toString();
  if (!type.includes('json')) return withJson(Object.fromEntries(new URLSearchParams(text)));
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
  } catch {
    return {};
  }
}

const JSON_ARGUMENTS = ['blocks', 'attachments', 'metadata', 'view', 'files', 'document_content'];

/** In form bodies these arguments are JSON in text; read here so that the log shows them as they are. */
function withJson(args: Record<string, string>): Record<string, unknown> {
  const read = Object.entries(args).map(([key, value]) => [
    key,
    JSON_ARGUMENTS.includes(key) ? parsed(value) : value,
  ]);
  return Object.fromEntries(read);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function port(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new Error('The simulated Slack does not listen on a port');
  return address.port;
}
