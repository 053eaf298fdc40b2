/** Takes a deployment as far as it goes now: run a step, store what `apply` makes of it, show it, go on or wait. */
import { isDeepStrictEqual } from 'node:util';
import { type Deployment, isEnded, stopQuestion } from '../../records/deployment.ts';
import { Refusal } from '../../records/refusal.ts';
import { type FollowUpWorld, followUp } from '../incident/from-deployment.ts';
import { apply, canBeStopped } from './apply.ts';
import { auditOf } from './audit.ts';
import { haltOn } from './halts.ts';
import type { Outcome } from './outcome.ts';
import { runbook } from './runbook.ts';
import { environmentOf, type World } from './world.ts';

export interface Stage extends World, Pick<FollowUpWorld, 'queues' | 'permalink'> {
  /** Asks for the deployment's messages to be drawn anew. Must not throw or wait for Slack. */
  show(d: Deployment): Promise<void>;
  /** Told once of every deployment that ended here. */
  ended(d: Deployment): void;
  /** Told of everything that a step threw, for the log. */
  trouble(d: Deployment, error: unknown): void;
}

/** A click wakes the job at once; this look, after so many milliseconds, is the net for a wake-up that was lost. */
const poll = 2_000;

/**
 * Gives when to look again (in the clock's milliseconds), or null when the deployment has ended and incidents know. Throws only where
 * the store fails, the record can't be read or somebody else saved it; the job is then tried again.
 */
export async function advance(id: string, stage: Stage): Promise<number | null> {
  let d = await stage.store.load(id);
  if (!d) return null;
  await stage.show(d);
  for (;;) {
    if (isEnded(d)) return (await tellIncidents(d, stage)) ? null : nextTry(d, stage);
    const stop = await stopAsked(d, stage);
    if (!stop && isEarly(d, stage.clock.now())) return nextLook(d, stage);
    const outcome = stop ?? (await attempt(d, stage));
    const next = apply(d, outcome, stage.clock.now(), holdPolicy(d, stage));
    if (isSame(d, next)) return nextLook(next, stage);
    const begins = isBeginning(d, next);
    d = await stage.store.save(next, auditOf(d, next));
    await stage.show(d);
    if (begins) await tellIncidents(d, stage);
    if (isEnded(d)) stage.ended(d);
  }
}

const isBeginning = (before: Deployment, after: Deployment): boolean =>
  after.story.slice(before.story.length).some(({ event }) => event === 'started');

/** Incidents never hold up a deployment; what they could not be told of its beginning, they are told at its end. */
async function tellIncidents(d: Deployment, stage: Stage): Promise<boolean> {
  try {
    await followUp(d, stage);
    return true;
  } catch (error) {
    stage.trouble(d, error);
    return false;
  }
}

/** Milliseconds between two tries to tell incidents of an end, and after the end, how long it is tried. */
const followUpEvery = 10_000;
const followUpFor = 24 * 60 * 60_000;

function nextTry({ endedAt }: Deployment, { clock }: Stage): number | null {
  const now = clock.now();
  return endedAt !== null && now - endedAt < followUpFor ? now + followUpEvery : null;
}

/** A crash or a wake-up may bring a visit too soon; only what people decide is looked at before the time. */
const isEarly = (d: Deployment, now: number): boolean =>
  d.notBefore > now && !(isAskingPeople(d) && d.unknowns.count === 0);

const isAskingPeople = ({ step }: Deployment): boolean => step === 'approval' || step === 'hold';

const nextLook = ({ notBefore }: Deployment, { clock }: Stage): number =>
  Math.min(notBefore, clock.now() + poll);

/** A look that found nothing new is not worth a write. */
const isSame = (before: Deployment, after: Deployment): boolean =>
  isDeepStrictEqual({ ...before, notBefore: 0 }, { ...after, notBefore: 0 });

async function stopAsked(d: Deployment, { store }: World): Promise<Outcome | null> {
  const [decision] = canBeStopped(d) ? await store.answersTo(d.id, stopQuestion) : [];
  return decision ? { kind: 'stop', decision } : null;
}

/** A throw in a step means "could not tell"; only a refusal means no. */
async function attempt(d: Deployment, world: Stage): Promise<Outcome> {
  if (d.step === 'ended') throw new Error(`${d.id} has ended`);
  try {
    return (await haltOn(d, world)) ?? (await runbook[d.step](d, world));
  } catch (error) {
    if (error instanceof Refusal) return refuse(error);
    world.trouble(d, error);
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
}

const refuse = ({ code, message, hint, suggestion }: Refusal): Outcome => ({
  kind: 'refuse',
  refusal: { code, message, hint, ...(suggestion && { suggestion }) },
});

/** An hour, should the catalog no longer name the environment. */
function holdPolicy(d: Deployment, world: World) {
  return { hold: world.catalog.environments.has(d.environment) ? environmentOf(d, world).hold : 3_600_000 };
}
