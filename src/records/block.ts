/** What keeps deployments from an environment: freezes, open incidents, emergencies. No I/O here. */
import { z } from 'zod';
import { type Deployment, person } from './deployment.ts';
import { type Incident, isOver } from './incident.ts';

export const block = z.strictObject({
  /** One of each: `freeze:production`, or the incident's id. */
  id: z.string(),
  kind: z.enum(['freeze', 'incident', 'database-corruption', 'security']),
  /** Null: all of them. */
  environment: z.string().nullable(),
  since: z.number(),
  /** It ends by itself; null: when somebody ends it. */
  until: z.number().nullable(),
  by: person.nullable(),
  reason: z.string(),
  incident: z.string().nullable(),
});
export type Block = z.infer<typeof block>;

export const freezeId = (environment: string | null): string => `freeze:${environment ?? 'all'}`;

const asked = {
  /** Null: all of them. */
  environment: z.string().nullable(),
  at: z.number(),
  by: person,
  from: z.enum(['command', 'form', 'button', 'shortcut']),
  /** Slack's id of the channel in which it was asked for. */
  channel: z.string(),
};

/** What somebody wants done to a freeze. */
export const freezeChange = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('freeze'), until: z.number().nullable(), reason: z.string(), ...asked }),
  z.strictObject({ verb: z.literal('thaw'), ...asked }),
]);
export type FreezeChange = z.infer<typeof freezeChange>;

const emergencyNames = {
  'database-corruption': 'database corruption',
  security: 'security incident',
} as const;

/** The block that an incident is, or null. Drills block nothing. */
export function blockOf(incident: Incident, blocksDeploys: boolean): Block | null {
  const { id, kind, halt, drill, severity, title, environment, declaredBy, declaredAt, isPrivate } = incident;
  if (drill) return null;
  const shared = { id, until: null, by: declaredBy, incident: id };
  if (halt && halt.cleared === null && kind !== 'outage' && kind !== 'review') {
    const reason = isPrivate ? emergencyNames[kind] : `${emergencyNames[kind]}: ${title}`;
    return { ...shared, kind, environment: null, since: halt.since, reason };
  }
  if (isOver(incident) || !blocksDeploys) return null;
  // What is secret is told in its room only, and everybody sees why a deployment is refused.
  const reason = isPrivate ? severity : `${severity}: ${title}`;
  return { ...shared, kind: 'incident', environment, since: declaredAt, reason };
}

/** Those that hold at this time and concern the environment. */
export const blocksOn = (blocks: readonly Block[], environment: string, now: number): Block[] =>
  blocks.filter(
    (b) => (b.environment === null || b.environment === environment) && (b.until === null || b.until > now),
  );

/** Under an emergency work in flight is held at its next step. */
export const isHalt = ({ kind }: Block): boolean => kind === 'database-corruption' || kind === 'security';

/** Rollbacks go on under freezes and incidents (runbooks 001 and 004); emergencies hold them too. */
export const holdsBack = (b: Block, { kind }: Pick<Deployment, 'kind'>): boolean =>
  isHalt(b) || kind === 'deploy';
