/** How long the store keeps what is over; Redis must not evict anything by itself, so it would grow for ever. */
import { type Deployment, isEnded } from '../../records/deployment.ts';

const day = 24 * 60 * 60_000;

/** What belongs to a deployment (its record, screen, decisions, lines of the audit), in milliseconds after its end. */
export const keptAfterEnd = 90 * day;
/** Requests that came to nothing: refused, or for a plan only. */
const keptOfNothing = 7 * day;

/** 0 while it has not ended: that is kept. */
export const keptFor = (d: Deployment): number => {
  if (!isEnded(d)) return 0;
  return d.ending === 'refused' || d.ending === 'planned' ? keptOfNothing : keptAfterEnd;
};

/** What belongs to an incident, in milliseconds after nothing is left to be done: long enough for a year's review. */
export const incidentsKept = 400 * day;
