/** The keys with which Amazon SNS signs: read from its certificates, which come from its own hosts alone, and kept. */
import { type KeyObject, X509Certificate } from 'node:crypto';

export interface SigningKeys {
  /** Whether what SNS says at this address may be believed. */
  isTrusted(url: URL): boolean;
  /** Null where there is no such certificate; rejects where the host does not answer now. Ask for trusted addresses only. */
  keyAt(url: URL): Promise<KeyObject | null>;
  /** Visits the address that confirms a subscription; whether that was taken. Rejects where the host does not answer. */
  visit(url: URL): Promise<boolean>;
}

/** Amazon SNS documentation, "Verifying the signatures of Amazon SNS messages": https, and a host of SNS. */
const snsHost = /^sns\.[a-z]{2,}(-[a-z]+)+-\d+\.amazonaws\.com(\.cn)?$/;
/** Real milliseconds that SNS gets for an answer; it gives us 15 s for ours (Amazon SNS documentation). */
const patience = 3_000;
/** Certificates have about 2,000 bytes, confirmations fewer. */
const longestAnswer = 64 * 1024;
/** SNS has one certificate a region at a time. */
const keptAtMost = 50;
/** Real milliseconds before a certificate that was not there is asked for again. */
const missingFor = 60_000;

/** `allowed`: where else certificates may come from, as the beginnings of addresses. */
export function createSigningKeys(allowed: readonly string[]): SigningKeys {
  const others = allowed.map((text) => new URL(text));
  const kept = new Map<string, Promise<KeyObject | null>>();

  const keep = (address: string): Promise<KeyObject | null> => {
    const asked = get(new URL(address)).then((pem) => (pem === null ? null : keyIn(pem)));
    const [oldest] = kept.keys();
    if (kept.size >= keptAtMost && oldest !== undefined) kept.delete(oldest);
    kept.set(address, asked);
    asked.then(
      (key) => {
        if (key === null) setTimeout(() => kept.delete(address), missingFor).unref();
      },
      () => kept.delete(address),
    );
    return asked;
  };

  return {
    isTrusted: (url) => {
      if (url.username || url.password) return false;
      if (url.protocol === 'https:' && url.port === '' && snsHost.test(url.hostname)) return true;
      return others.some((other) => url.origin === other.origin && url.pathname.startsWith(other.pathname));
    },
    keyAt: (url) => kept.get(url.href) ?? keep(url.href),
    visit: async (url) => (await get(url)) !== null,
  };
}

/** Null where it was answered with a refusal. */
async function get(url: URL): Promise<string | null> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patience) });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`the address of SNS answered ${response.status}`);
    return null;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > longestAnswer) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The connection to SNS' host was authenticated, so the certificate's own chain adds nothing. */
function keyIn(pem: string): KeyObject | null {
  try {
    return new X509Certificate(pem).publicKey;
  } catch {
    return null;
  }
}
