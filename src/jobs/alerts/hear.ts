/** What an alert changes in what is known of its group: it began, it ended, it is known, it comes too late. Pure. */
import type { IncidentRules } from '../../config/incidents.ts';
import type { Alert } from '../../records/alert.ts';
import type { AlertGroup, Member } from '../../records/alert-group.ts';

export type AlertRules = IncidentRules['alerts'];

export interface Heard {
  members: Member[];
  change: 'began' | 'ended' | 'none';
  /** It began to flap just now. */
  flapped: boolean;
}

/** `isRepeat`: the same delivery is looked at again, and does not count. */
export function hear(
  { members }: Pick<AlertGroup, 'members'>,
  alert: Alert,
  rules: AlertRules,
  isRepeat: boolean,
): Heard {
  const known = members.find((m) => isSame(m.alert, alert));
  const unchanged: Heard = { members: [...members], change: 'none', flapped: false };
  if (!known) {
    // That it ended is kept too: what says that it began may be on its way still.
    const first = { alert: brief(alert), heard: alert.at, count: 1, changes: [], flapping: false };
    const change = alert.state === 'firing' ? 'began' : 'none';
    return { members: [...members, first], change, flapped: false };
  }
  const replaced = (after: Member) => members.map((m) => (m === known ? after : m));
  if (alert.state === known.alert.state) {
    if (alert.at < known.heard || isRepeat) return unchanged;
    return { ...unchanged, members: replaced({ ...known, heard: alert.at, count: known.count + 1 }) };
  }
  const isLate = alert.state === 'firing' ? alert.at <= known.heard : alert.at < known.heard;
  if (isLate) return unchanged;
  const changes = [...known.changes, alert.at].filter((at) => at > alert.at - rules.flap_within);
  const flapping = known.flapping || changes.length >= rules.flap_changes;
  return {
    members: replaced({ alert: brief(alert), heard: alert.at, count: known.count + 1, changes, flapping }),
    change: alert.state === 'firing' ? 'began' : 'ended',
    flapped: flapping && !known.flapping,
  };
}

export const isSame = (a: Alert, b: Alert): boolean => a.source === b.source && a.key === b.key;

/** Groups are loaded and saved often. */
const brief = (alert: Alert): Alert => ({ ...alert, detail: alert.detail?.slice(0, 500) ?? null });

/** When a flapping alert has been quiet for long enough. */
export const calmAt = ({ changes }: Member, { flap_within }: AlertRules): number =>
  (changes.at(-1) ?? 0) + flap_within;

const rememberedFor = 24 * 60 * 60_000;
const mostMembers = 100;

/** Without what ended long ago; where there are very many, the newest count. */
export function pruned(members: readonly Member[], now: number): Member[] {
  const kept = members.filter(
    (m) => m.alert.state === 'firing' || m.flapping || m.heard > now - rememberedFor,
  );
  if (kept.length <= mostMembers) return kept;
  const rank = (m: Member) => (m.alert.state === 'firing' ? 1e15 : 0) + m.heard;
  const worth = [...kept].sort((a, b) => rank(b) - rank(a)).slice(0, mostMembers);
  return kept.filter((m) => worth.includes(m));
}
