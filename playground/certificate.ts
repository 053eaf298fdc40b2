/** Self-signed certificates (RFC 5280), as Amazon SNS signs with: Node makes keys, but no certificates. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** DER: a tag, the length, the contents. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), contents]);
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const bits = (contents: Uint8Array) => der(0x03, Buffer.from([0]), contents);
const utcTime = (text: string) => der(0x17, Buffer.from(text));
const nothing = der(0x05);
/** sha256WithRSAEncryption, and the common name. */
const sha256WithRsa = der(0x06, Buffer.from('2a864886f70d01010b', 'hex'));
const commonName = der(0x06, Buffer.from('550403', 'hex'));

/** A key for RSA with its certificate, as PEM. */
export function makeCertificate(name: string): { key: KeyObject; pem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithm = sequence(sha256WithRsa, nothing);
  const who = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))));
  const contents = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    who,
    sequence(utcTime('200101000000Z'), utcTime('490101000000Z')),
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const whole = sequence(contents, algorithm, bits(sign('RSA-SHA256', contents, privateKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey,
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
