/** Lines that can be checked: each carries a hash over everything before it, so that none can be changed, taken out or moved unseen. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What stands before the first line. */
const nothing = '0'.repeat(64);

/** How a line's hash is made; told in the header, so that anybody can check it with tools of their own. */
export const hashRule =
  'SHA-256 (hex) over the previous hash, as its 64 characters, followed by the entry as canonical JSON (RFC 8785) in UTF-8; the first previous hash is 64 zeros';

/**
 * One text for one value: RFC 8785, "JSON Canonicalization Scheme" (keys by UTF-16 code units, no white space, numbers
 * as ECMAScript writes them). What JSON does not know (undefined, NaN) becomes null, or is left out of objects.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

export const digestOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const lineOf = (seq: number, previous: string, hash: string, entry: string): string =>
  `{"seq":${seq},"previous":"${previous}","hash":"${hash}","entry":${entry}}`;

/** The entries as JSON Lines, with a seal at the end: how many entries there are, and the hash of the last one. */
export function chained(entries: readonly unknown[]): string {
  const lines: string[] = [];
  let previous = nothing;
  const add = (entry: unknown) => {
    const json = canonicalJson(entry);
    const hash = digestOf(previous + json);
    lines.push(lineOf(lines.length, previous, hash, json));
    previous = hash;
  };
  for (const entry of entries) add(entry);
  add({ kind: 'seal', count: entries.length, final: previous });
  return `${lines.join('\n')}\n`;
}

const line = z.strictObject({
  seq: z.number(),
  previous: z.string(),
  hash: z.string(),
  entry: z.unknown(),
});
const seal = z.strictObject({ kind: z.literal('seal'), count: z.number(), final: z.string() });

export type Verdict =
  /** `count` entries without the seal; `final` is the hash that the seal names. */
  | { ok: true; count: number; final: string }
  /** The first line (from 1) that is not as it was written, and why. */
  | { ok: false; line: number; why: string };

/**
 * Says whether the content is as it was written. Whoever writes the whole file anew can make a new chain: the final
 * hash has to be compared with one that was written down elsewhere.
 */
export function verifyEvidence(content: string): Verdict {
  const lines = content.split('\n');
  // A text ends with a line end: the last piece is empty.
  const last = lines.pop();
  let previous = nothing;
  let final: z.infer<typeof seal> | null = null;
  for (const [index, text] of lines.entries()) {
    const wrong = (why: string): Verdict => ({ ok: false, line: index + 1, why });
    if (final) return wrong('there is a line after the seal');
    const read = readLine(text);
    if (!read) return wrong('is no line of evidence: it is not { seq, previous, hash, entry } as JSON');
    const { seq, entry } = read;
    if (seq !== index) return wrong(`its number is ${seq} where ${index} was expected`);
    if (read.previous !== previous) return wrong('does not follow on the line before it');
    const json = canonicalJson(entry);
    const hash = digestOf(previous + json);
    if (read.hash !== hash) return wrong('its hash is not that of its content');
    if (text !== lineOf(seq, previous, hash, json)) return wrong('is written in another way than it was');
    const sealed = seal.safeParse(entry);
    if (sealed.success) {
      if (sealed.data.count !== index || sealed.data.final !== previous)
        return wrong('the seal is for other lines');
      final = sealed.data;
    }
    previous = hash;
  }
  if (last !== '') return { ok: false, line: lines.length + 1, why: 'the last line does not end' };
  if (!final) return { ok: false, line: lines.length + 1, why: 'the seal is missing' };
  return { ok: true, count: final.count, final: final.final };
}

function readLine(text: string): z.infer<typeof line> | null {
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
