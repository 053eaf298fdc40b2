/** The shape of a Signature Version 4 header; the secret behind it is nobody's here, so it is not checked. */
import type { IncomingMessage } from 'node:http';

/** The scope that a request was signed for; `missing` without a signature, `incomplete` where it is none. */
export type Signature = { region: string; service: string } | 'missing' | 'incomplete';

const SHAPE =
  /^AWS4-HMAC-SHA256 Credential=[^/\s]+\/\d{8}\/(?<region>[\w-]+)\/(?<service>[\w-]+)\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}$/;

export function signatureOf(request: IncomingMessage): Signature {
  const authorization = header(request, 'authorization');
  if (authorization === '') return 'missing';
  const { region, service } = SHAPE.exec(authorization)?.groups ?? {};
  return region && service ? { region, service } : 'incomplete';
}

export function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
