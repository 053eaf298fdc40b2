/** Amazon SNS as far as it sends to HTTP endpoints: signs with a certificate of its own, and has subscriptions confirmed. */
import { randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SnsMessage, signedText } from '../src/alerts/sns.ts';
import type { AlertPost, Trouble } from './alerts.ts';
import { makeCertificate } from './certificate.ts';

type Unsigned = Omit<SnsMessage, 'Signature' | 'SigningCertURL' | 'SignatureVersion'>;

export interface SimulatedSns {
  /** What `ALERTS_SNS_CERTIFICATES` has to say. */
  certificates: string;
  topic: string;
  /** Tokens of the subscriptions that were confirmed. */
  confirmed: string[];
  /** How often the certificate was fetched. */
  fetched(): number;
  notification(message: string, more?: Partial<SnsMessage>): AlertPost;
  subscription(more?: Partial<SnsMessage>): AlertPost;
  unsubscription(): AlertPost;
  stop(): Promise<void>;
}

/** `now` is the clock that messages are dated with. */
export async function startSns({ now }: { now: () => number }): Promise<SimulatedSns> {
  const topic = 'arn:aws:sns:us-east-1:123456789012:alarms';
  const { key, pem } = makeCertificate('sns.amazonaws.com');
  const confirmed: string[] = [];
  let fetched = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    if (url.pathname === '/cert.pem') {
      fetched++;
      response.end(pem);
    } else if (url.pathname === '/huge.pem') {
      response.end(pem + '\n'.repeat(1_000_000));
    } else if (url.pathname === '/away.pem') {
      response.writeHead(503).end();
    } else if (url.pathname === '/confirm') {
      confirmed.push(url.searchParams.get('Token') ?? '');
      response.end('<ConfirmSubscriptionResponse/>');
    } else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  const signed = (message: Unsigned, more: Partial<SnsMessage>): AlertPost => {
    const whole = {
      ...message,
      SignatureVersion: '1' as const,
      SigningCertURL: `${base}cert.pem`,
      ...more,
    };
    const algorithm = whole.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
    const Signature = sign(algorithm, Buffer.from(signedText(whole)), key).toString('base64');
    return {
      path: '/alerts/cloudwatch',
      // SNS sends JSON as plain text.
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': whole.Type },
      body: JSON.stringify({ Signature, ...whole }),
    };
  };
  const confirmation = (Type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'): Unsigned => {
    const Token = randomUUID();
    return {
      Type,
      MessageId: randomUUID(),
      Token,
      TopicArn: topic,
      Message: `You have chosen to subscribe to the topic ${topic}.`,
      SubscribeURL: `${base}confirm?Action=ConfirmSubscription&TopicArn=${topic}&Token=${Token}`,
      Timestamp: new Date(now()).toISOString(),
    };
  };
  return {
    certificates: base,
    topic,
    confirmed,
    fetched: () => fetched,
    notification: (Message, more = {}) =>
      signed(
        {
          Type: 'Notification',
          MessageId: randomUUID(),
          TopicArn: topic,
          Subject: 'ALARM',
          Message,
          Timestamp: new Date(now()).toISOString(),
        },
        more,
      ),
    subscription: (more = {}) => signed(confirmation('SubscriptionConfirmation'), more),
    unsubscription: () => signed(confirmation('UnsubscribeConfirmation'), {}),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What CloudWatch gives to SNS when an alarm changes; the service's place says where it runs in ECS. */
export function alarmMessage(t: Trouble & { cluster: string }): string {
  const at = t.state === 'firing' ? t.began : (t.ended ?? t.began + 1);
  return JSON.stringify({
    AlarmName: t.name,
    AlarmDescription: null,
    AWSAccountId: '123456789012',
    AlarmConfigurationUpdatedTimestamp: '2026-01-01T00:00:00.000+0000',
    NewStateValue: t.state === 'firing' ? 'ALARM' : 'OK',
    NewStateReason: 'Threshold Crossed: 1 datapoint [12.0] was greater than the threshold (5.0).',
    StateChangeTime: new Date(at).toISOString().replace('Z', '+0000'),
    Region: 'US East (N. Virginia)',
    AlarmArn: `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${t.name}`,
    OldStateValue: t.state === 'firing' ? 'OK' : 'ALARM',
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    Trigger: {
      MetricName: t.metric ?? 'CPUUtilization',
      Namespace: 'AWS/ECS',
      StatisticType: 'Statistic',
      Statistic: 'AVERAGE',
      Unit: null,
      Dimensions: [
        { value: t.cluster, name: 'ClusterName' },
        { value: t.service, name: 'ServiceName' },
      ],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 5,
      TreatMissingData: 'missing',
    },
  });
}
