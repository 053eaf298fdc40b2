/** Messages of Amazon SNS: whether SNS signed them, for a topic of ours, a short while ago. */
import { type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { type Reading, Rejected } from './request.ts';
import { instant } from './words.ts';

/** Amazon SNS documentation, "HTTP/HTTPS notification JSON format" and the two confirmations. */
export const snsMessage = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string().min(1).max(100),
  TopicArn: z.string(),
  Subject: z.string().nullish(),
  Message: z.string(),
  Timestamp: z.string(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.string(),
  SigningCertURL: z.string(),
  SubscribeURL: z.string().nullish(),
  Token: z.string().nullish(),
});
export type SnsMessage = z.infer<typeof snsMessage>;

const signedFields = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** What SNS signs: each field that is there, name and value a line each, in the order of their names. */
export const signedText = (message: Omit<SnsMessage, 'Signature'>): string =>
  signedFields[message.Type]
    .flatMap((field) => (message[field] == null ? [] : [`${field}\n${message[field]}\n`]))
    .join('');

/** SNS gives up after less than an hour of retries (its default policy); what is older is sent again by somebody else. */
const olderThan = 60 * 60_000;

/** Throws Rejected; `unavailable` where the certificate cannot be had now, so that SNS tries again. */
export async function expectSigned(
  message: SnsMessage,
  { settings, clock, signingKeys }: Pick<Reading, 'settings' | 'clock' | 'signingKeys'>,
): Promise<void> {
  if (!settings.sns.topics.includes(message.TopicArn)) throw unsigned('this topic is not allowed');
  const at = instant.safeParse(message.Timestamp).data;
  if (at === undefined || Math.abs(clock.now() - at) > olderThan) throw unsigned('the message is too old');
  const url = trusted(message.SigningCertURL, { signingKeys });
  const key = await signingKeys.keyAt(url).catch(() => {
    throw new Rejected('unavailable', 'the signing certificate cannot be had now');
  });
  if (key === null || !isSignedBy(key, message)) throw unsigned('the signature is wrong');
}

/** Throws Rejected where what is said at this address may not be believed. */
export function trusted(
  address: string | null | undefined,
  { signingKeys }: Pick<Reading, 'signingKeys'>,
): URL {
  if (address && address.length <= 2_000 && URL.canParse(address)) {
    const url = new URL(address);
    if (signingKeys.isTrusted(url)) return url;
  }
  throw unsigned('this is no address of SNS');
}

const unsigned = (reason: string) => new Rejected('unsigned', reason);

/** Version 1 is SHA1 with RSA, version 2 SHA256 with RSA. */
function isSignedBy(key: KeyObject, message: SnsMessage): boolean {
  try {
    const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
    const signature = Buffer.from(message.Signature, 'base64');
    return (
      key.asymmetricKeyType === 'rsa' && verify(algorithm, Buffer.from(signedText(message)), key, signature)
    );
  } catch {
    return false;
  }
}
