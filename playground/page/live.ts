/** Keeps a page up to date over one long answer (server-sent events): first everything, then what has changed. */
import type { ServerResponse } from 'node:http';

/** How often the world is looked at while somebody watches, in real milliseconds. */
const every = 200;

/** `set` holds whole parts by name, `drop` the names of those that are gone. */
export interface Change<Set = Record<string, unknown>> {
  set: Set;
  drop: string[];
}

/** Sends until the connection closes; `hurry` looks at once, because something was done. */
export function keepTold(
  response: ServerResponse,
  parts: () => Record<string, unknown>,
): { hurry(): void; end(): void } {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const sent = new Map<string, string>();
  const tell = () => {
    const change = difference(sent, parts());
    if (change) response.write(`data: ${JSON.stringify(change)}\n\n`);
  };
  const timer = setInterval(tell, every);
  response.on('close', () => clearInterval(timer));
  tell();
  return {
    hurry: tell,
    end: () => {
      clearInterval(timer);
      response.end();
    },
  };
}

function difference(sent: Map<string, string>, now: Record<string, unknown>): Change | undefined {
  const set: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(now)) {
    const text = JSON.stringify(value);
    if (sent.get(name) === text) continue;
    sent.set(name, text);
    set[name] = value;
  }
  const drop = [...sent.keys()].filter((name) => !Object.hasOwn(now, name));
  for (const name of drop) sent.delete(name);
  return drop.length > 0 || Object.keys(set).length > 0 ? { set, drop } : undefined;
}
