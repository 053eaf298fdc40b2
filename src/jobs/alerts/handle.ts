/** Takes an alert from the queue to an incident: opened, fed, asked for, or left alone. */
import { isEqual } from 'es-toolkit';
import { SaveConflict } from '../../clients/store/errors.ts';
import type { Alert } from '../../records/alert.ts';
import { type AlertGroup, groupName, quietGroup } from '../../records/alert-group.ts';
import { openFor } from './open.ts';
import { showQuestion } from './question.ts';
import { triage } from './triage.ts';
import { type AlertWorld, coveringIncident, homeOf } from './world.ts';

/** Workers that save the same group at once go one after the other; one of them gets further each time. */
const triesAtMost = 200;

/**
 * Gives null when nothing is left to be done about it, else when to look again, in the clock's milliseconds. `isRepeat`:
 * the same job was here before. May run twice, at any point. Throws where the store fails; the job is then tried again.
 */
export async function handleAlert(alert: Alert, world: AlertWorld, isRepeat = false): Promise<number | null> {
  if (!world.catalog.incidents) return null;
  const home = homeOf(alert, world.catalog);
  let wasHere = isRepeat;
  for (let tries = 0; tries < triesAtMost; tries++) {
    const group =
      (await world.store.alertGroup(groupName(home.environment, home.service))) ??
      quietGroup(home.environment, home.service);
    try {
      if (group.phase === 'opening') {
        const again = await openFor(group, world);
        if (again !== null) return again;
        continue;
      }
      const { saved, lookAt } = await hearOnce(group, alert, wasHere, world);
      wasHere = true;
      if (saved.phase === 'opening') continue;
      return earliest(lookAt, await showQuestion(saved, world));
    } catch (error) {
      if (!(error instanceof SaveConflict)) throw error;
    }
  }
  throw new SaveConflict(`The alerts of ${home.environment} are saved by too many workers at once.`);
}

/** The incident is told before the group is saved: what is told twice counts once, and what is saved is not told again. */
async function hearOnce(
  group: AlertGroup,
  alert: Alert,
  isRepeat: boolean,
  { store, clock, catalog, queues }: AlertWorld,
): Promise<{ saved: AlertGroup; lookAt: number | null }> {
  const now = clock.now();
  const rules = catalog.incidents?.alerts;
  if (!rules) return { saved: group, lookAt: null };
  const next = triage(group, alert, rules, {
    now,
    covering: coveringIncident(group, await store.openIncidents())?.id ?? null,
    mayOpen: catalog.environments.get(group.environment)?.critical ?? false,
    isRepeat,
  });
  const { incident } = next.group;
  if (incident !== null && next.news.length > 0) {
    for (const { name, what } of next.news) {
      await store.tellIncident(incident, name, { at: now, by: null, from: 'worker', channel: null, what });
    }
    await queues.wakeIncident(incident);
  }
  const saved = isEqual(group, next.group) ? group : await store.saveAlertGroup(next.group);
  return { saved, lookAt: next.lookAt };
}

const earliest = (...times: (number | null)[]): number | null => {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
};
