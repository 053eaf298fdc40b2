/** Carries out the effects of incidents, and tells the incident's inbox how it went. */
import { AwsError } from '../../../clients/aws-errors.ts';
import { OutsideAway, OutsideRefused } from '../../../clients/outside.ts';
import { SlackAway, SlackRefused } from '../../../clients/slack-errors.ts';
import type { Effect, EffectResult, EffectWhat } from '../../../records/effect.ts';
import type { Incident } from '../../../records/incident.ts';
import { Refusal } from '../../../records/refusal.ts';
import type { IncidentWorld } from '../world.ts';
import { assess } from './assess.ts';
import { mitigate, undo } from './mitigate.ts';
import { openIssue, publish, writePostMortem } from './outside.ts';
import { acknowledgePage, page, pageLeadership, resolvePage, tellOnCall } from './page.ts';
import { direct, post, postCard, postRoomCard } from './posts.ts';
import { archive, createRoom, invite, tellMerged, unarchive } from './room.ts';

/** Still under way: look again after so many milliseconds of the clock. */
export interface Again {
  again: number;
}

export type Carry<K extends EffectWhat['kind']> = (
  i: Incident,
  effect: Effect & { what: Extract<EffectWhat, { kind: K }> },
  world: IncidentWorld,
) => Promise<EffectResult | Again>;

async function carryOut(i: Incident, effect: Effect, world: IncidentWorld): Promise<EffectResult | Again> {
  const { what } = effect;
  switch (what.kind) {
    case 'card':
      return postCard(i, { ...effect, what }, world);
    case 'room':
      return createRoom(i, { ...effect, what }, world);
    case 'room-card':
      return postRoomCard(i, { ...effect, what }, world);
    case 'invite':
      return invite(i, { ...effect, what }, world);
    case 'post':
      return post(i, { ...effect, what }, world);
    case 'direct':
      return direct(i, { ...effect, what }, world);
    case 'page':
      return page(i, { ...effect, what }, world);
    case 'page-leadership':
      return pageLeadership(i, { ...effect, what }, world);
    case 'tell-on-call':
      return tellOnCall(i, { ...effect, what }, world);
    case 'page-acknowledge':
      return acknowledgePage(i, { ...effect, what }, world);
    case 'page-resolve':
      return resolvePage(i, { ...effect, what }, world);
    case 'assess':
      return assess(i, { ...effect, what }, world);
    case 'mitigate':
      return mitigate(i, { ...effect, what }, world);
    case 'undo':
      return undo(i, { ...effect, what }, world);
    case 'publish':
      return publish(i, { ...effect, what }, world);
    case 'post-mortem':
      return writePostMortem(i, { ...effect, what }, world);
    case 'issue':
      return openIssue(i, { ...effect, what }, world);
    case 'merge':
      return tellMerged(i, { ...effect, what }, world);
    case 'archive':
      return archive(i, { ...effect, what }, world);
    case 'unarchive':
      return unarchive(i, { ...effect, what }, world);
  }
}

/**
 * Carries out one effect. Gives when to look again (in milliseconds of the clock), or null when the inbox knows how it
 * went. `attempts` of this job came to nothing before. May run again at any point: whatever is carried out looks first whether it was done.
 */
export async function runEffect(
  id: string,
  key: string,
  world: IncidentWorld,
  attempts = 0,
): Promise<number | null> {
  const i = await world.store.loadIncident(id);
  const effect = i?.effects.find((e) => e.key === key);
  if (!i || effect?.state !== 'due') return null;
  const tell = (name: string, what: Parameters<typeof world.store.tellIncident>[2]['what']) =>
    world.store.tellIncident(id, `${key}/${effect.tries}/${name}`, {
      at: world.clock.now(),
      by: null,
      from: 'worker',
      channel: null,
      what,
    });
  try {
    const result = await carryOut(i, effect, world);
    if ('again' in result) return result.again;
    await tell('done', { kind: 'effect-done', key, result });
  } catch (error) {
    const failure = failureOf(error, effect.tries) ?? (attempts >= patience ? givenUp : null);
    if (!failure) throw error;
    await tell('failed', { kind: 'effect-failed', key, ...failure });
  }
  await world.queues.wakeIncident(id);
  return null;
}

/** A mistake of ours, or the store's trouble, may pass; after so many attempts it shows, and a person may try again. */
const patience = 5;
const givenUp = { why: 'something unexpected went wrong, and the log has it', retryIn: null };

/** Waits between tries, in milliseconds: 2, 4, 8, 16, then every 30 seconds. */
const wait = (tries: number): number => Math.min(30_000, 2_000 * 2 ** Math.min(tries, 5));

const reasonOf = ({ message }: Error): string => message.slice(0, 500) || 'no reason was given';

/** Null for what is no trouble outside: a mistake of ours, or the store's. */
function failureOf(error: unknown, tries: number): { why: string; retryIn: number | null } | null {
  if (error instanceof SlackAway || error instanceof OutsideAway) {
    return {
      why: reasonOf(error),
      retryIn: Math.max(Math.min(error.retryIn, 60_000), wait(tries)),
    };
  }
  if (error instanceof AwsError) return { why: reasonOf(error), retryIn: wait(tries) };
  if (error instanceof SlackRefused || error instanceof OutsideRefused || error instanceof Refusal) {
    return { why: reasonOf(error), retryIn: null };
  }
  return null;
}
