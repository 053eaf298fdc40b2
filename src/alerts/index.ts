/** `POST /alerts/<source>`: the answer is good only once everything is safely in Redis. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { isStoreAway } from '../clients/store/errors.ts';
import type { Store } from '../clients/store/index.ts';
import { alertsPath } from '../http.ts';
import type { Queues } from '../jobs/queues.ts';
import { type AlertSource, alertSources } from '../records/alert.ts';
import { atMost } from '../shutdown.ts';
import { alertmanager } from './alertmanager.ts';
import { discardBody, expectJson, readBody } from './body.ts';
import { cloudwatch } from './cloudwatch.ts';
import { datadog } from './datadog.ts';
import { generic } from './generic.ts';
import { pagerduty } from './pagerduty.ts';
import { type Reading, type Received, Rejected, type Rejection, rejections, type Source } from './request.ts';
import { hash } from './words.ts';

/** `taken`: alerts, or acts on incidents; `ignored`: understood, and nothing to do. */
type AlertOutcome = 'taken' | 'confirmed' | 'ignored' | Rejection;

export interface AlertsFront extends Reading {
  /** On a connection that fails within a second. */
  store: Pick<Store, 'tellIncident'>;
  queues: Pick<Queues, 'raise' | 'wakeIncident'>;
  isDraining(): boolean;
  count(source: AlertSource | 'unknown', outcome: AlertOutcome): void;
  log: { warn(fields: object, text: string): void; error(fields: object, text: string): void };
}

interface Receiving extends AlertsFront {
  /** Logs why an alert was refused, each reason once a while: strangers must not fill the log. */
  seldom(why: string): void;
}
/** Real milliseconds. */
const saidAgainAfter = 60_000;

const sources: Readonly<Record<AlertSource, Source>> = {
  cloudwatch,
  alertmanager,
  datadog,
  pagerduty,
  generic,
};
/** Real milliseconds in which Redis must have taken what came in. */
const patience = 1_000;

export function createAlerts(front: AlertsFront): RequestListener {
  const saidAt = new Map<string, number>();
  const seldom = (why: string) => {
    const now = performance.now();
    if (now - (saidAt.get(why) ?? Number.NEGATIVE_INFINITY) < saidAgainAfter) return;
    saidAt.set(why, now);
    front.log.warn({ why }, 'an alert was refused');
  };
  return (request, response) => {
    const source = alertSources.find((name) => request.url?.split('?')[0] === `${alertsPath}${name}`);
    void receive(request, source, { ...front, seldom }).then(({ outcome, text }) => {
      front.count(source ?? 'unknown', outcome);
      const status = isRejection(outcome) ? rejections[outcome] : 200;
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      // Nobody reads on where a request was not read to its end.
      response.writeHead(status, request.complete ? headers : { ...headers, connection: 'close' });
      response.end(`${text}\n`);
    });
  };
}

const isRejection = (outcome: AlertOutcome): outcome is Rejection => outcome in rejections;

/** Never rejects. */
async function receive(
  request: IncomingMessage,
  source: AlertSource | undefined,
  front: Receiving,
): Promise<{ outcome: AlertOutcome; text: string }> {
  try {
    if (front.isDraining()) throw new Rejected('unavailable', 'ending');
    if (!source || !sources[source].isConfigured(front.settings)) {
      throw new Rejected('unknown-source', 'not found');
    }
    expectJson(request, source === 'cloudwatch' ? ['application/json', 'text/plain'] : ['application/json']);
    const body = await readBody(request);
    const received = await sources[source].read({ headers: request.headers, body }, front);
    return { outcome: await store(source, received, front), text: 'ok' };
  } catch (error) {
    if (!request.complete) await discardBody(request);
    if (error instanceof Rejected) {
      if (error.rejection === 'unsigned')
        front.log.warn({ source, why: error.message }, 'an alert was refused');
      return { outcome: error.rejection, text: error.message };
    }
    if (!isStoreAway(error)) front.log.error({ source, err: error }, 'an alert could not be taken');
    return { outcome: 'unavailable', text: 'cannot be stored now' };
  }
}

/** The same delivery again has the same names, so that it counts once. */
async function store(source: AlertSource, received: Received, front: Receiving): Promise<AlertOutcome> {
  if (received.confirm) return confirm(received.confirm, front);
  const raised = received.alerts.map(({ delivery, alert }) =>
    front.queues.raise(`a-${hash(source, delivery)}`, alert),
  );
  const told = received.acts.map(({ incident, name, act }) => front.store.tellIncident(incident, name, act));
  let isNews = received.alerts.length > 0;
  const all = Promise.all([...raised, ...told]).then((answers) => {
    isNews ||= answers.some((known) => known === true);
  });
  if (!(await atMost(patience, all))) throw new Rejected('unavailable', 'cannot be stored now');
  // Stored is told: an incident that is not woken now looks at its inbox soon.
  for (const { incident } of received.acts) void front.queues.wakeIncident(incident).catch(() => {});
  return isNews ? 'taken' : 'ignored';
}

/** SNS asks again where it was not answered well. */
async function confirm(url: URL, { signingKeys, log }: Receiving): Promise<AlertOutcome> {
  const isConfirmed = await signingKeys.visit(url).catch(() => false);
  if (!isConfirmed) throw new Rejected('unavailable', 'the subscription could not be confirmed now');
  log.warn({ source: 'cloudwatch' }, 'a subscription to an SNS topic was confirmed');
  return 'confirmed';
}
