/** What a monitoring system's request is read with, what comes out of it, and how it is turned away. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clients/clock.ts';
import type { Catalog } from '../config/catalog.ts';
import type { Act } from '../records/act.ts';
import type { Alert } from '../records/alert.ts';
import type { SigningKeys } from './sns-keys.ts';

/** A source without a secret (CloudWatch: without topics) is not configured, and is not there. */
interface AlertSettings {
  readonly secrets: Readonly<Record<'generic' | 'alertmanager' | 'datadog' | 'pagerduty', string | null>>;
  readonly sns: {
    /** ARNs of the topics from which messages are taken. */
    readonly topics: readonly string[];
    /** Where certificates and confirmations may come from besides Amazon SNS itself: addresses that theirs begin with. */
    readonly certificates: readonly string[];
  };
}

/** One request, as it came in. */
export interface AlertRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reading {
  readonly settings: AlertSettings;
  readonly catalog: Pick<Catalog, 'environments' | 'services' | 'place'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly signingKeys: SigningKeys;
}

/** What has to be stored before the request is answered. */
export interface Received {
  /** `delivery` is the same when the source sends the same again. */
  readonly alerts: readonly { readonly delivery: string; readonly alert: Alert }[];
  /** What happened to incidents of ours elsewhere; `name` as for `tellIncident`. */
  readonly acts: readonly { readonly incident: string; readonly name: string; readonly act: Act }[];
  /** An address that has to be visited to confirm a subscription. */
  readonly confirm: URL | null;
}

export const nothing: Received = { alerts: [], acts: [], confirm: null };

/** Reads one source's requests: whether it is them, and what they say. Throws Rejected. */
export interface Source {
  isConfigured(settings: AlertSettings): boolean;
  read(request: AlertRequest, reading: Reading): Received | Promise<Received>;
}

export const rejections = {
  unsigned: 401,
  'unknown-source': 404,
  'too-large': 413,
  'not-json': 415,
  unreadable: 422,
  unavailable: 503,
} as const;
export type Rejection = keyof typeof rejections;

/** The request is turned away. The reason goes back to the sender, so it repeats nothing of what was sent. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly rejection: Rejection;
  constructor(rejection: Rejection, reason: string) {
    super(reason);
    this.rejection = rejection;
  }
}
