/** Whether a sender knows a secret; comparing takes the same time however much of it is right. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Digests are equally long, so the length of the secret does not show either. */
const isEqual = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

/** `Authorization: Bearer <secret>` (RFC 6750). */
export function knowsSecret(authorization: string | undefined, secret: string): boolean {
  const given = /^bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && isEqual(given.trimEnd(), secret);
}

/** What `x-pilothouse-signature` has to be: it covers the time too, else an old message could be sent as a new one. */
export function signatureOf(body: Buffer | string, timestamp: string, secret: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** How far the clock of a sender may be off, in milliseconds. */
const signedWithin = 5 * 60_000;

export function isSigned(
  { signature, timestamp, body }: { signature: string; timestamp: string; body: Buffer },
  secret: string,
  now: number,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1000) > signedWithin) return false;
  return isEqual(signature, signatureOf(body, timestamp, secret));
}
