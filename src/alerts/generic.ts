/** Alerts of anything that can send JSON, in the format that docs/alerts.md gives. */
import { z } from 'zod';
import { type Alert, alertTopics } from '../records/alert.ts';
import { optionalText, parsed } from './body.ts';
import { type AlertRequest, nothing, type Reading, Rejected, type Source } from './request.ts';
import { isSigned, knowsSecret } from './secrets.ts';
import { subjectOf } from './subject.ts';
import { alertOf, hash, instant, severityOf, topicOf } from './words.ts';

const one = z.object({
  key: z.string().min(1).max(1_000),
  state: z.enum(['firing', 'resolved']),
  title: z.string().min(1),
  /** When it began or ended; without it a message that comes twice could not be told from news. */
  at: instant,
  detail: optionalText,
  service: optionalText,
  environment: optionalText,
  severity: optionalText,
  topic: z.enum(alertTopics).optional().catch(undefined),
  link: optionalText,
});
type One = z.infer<typeof one>;

const message = z.union([
  z.object({ alerts: z.array(one).max(1000) }),
  one.transform((alert) => ({ alerts: [alert] })),
]);

export const generic: Source = {
  isConfigured: ({ secrets }) => secrets.generic !== null,

  read: (request, reading) => {
    const secret = reading.settings.secrets.generic;
    if (secret === null || !isKnown(request, secret, reading.clock.now())) {
      throw new Rejected(
        'unsigned',
        'the signature or the shared secret is missing or wrong, or the time is',
      );
    }
    const alerts = parsed(request.body, message).alerts.map((found) => readOne(found, reading));
    return {
      ...nothing,
      alerts: alerts.map((alert) => ({ delivery: hash(alert.key, alert.state, alert.at), alert })),
    };
  },
};

/** Who signs is held to the signature. */
function isKnown({ headers, body }: AlertRequest, secret: string, now: number): boolean {
  const signature = headers['x-pilothouse-signature'];
  const timestamp = headers['x-pilothouse-timestamp'];
  if (signature === undefined) return knowsSecret(headers.authorization, secret);
  return (
    typeof signature === 'string' &&
    typeof timestamp === 'string' &&
    isSigned({ signature, timestamp, body }, secret, now)
  );
}

function readOne(a: One, { catalog, clock }: Pick<Reading, 'catalog' | 'clock'>): Alert {
  return alertOf(
    {
      source: 'generic',
      key: a.key,
      state: a.state,
      title: a.title,
      detail: a.detail,
      ...subjectOf({ services: [a.service], environments: [a.environment], within: [a.title] }, catalog),
      severity: severityOf([a.severity]),
      topic: a.topic ?? topicOf([a.key, a.title]),
      at: a.at,
      link: a.link,
    },
    clock.now(),
  );
}
