/** Takes an incident as far as it goes now: what people did, what time did; then what has to happen outside is started. */
import { isDeepStrictEqual } from 'node:util';
import type { Act } from '../../records/act.ts';
import { blockOf } from '../../records/block.ts';
import type { AuditEntry } from '../../records/entries.ts';
import { type Incident, isOver } from '../../records/incident.ts';
import { apply } from './apply.ts';
import { begin, hasBegun } from './begin.ts';
import { applyTime, isSettled, nextDeadline } from './clocks.ts';
import { isReady } from './pen.ts';
import { type IncidentWorld, rulesOf } from './world.ts';

export interface IncidentStage extends Pick<IncidentWorld, 'catalog' | 'store' | 'clock' | 'queues'> {
  /** Asks for everything that shows this incident to be drawn anew. Must not throw or wait for Slack. */
  showIncident(after: Incident, before: Incident): Promise<void>;
}

/** Real milliseconds after which an open incident is looked at whatever happens: the net for a wake-up that was lost. */
const poll = 2_000;
const pollAfterEnd = 60_000;

/**
 * Gives how many real milliseconds later to look again, or null when nothing is left to be done. Throws only where the
 * store fails, the record can't be read or somebody else saved it; the job is then tried again.
 */
export async function advanceIncident(id: string, stage: IncidentStage): Promise<number | null> {
  const { store, clock, queues } = stage;
  let i = await store.loadIncident(id);
  if (!i) return null;
  const rules = rulesOf(stage);
  const acts = await store.inbox(id, i.read);
  const now = clock.now();
  const next = progress(i, acts, now, rules);
  if (!isDeepStrictEqual(i, next)) {
    const before = i;
    i = await store.saveIncident(next, {
      audit: auditOf(before, next, acts),
      blocks: blockOf(next, rules.severities[next.severity].blocks_deploys),
      settled: isSettled(next),
    });
    await stage.showIncident(i, before);
  }
  for (const effect of i.effects) {
    if (isReady(i, effect, now)) await queues.runEffect(id, effect.key, effect.tries);
  }
  if (isSettled(i)) return null;
  const deadline = nextDeadline(i, now);
  // What is under way wakes the job when it is done.
  const net = isOver(i) ? pollAfterEnd : poll;
  return deadline === null ? net : Math.min(net, clock.real(deadline - now));
}

/** The record after these acts and this time; acts count in the order in which they came in. */
export function progress(
  i: Incident,
  acts: readonly Act[],
  now: number,
  rules: Parameters<typeof apply>[2],
): Incident {
  const begun = hasBegun(i) ? i : begin(i, rules, now);
  // A slot that came due before somebody did something counts as due before it.
  const acted = acts.reduce((next, act) => apply(next, act, rules), begun);
  return applyTime({ ...acted, read: i.read + acts.length }, now, rules);
}

/** Every new line of the timeline is a line of the audit. */
function auditOf(before: Incident, after: Incident, acts: readonly Act[]): AuditEntry[] {
  const known = before.timeline.at(-1)?.n ?? 0;
  return after.timeline
    .filter((line) => line.n > known)
    .map(({ at, by, kind, text }) => {
      const act = acts.find((a) => a.at === at && a.by?.id === by?.id);
      return {
        at,
        who: by,
        what: `incident.${kind}`,
        deployment: null,
        incident: after.id,
        environment: after.environment,
        // The audit is open to everybody who may ask for it.
        detail: after.isPrivate ? null : text.slice(0, 300),
        from: act?.from ?? (by ? 'worker' : 'clock'),
        ...(act?.channel && { channel: act.channel }),
      };
    });
}
