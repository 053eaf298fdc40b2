/** The playground's page: one HTTP server on this machine for looking (server-sent events) and for acting (POST). */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { ZodError, z } from 'zod';
import { people } from '../estate.ts';
import type { Stage } from '../stage.ts';
import { act, perform } from './acts.ts';
import { bundlePage } from './bundle.ts';
import { keepTold } from './live.ts';
import { changingParts, fixedParts, keepEvents } from './parts.ts';
import { createSwitches } from './switches.ts';

export interface Page {
  readonly url: string;
  stop(): Promise<void>;
}

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pilothouse playground</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<div id="page"></div>
<script type="module" src="/page.js"></script>
`;

/** Whatever a message says, the page runs its own script only and asks nobody but its own server. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Port 0 is any free one. */
export async function startPage(stage: Stage, { port = 0 }: { port?: number } = {}): Promise<Page> {
  const files = await bundlePage();
  const switches = createSwitches(stage);
  const { events, stop: stopEvents } = keepEvents(stage);
  const fixed = fixedParts(stage);
  const watchers = new Set<ReturnType<typeof keepTold>>();

  const look = (request: IncomingMessage, response: ServerResponse, as: string) => {
    const watcher = keepTold(response, () => ({ ...fixed, ...changingParts(stage, switches, events, as) }));
    watchers.add(watcher);
    request.on('close', () => watchers.delete(watcher));
  };

  const doIt = async (request: IncomingMessage, response: ServerResponse) => {
    const done = await perform(stage, switches, act.parse(JSON.parse(await text(request))));
    for (const { hurry } of watchers) hurry();
    send(response, 200, JSON.stringify(done), 'application/json');
  };

  const server = createServer((request, response) => {
    if (!isOurs(request)) return send(response, 403, 'not from here');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    if (request.method === 'POST' && pathname === '/do') {
      doIt(request, response).catch((error: unknown) =>
        send(response, 400, JSON.stringify({ trouble: inWords(error) }), 'application/json'),
      );
      return;
    }
    if (pathname === '/') return send(response, 200, html, 'text/html');
    if (pathname === '/page.js') return send(response, 200, files.script, 'text/javascript');
    if (pathname === '/page.css') return send(response, 200, files.style, 'text/css');
    const person = people.find(({ name }) => name === searchParams.get('as'));
    if (pathname === '/live' && person) return look(request, response, person.name);
    send(response, 404, 'not found');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    stop: async () => {
      stopEvents();
      for (const watcher of watchers) watcher.end();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Another site in the same browser may not act here: neither under its own name nor under one that leads here. */
function isOurs({ headers: { host = '', origin, 'content-type': type }, method }: IncomingMessage): boolean {
  const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
  const isOwn = origin === undefined || origin === `http://${host}`;
  return isLocal && isOwn && (method !== 'POST' || type === 'application/json');
}

const inWords = (error: unknown): string =>
  error instanceof ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);

function send(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, {
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
  });
  response.end(body);
}
