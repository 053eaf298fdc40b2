/** Whether a webhook comes from PagerDuty (PagerDuty documentation, "Verifying Signatures", version v1). */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** More than one signature is sent while a secret is changed; nobody needs as many as this. */
const mostSignatures = 10;

/**
 * `rawBody` as it came in, not parsed and printed again; `signatureHeader` is `x-pagerduty-signature`. Any of the secrets
 * will do, so that one can be replaced. False where there is no secret.
 */
export function isFromPagerDuty(
  rawBody: Buffer | string,
  signatureHeader: string | undefined,
  secrets: readonly string[],
): boolean {
  const signatures = (signatureHeader ?? '')
    .split(',', mostSignatures)
    .map((one) => one.trim())
    .filter((one) => /^v1=[0-9a-f]{64}$/.test(one))
    .map((one) => Buffer.from(one.slice('v1='.length), 'hex'));
  return secrets
    .filter((secret) => secret !== '')
    .map((secret) => createHmac('sha256', secret).update(rawBody).digest())
    .some((expected) => signatures.some((given) => timingSafeEqual(given, expected)));
}
