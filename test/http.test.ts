/** What a process says of itself while it ends. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createHttp } from '../src/http.ts';

const answersOf = async (isDraining: boolean) => {
  const server = createHttp({
    isDraining: () => isDraining,
    trouble: async () => null,
    metrics: new Registry(),
    slack: (_request, response) => void response.writeHead(200).end(),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const status = async (path: string, method = 'GET') => {
    const response = await fetch(url + path, { method });
    await response.body?.cancel();
    return response.status;
  };
  const answers = {
    ready: await status('/readyz'),
    live: await status('/healthz'),
    metrics: await status('/metrics'),
    slack: await status('/slack/events', 'POST'),
  };
  server.close();
  server.closeAllConnections();
  return answers;
};

test('while it works it is ready and answers Slack', async () => {
  expect(await answersOf(false)).toEqual({ ready: 200, live: 200, metrics: 200, slack: 200 });
});

test('while it ends it is not ready and takes nothing new, but it lives', async () => {
  expect(await answersOf(true)).toEqual({ ready: 503, live: 200, metrics: 200, slack: 503 });
});
