/** Somebody who receives webhooks, checks their signatures and answers as told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { isFromPagerDuty } from '../../../src/clients/pagerduty-signature.ts';

const webhook = z.object({
  event: z.object({
    id: z.string(),
    event_type: z.string(),
    resource_type: z.literal('incident'),
    occurred_at: z.iso.datetime(),
    agent: z.object({ id: z.string(), summary: z.string(), type: z.string() }).nullable(),
    client: z.object({ name: z.string() }).nullable(),
    data: z.object({
      id: z.string(),
      type: z.literal('incident'),
      number: z.number(),
      status: z.string(),
      incident_key: z.string(),
      title: z.string(),
      assignees: z.array(z.object({ summary: z.string() })),
    }),
  }),
});

interface Received {
  readonly webhookId: string;
  readonly isSigned: boolean;
  readonly event: z.infer<typeof webhook>['event'];
}

export async function startListener(secret: string) {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const signature = request.headers['x-pagerduty-signature'];
      received.push({
        webhookId: String(request.headers['x-webhook-id']),
        isSigned: isFromPagerDuty(body, typeof signature === 'string' ? signature : undefined, [secret]),
        event: webhook.parse(JSON.parse(body)).event,
      });
      response.writeHead(answers.shift() ?? 202).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/alerts/pagerduty`,
    received,
    /** The statuses of the next answers; 202 after them. */
    answer: (...statuses: number[]) => void answers.push(...statuses),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
