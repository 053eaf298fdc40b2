/** HTTP besides Slack: is the process alive, can it work, and what does it count. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Registry } from 'prom-client';

/** Monitoring systems send to a path of their own below it. */
export const alertsPath = '/alerts/';
/** Bolt throws on any other request, which would end the process. */
export const slackPath = '/slack/events';

export interface HttpWorld {
  /** Why the process cannot work now, or null. */
  trouble(): Promise<string | null>;
  /** It ends: what is open is finished, what is new belongs to another process. */
  isDraining(): boolean;
  metrics: Registry;
  /** What answers Slack's requests. */
  slack: RequestListener | null;
  /** What answers monitoring systems. */
  alerts?: RequestListener | null;
}

/** Real milliseconds that a sender gets for its whole request. */
const requestPatience = 30_000;

export function createHttp({ trouble, isDraining, metrics, slack, alerts }: HttpWorld): Server {
  return createServer({ requestTimeout: requestPatience }, (request, response) => {
    const say = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type }).end(text);
    const failed = (error: unknown) => say(503, error instanceof Error ? error.name : 'error');
    const path = request.method === 'GET' ? request.url?.split('?')[0] : undefined;
    if (path === '/healthz') say(200, 'ok\n');
    else if (path === '/readyz' && isDraining()) say(503, 'ending\n');
    else if (path === '/readyz') {
      trouble().then((problem) => say(problem ? 503 : 200, `${problem ?? 'ready'}\n`), failed);
    } else if (path === '/metrics') {
      metrics.metrics().then((text) => say(200, text, metrics.contentType), failed);
    } else if (slack && request.method === 'POST' && request.url?.split('?')[0] === slackPath) {
      if (isDraining()) response.writeHead(503, { connection: 'close' }).end('ending\n');
      else slack(request, response);
    } else if (alerts && request.method === 'POST' && request.url?.startsWith(alertsPath)) {
      alerts(request, response);
    } else say(404, 'not found\n');
  });
}
