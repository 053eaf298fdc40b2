/** Takes an alert from the queue to an incident: opened, fed, asked for, or left alone. */
import { isEqual } from 'es-toolkit';
import { SaveConflict } from '../../clients/store/errors.ts';
import type { Alert } from '../../records/alert.ts';
import { type AlertGroup, groupName, quietGroup } from '../../records/alert-group.ts';
import { coveringIncidents, isAsSevere } from './covering.ts';
import { lookBeforeOpening } from './look.ts';
import { openFor } from './open.ts';
import { showQuestion } from './question.ts';
import { type Triage, triage } from './triage.ts';
import { type AlertWorld, homeOf } from './world.ts';

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
  world: AlertWorld,
): Promise<{ saved: AlertGroup; lookAt: number | null }> {
  const { store, clock, queues } = world;
  const now = clock.now();
  const next = await follow(group, alert, isRepeat, world);
  if (!next) return { saved: group, lookAt: null };
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

/** What follows from it, once the probes have said how severe it is where that matters; null: alerts are off. */
async function follow(
  group: AlertGroup,
  alert: Alert,
  isRepeat: boolean,
  world: AlertWorld,
): Promise<Triage | null> {
  const { store, clock, catalog } = world;
  if (!catalog.incidents) return null;
  const { alerts: rules, automatic } = catalog.incidents;
  const now = clock.now();
  const covering = coveringIncidents(group, await store.openIncidents());
  const mayOpen = catalog.environments.get(group.environment)?.critical ?? false;
  const withIn = (id: string | null) => triage(group, alert, rules, { now, covering: id, mayOpen, isRepeat });
  const first = covering[0];
  const fed = withIn(first?.id ?? null);
  // Nothing is more severe than a P1, and what may open nothing is better told than lost.
  if (!first || first.severity === 'P1' || !mayOpen || !tellsOfTrouble(fed)) return fed;
  const found = await lookBeforeOpening(group, world);
  // Where it got no worse, what people made of their own incident stays.
  const isUsual = isAsSevere(automatic.alert, found.severity);
  const enough = covering.find(
    (i) => isAsSevere(i.severity, found.severity) || (isUsual && i.id === group.incident),
  );
  if (enough) return enough === first ? fed : withIn(enough.id);
  const anew = withIn(null);
  // What opens none, because it only goes on, or people said so, is not lost either.
  return beginnings.has(anew.group.phase) ? anew : fed;
}

const tellsOfTrouble = ({ news }: Triage): boolean =>
  news.some(({ what }) => what.kind === 'alert' && what.alert.state === 'firing');

const beginnings: ReadonlySet<AlertGroup['phase']> = new Set(['waiting', 'asked', 'opening']);

const earliest = (...times: (number | null)[]): number | null => {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
};
