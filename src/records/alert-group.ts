/** What is known of the alerts of one service in one environment: together they open one incident, not one each. No I/O here. */
import { z } from 'zod';
import { alert } from './alert.ts';
import { person } from './deployment.ts';
import { severities } from './incident-terms.ts';

const member = z.strictObject({
  /** As it was heard last; its time is that of its last change. */
  alert,
  /** The newest time that it was heard with: what is older comes late. */
  heard: z.number(),
  /** How often it was heard. */
  count: z.number(),
  /** When it went from firing to resolved or back, by the source's clock: the recent ones. */
  changes: z.array(z.number()),
  /** It changed so often that it opens nothing, until it has been quiet for a while. */
  flapping: z.boolean(),
});
export type Member = z.infer<typeof member>;

/**
 * `waiting`: it has to fire for a while first. `asked`: people decide. `dismissed`: they decided against it. `opening`: an
 * incident will be there in a moment. `open`: alerts go to the incident.
 */
const alertPhases = ['quiet', 'waiting', 'asked', 'dismissed', 'opening', 'open'] as const;

/** What people were asked, and where; `shown` is the phase that the message tells of. */
const question = z.strictObject({
  title: z.string(),
  severity: z.enum(severities),
  alerts: z.number(),
  since: z.number(),
  link: z.string().nullable(),
  askedAt: z.number(),
  message: z.strictObject({ channel: z.string(), ts: z.string() }).nullable(),
  shown: z.enum(alertPhases),
});
export type Question = z.infer<typeof question>;

export const alertGroup = z.strictObject({
  schema: z.literal(1),
  /** `production/api-gateway`; `production` where no service is named. */
  name: z.string(),
  /** Raised by one on every save; a save that read an older one is refused. 0: never saved. */
  revision: z.number(),
  environment: z.string(),
  service: z.string().nullable(),
  phase: z.enum(alertPhases),
  /** When this phase began. */
  since: z.number(),
  /** Counts the times that it went from quiet to trouble. Each opens at most one incident. */
  episode: z.number(),
  /** When it has fired for long enough; only while it waits. */
  openAt: z.number().nullable(),
  /** The incident of this episode. */
  incident: z.string().nullable(),
  question: question.nullable(),
  answeredBy: person.nullable(),
  members: z.array(member),
});
export type AlertGroup = z.infer<typeof alertGroup>;

export const groupName = (environment: string, service: string | null): string =>
  service === null ? environment : `${environment}/${service}`;

export const quietGroup = (environment: string, service: string | null): AlertGroup => ({
  schema: 1,
  name: groupName(environment, service),
  revision: 0,
  environment,
  service,
  phase: 'quiet',
  since: 0,
  episode: 0,
  openAt: null,
  incident: null,
  question: null,
  answeredBy: null,
  members: [],
});

/** What counts as trouble now. */
export const firing = ({ members }: Pick<AlertGroup, 'members'>): Member[] =>
  members.filter((m) => m.alert.state === 'firing' && !m.flapping);

/** Names what asks for the incident of an episode, so that it is opened once. */
export const openingRequest = ({ name, episode }: Pick<AlertGroup, 'name' | 'episode'>): string =>
  `alert:${name}:${episode}`;
