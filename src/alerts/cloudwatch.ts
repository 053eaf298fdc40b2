/** CloudWatch alarms, which come as messages of Amazon SNS. */
import { z } from 'zod';
import type { Alert } from '../records/alert.ts';
import { optionalText, parsed } from './body.ts';
import { nothing, type Reading, Rejected, type Source } from './request.ts';
import { expectSigned, snsMessage, trusted } from './sns.ts';
import { subjectOf } from './subject.ts';
import { alertOf, instant, severityOf, topicOf } from './words.ts';

const dimensions = z
  .array(z.object({ name: z.string(), value: z.string() }))
  .nullish()
  .catch(null);
const metric = z.object({ MetricName: optionalText, Namespace: optionalText, Dimensions: dimensions });
/** Amazon CloudWatch documentation: what an alarm's notification holds; composite alarms have no trigger. */
const alarm = z.object({
  AlarmName: z.string().min(1),
  AlarmArn: optionalText,
  AlarmDescription: optionalText,
  AWSAccountId: optionalText,
  NewStateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  NewStateReason: optionalText,
  StateChangeTime: instant,
  Trigger: metric
    .extend({
      /** Alarms on an expression: the metrics that it is made of. */
      Metrics: z
        .array(
          z.object({
            Label: optionalText,
            Expression: optionalText,
            MetricStat: z.object({ Metric: metric }).nullish().catch(null),
          }),
        )
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});
type Alarm = z.infer<typeof alarm>;

export const cloudwatch: Source = {
  isConfigured: ({ sns }) => sns.topics.length > 0,

  read: async ({ body }, reading) => {
    const message = snsMessage.safeParse(parsed(body, z.unknown())).data;
    if (!message) throw new Rejected('unsigned', 'not a signed message of SNS');
    await expectSigned(message, reading);
    switch (message.Type) {
      case 'SubscriptionConfirmation':
        return { ...nothing, confirm: trusted(message.SubscribeURL, reading) };
      case 'UnsubscribeConfirmation':
        return nothing;
      case 'Notification': {
        const found = readAlarm(parsed(message.Message, alarm), reading);
        return { ...nothing, alerts: found ? [{ delivery: message.MessageId, alert: found }] : [] };
      }
    }
  },
};

/** Null where the alarm does not know (INSUFFICIENT_DATA): that is neither trouble nor its end. */
function readAlarm(a: Alarm, { catalog, clock }: Pick<Reading, 'catalog' | 'clock'>): Alert | null {
  if (a.NewStateValue === 'INSUFFICIENT_DATA') return null;
  const metrics = [a.Trigger, ...(a.Trigger?.Metrics ?? []).map((m) => m.MetricStat?.Metric)];
  const named = metrics.flatMap((m) => m?.Dimensions ?? []);
  const called = (...names: string[]) =>
    named.filter(({ name }) => names.includes(name.toLowerCase())).map(({ value }) => value);
  return alertOf(
    {
      source: 'cloudwatch',
      key: a.AlarmArn || `${a.AWSAccountId ?? ''} ${a.AlarmName}`,
      state: a.NewStateValue === 'ALARM' ? 'firing' : 'resolved',
      title: a.AlarmName,
      detail: [a.AlarmDescription, a.NewStateReason].filter(Boolean).join('\n'),
      ...subjectOf(
        {
          services: called('servicename', 'service'),
          environments: called('environment', 'env', 'stage'),
          clusters: called('clustername'),
          within: [...called('targetgroup', 'loadbalancer', 'dbinstanceidentifier'), a.AlarmName],
        },
        catalog,
      ),
      severity: severityOf(called('severity', 'priority')),
      topic: topicOf([
        ...metrics.flatMap((m) => [m?.Namespace, m?.MetricName]),
        ...(a.Trigger?.Metrics ?? []).map((m) => m.Label),
        a.AlarmName,
        a.AlarmDescription,
      ]),
      at: a.StateChangeTime,
      link: consoleLink(a),
    },
    clock.now(),
  );
}

/** The alarm in the AWS console; null where its region is not known. */
function consoleLink({ AlarmArn, AlarmName }: Alarm): string | null {
  const region = /^arn:aws:cloudwatch:([a-z]{2,}(?:-[a-z]+)+-\d+):\d{12}:alarm:/.exec(AlarmArn ?? '')?.[1];
  if (!region) return null;
  const url = new URL(`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`);
  url.hash = `alarmsV2:alarm/${AlarmName}`;
  return url.href;
}
