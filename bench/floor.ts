/** The floors of `bench/ack`: a bare Bolt app that acknowledges, alone or after one `queue.add`. A process of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver } from '@slack/bolt';
import { Queue } from 'bullmq';
import { ready, requestConnection } from '../src/clients/redis.ts';

const { SLACK_SIGNING_SECRET: signingSecret = '', REDIS_URL: url = '', FLOOR: floor } = process.env;
const receiver = new HTTPReceiver({ signingSecret, endpoints: '/slack/events' });
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-bench' }),
  ignoreSelf: false,
  convoStore: false,
});

if (floor === 'queue') {
  const connection = requestConnection(url, {
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
  await ready(connection, 5_000);
  const queue = new Queue('floor', { connection, skipWaitingForReady: true });
  app.command('/deploy', async ({ command, ack }) => {
    await queue.add('deploy', { text: command.text }, { jobId: `job-${command.trigger_id}` });
    await ack();
  });
} else app.command('/deploy', async ({ ack }) => ack());

const server = createServer(receiver.requestListener);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
