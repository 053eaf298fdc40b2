/** Sends signed slash commands over a fixed number of kept-alive connections and measures every answer. */
import { createHmac, randomUUID } from 'node:crypto';
import { Client } from 'undici';

export interface Figures {
  p50: number;
  p99: number;
  perSecond: number;
}

interface Signed {
  body: string;
  headers: Record<string, string>;
}

export function signedCommands(count: number, secret: string): Signed[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return Array.from({ length: count }, () => {
    const body = new URLSearchParams({
      command: '/deploy',
      text: 'staging api v1.2.3',
      user_id: 'U0BENCH001',
      user_name: 'ana',
      channel_id: 'C0BENCH001',
      channel_name: 'deployments',
      team_id: 'T0BENCH001',
      trigger_id: randomUUID(),
      response_url: 'http://127.0.0.1:9/answer',
    }).toString();
    const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
    return {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${digest}`,
      },
    };
  });
}

/** `commands` are shared out among the connections; an answer other than 200 ends the measurement. */
export async function measure(port: number, connections: number, commands: Signed[]): Promise<Figures> {
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new Client(`http://127.0.0.1:${port}`, { keepAliveTimeout: 60_000 });
      for (let command = commands[next++]; command; command = commands[next++]) {
        const sent = performance.now();
        const { statusCode, body } = await client.request({
          path: '/slack/events',
          method: 'POST',
          ...command,
        });
        const text = await body.text();
        if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${text}`);
        if (text.includes('went wrong') || text.includes('⛔')) throw new Error(`was refused: ${text}`);
        times.push(performance.now() - sent);
      }
      await client.close();
    }),
  );
  const perSecond = (1000 * times.length) / (performance.now() - began);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), perSecond };
}
