/** A wire between one worker and a server, which can be cut at the worst moment: when a deed is done and not yet answered. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Wire {
  /** What the worker calls instead of the server. */
  url: string;
  close(): Promise<void>;
}

/** Told of every call that was carried out, by name and HTTP method; the answer is lost when it says so. */
export type OnAnswer = (call: string, method: string) => 'lost' | 'goes on';

export async function layWire(target: string, onAnswer: OnAnswer): Promise<Wire> {
  const server = createServer((incoming, outgoing) => {
    forward(target, incoming, outgoing, onAnswer).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  onAnswer: OnAnswer,
): Promise<void> {
  const asked = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method ?? 'GET',
    headers: incoming.headers,
  });
  asked.end(await buffer(incoming));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await buffer(answer);
  const { statusCode = 500 } = answer;
  if (statusCode >= 200 && statusCode < 300 && onAnswer(nameOf(incoming), incoming.method ?? '') === 'lost') {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(statusCode, answer.headers).end(body);
}

/** `UpdateService` in AWS's protocol, `chat.postMessage` in Slack's. */
function nameOf({ headers, url }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return String((typeof target === 'string' ? target.split('.') : url?.split('/'))?.at(-1));
}
