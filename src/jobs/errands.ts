/** Work that answers one person: health checks, status reports, clicks whose rights had to be read first, messages that were noted. */
import type { SlackWriter } from '../clients/slack.ts';
import { SlackRefused } from '../clients/slack-errors.ts';
import { Refusal } from '../records/refusal.ts';
import { healthReport } from '../templates/health-report.ts';
import type { Message } from '../templates/message.ts';
import { refused } from '../templates/replies.ts';
import { statusReport } from '../templates/status.ts';
import { answered } from './deployment/answer-click.ts';
import { decide } from './deployment/decide.ts';
import type { World } from './deployment/world.ts';
import { announceFreeze, freezeIfAllowed, noteFreeze } from './freeze.ts';
import { checkHealth } from './health.ts';
import { type ActWorld, actTaken, alertAnswered, evidenceGiven } from './incident/answer-act.ts';
import { followMessage, type NotingWorld } from './incident/noting.ts';
import { incidentsOff } from './incident/take.ts';
import type { Errand, Queues } from './queues.ts';
import { reportStatus } from './status.ts';

export interface ErrandWorld extends World {
  slack: SlackWriter;
  queues: Pick<Queues, 'wake' | 'wakeIncident' | 'raise' | 'run'>;
  /** Asks for everybody's Home to be drawn anew. Must not throw. */
  showHomes(): Promise<void>;
  /** Null where the catalog has no section about incidents. */
  incidents: (ActWorld & NotingWorld) | null;
}

export async function runErrand(key: string, errand: Errand, world: ErrandWorld): Promise<void> {
  if (errand.kind === 'message') {
    // Nobody is answered: what somebody did shows where they did it.
    if (world.incidents) await followMessage(key, errand, world.incidents);
    return;
  }
  const message = await result(key, errand, world).catch((error: unknown) => {
    if (error instanceof Refusal) return refused(error);
    throw error;
  });
  if (message) await reply(key, errand, message, world);
}

/** An errand that answers somebody. */
type Asked = Exclude<Errand, { kind: 'message' }>;

/** Null where nobody is answered. */
async function result(key: string, errand: Asked, world: ErrandWorld): Promise<Message | null> {
  switch (errand.kind) {
    case 'health':
      return healthReport(await checkHealth(errand, world));
    case 'status':
      return statusReport(await reportStatus(world));
    case 'click': {
      const { deployment, round, choice, person: by } = errand;
      const answer = await decide({ deployment, round, choice, by }, world.people.may, world);
      return answered(answer, choice, by, world);
    }
    case 'act':
      return actTaken(key, errand, incidentsIn(world));
    case 'evidence':
      return evidenceGiven(errand, incidentsIn(world));
    case 'freeze':
      return freezeIfAllowed(key, errand.change, world);
    case 'freeze-announced':
      await world.showHomes();
      await noteFreeze(errand.change, world);
      return announceFreeze(errand.change, world);
    case 'alert-answer':
      return alertAnswered(errand, world);
  }
}

function incidentsIn({ incidents }: ErrandWorld): ActWorld {
  if (incidents) return incidents;
  throw incidentsOff();
}

async function reply(key: string, errand: Asked, message: Message, { store, slack, clock }: ErrandWorld) {
  const responseUrl = await store.responseUrl(key);
  // An answer to a click stands beside the message that was clicked, never in its place.
  const replace = errand.kind === 'health' || errand.kind === 'status';
  try {
    if (responseUrl) await slack.answer(responseUrl, message, replace);
    else await slack.whisper(errand.channel, errand.person.id, message);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    await slack.direct(errand.person.id, message, key, clock.now() - longestOutage);
  }
}

/** A try whose answer was lost may be this long ago, in milliseconds. */
const longestOutage = 24 * 60 * 60_000;
