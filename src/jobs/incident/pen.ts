/** What every change of an incident's record is written with: lines of the timeline, and effects, each once. */
import type { Person } from '../../records/deployment.ts';
import type { Effect, EffectWhat, Post } from '../../records/effect.ts';
import type { Incident, TimelineEntry } from '../../records/incident.ts';

export interface Line {
  kind: TimelineEntry['kind'];
  text: string;
  by?: Person | null;
  /** When it happened; default now. */
  at?: number;
  links?: readonly string[];
  message?: string | null;
}

/** Adds a line that is kept for the post-mortem, but posted nowhere. */
export function noted(i: Incident, now: number, line: Line): Incident {
  const entry: TimelineEntry = {
    n: (i.timeline.at(-1)?.n ?? 0) + 1,
    at: line.at ?? now,
    kind: line.kind,
    by: line.by ?? null,
    text: line.text,
    links: [...(line.links ?? [])],
    message: line.message ?? null,
    state: 'as-written',
  };
  return { ...i, timeline: [...i.timeline, entry] };
}

/** Adds a line, and posts it where the incident lives. */
export function told(i: Incident, now: number, line: Line): Incident {
  const after = noted(i, now, line);
  const n = after.timeline.at(-1)?.n ?? 0;
  return posted(after, now, `line-${n}`, { kind: 'timeline', entry: n });
}

/** Posts where the incident lives: the war room, or the thread under its card. */
export const posted = (i: Incident, now: number, key: string, post: Post): Incident =>
  withEffect(i, now, key, { kind: 'post', place: 'home', post });

/** Posts where everybody in the incidents channel sees it, and in the war room where there is one. */
export function announced(i: Incident, now: number, key: string, post: Post): Incident {
  const inChannel = i.isPrivate
    ? i
    : withEffect(i, now, `${key}@channel`, { kind: 'post', place: 'channel', post });
  return livesInRoom(i) ? posted(inChannel, now, key, post) : inChannel;
}

/** Whether its posts go into a war room, which may still have to be made. */
export const livesInRoom = ({ room, effects }: Incident): boolean =>
  room !== null || effects.some((e) => e.what.kind === 'room' && e.state === 'due');

/** Adds an effect unless one of that key is there already. */
export function withEffect(
  i: Incident,
  now: number,
  key: string,
  what: EffectWhat,
  notBefore = now,
): Incident {
  if (i.effects.some((e) => e.key === key)) return i;
  const added: Effect = {
    key,
    what,
    after: predecessor(i, what),
    state: 'due',
    tries: 0,
    notBefore,
    since: now,
    trouble: null,
    link: null,
  };
  return { ...i, effects: [...i.effects, added] };
}

/** Messages of one place arrive in the order in which they were written, after the place itself. */
function predecessor(i: Incident, what: EffectWhat): string | null {
  switch (what.kind) {
    case 'post': {
      const before = i.effects.findLast(
        (e) =>
          (e.what.kind === 'post' && e.what.place === what.place) ||
          // Nobody can write into what is still archived.
          (e.what.kind === 'unarchive' && what.place === 'home'),
      );
      return before?.key ?? (what.place === 'home' && livesInRoom(i) ? 'room-card' : keyOf(i, 'card'));
    }
    case 'room-card':
    case 'invite':
      return keyOf(i, 'room');
    case 'page-acknowledge':
    case 'page-resolve':
      return i.effects.findLast((e) => e.what.kind === 'page')?.key ?? null;
    case 'publish':
      return i.effects.findLast((e) => e.what.kind === 'publish')?.key ?? null;
    case 'archive':
    case 'unarchive':
      return i.effects.findLast((e) => e.what.kind === 'post' && e.what.place === 'home')?.key ?? null;
    default:
      return null;
  }
}

const keyOf = (i: Incident, kind: EffectWhat['kind']): string | null =>
  i.effects.findLast((e) => e.what.kind === kind)?.key ?? null;

export function changedEffect(i: Incident, key: string, change: Partial<Effect>): Incident {
  return { ...i, effects: i.effects.map((e) => (e.key === key ? { ...e, ...change } : e)) };
}

/** Due now: its time has come, and what has to come first is done or was given up. */
export function isReady(i: Incident, e: Effect, now: number): boolean {
  if (e.state !== 'due' || e.notBefore > now) return false;
  const before = i.effects.find((other) => other.key === e.after);
  return before === undefined || before.state !== 'due';
}
