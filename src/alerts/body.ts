/** Request bodies: no longer than they may be, JSON, and nothing of what a stranger sends is trusted on the way. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Rejected } from './request.ts';

/** Amazon SNS documentation: messages are at most 256 kB; other sources stay far below. */
const longestBody = 256 * 1024;
/** What is too long is read and thrown away up to here: a sender that is cut off would never see the answer. */
const readAtMost = 8 * longestBody;

/** SNS sends its JSON as text/plain (Amazon SNS documentation, "HTTP/HTTPS headers"). */
export function expectJson({ headers }: Pick<IncomingMessage, 'headers'>, allowed: readonly string[]): void {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (!allowed.includes(type) || encoding !== 'identity') {
    throw new Rejected('not-json', 'expected uncompressed JSON');
  }
}

/** Throws Rejected where it is longer than `longestBody`, or breaks off. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = Number(request.headers['content-length'] ?? 0);
  if (length > readAtMost) throw tooLarge();
  length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length <= longestBody) chunks.push(chunk);
      else if (length > readAtMost) break;
    }
  } catch {
    throw new Rejected('unreadable', 'the request broke off');
  }
  if (length > longestBody) throw tooLarge();
  return Buffer.concat(chunks);
}

/** Reads what is left of a request that is refused anyhow: whoever is cut off while sending never sees why. */
export async function discardBody(request: IncomingMessage): Promise<void> {
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > readAtMost) return;
    }
  } catch {
    // It broke off, or was read to its end before.
  }
}

const tooLarge = () => new Rejected('too-large', `expected at most ${longestBody} bytes`);

/** Throws Rejected where it is not JSON in UTF-8 of this shape. */
export function parsed<T>(body: Buffer | string, shape: z.ZodType<T>): T {
  const read = shape.safeParse(json(body));
  if (read.success) return read.data;
  throw new Rejected('unreadable', whatIsWrong(read.error));
}

function json(body: Buffer | string): unknown {
  try {
    return JSON.parse(
      typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body),
    );
  } catch {
    throw new Rejected('unreadable', 'not JSON in UTF-8');
  }
}

/** Names of fields that we asked for, never what was in them. */
function whatIsWrong({ issues }: z.ZodError): string {
  const path = (issues[0]?.path ?? []).map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${String(step)}`,
  );
  const field = path.join('').replace(/^\./, '').slice(0, 80);
  return field === '' ? 'not what this source sends' : `${field} is missing or not what this source sends`;
}

/** A text that we can do without: what is no text counts as none. */
export const optionalText = z.string().nullish().catch(null);
/** Labels, tags …: what is no text is left out. */
export const labels = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform(
    (all) =>
      new Map(Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  );
