/** An incident's life as a pure story: acts and time in, the record out, as the worker would make it, with a clock of its own. */
import { type IncidentRules, incidents as section } from '../../../src/config/incidents.ts';
import { progress } from '../../../src/jobs/incident/advance.ts';
import { type Declaration, draftIncident } from '../../../src/jobs/incident/declare.ts';
import { isReady } from '../../../src/jobs/incident/pen.ts';
import type { What } from '../../../src/records/act.ts';
import type { Effect, EffectResult } from '../../../src/records/effect.ts';
import type { Incident } from '../../../src/records/incident.ts';

export const ana = { id: 'U0ANA', name: 'ana' };
export const ben = { id: 'U0BEN', name: 'ben' };
export const minute = 60_000;
/** A Friday, 10:00 UTC. */
export const start = Date.UTC(2026, 10, 20, 10);

const rules = (said: object = {}): IncidentRules =>
  section.parse({
    on_call: {
      otherwise: ['U0000001'],
      escalate: [['U0000002'], ['U0000003']],
      leadership: ['U0000009'],
    },
    ...said,
  });

export const declaration = (said: Partial<Declaration> = {}): Declaration => ({
  kind: 'outage',
  title: 'Checkout is down',
  severity: 'P1',
  environment: 'production',
  services: ['api-gateway'],
  drill: null,
  impact: 'Nobody can pay',
  source: { kind: 'person', id: null },
  declaredBy: ana,
  detectedAt: null,
  alerts: [],
  deployments: [],
  evidence: [],
  ...said,
});

export interface Life {
  readonly now: number;
  readonly incident: Incident;
  /** Lets time pass and visits once, as after an outage of that length. */
  later(ms: number): Life;
  /** Visits at every deadline until so much time has passed, as a worker that is alive does; effects succeed. */
  live(ms: number): Life;
  does(what: What, by?: typeof ana): Life;
  hears(what: What): Life;
  /** All effects that may run now succeed. */
  settle(result?: (effect: Effect) => EffectResult | null): Life;
  texts(): string[];
  keys(): string[];
}

export function live(said: Partial<Declaration> = {}, catalog: object = {}): Life {
  const policy = rules(catalog);
  const draft: Incident = {
    id: 'INC-1',
    schema: 1,
    revision: 0,
    read: 0,
    ...draftIncident(declaration(said), start),
  };
  return lifeOf(progress(draft, [], start, policy), start, policy);
}

const defaultResult = ({ what, key }: Effect): EffectResult => {
  if (what.kind === 'room') return { channel: 'C0ROOM', name: 'inc-room' };
  return what.kind === 'card' || what.kind === 'room-card' ? { channel: 'C0INC', ts: `1.${key.length}` } : {};
};

function lifeOf(incident: Incident, now: number, policy: IncidentRules): Life {
  const act = (what: What, by: typeof ana | null) => {
    const next = progress(incident, [{ at: now, by, from: 'command', channel: null, what }], now, policy);
    return lifeOf(next, now, policy);
  };
  const life: Life = {
    now,
    incident,
    later: (ms) => lifeOf(progress(incident, [], now + ms, policy), now + ms, policy),
    live: (ms) => {
      let next: Life = life;
      const end = now + ms;
      const step = minute / 4;
      while (next.now < end) next = next.settle().later(Math.min(step, end - next.now));
      return next.settle();
    },
    does: (what, by = ana) => act(what, by),
    hears: (what) => act(what, null),
    settle: (result = defaultResult) => {
      let next: Life = life;
      for (;;) {
        const ready = next.incident.effects.find((e) => isReady(next.incident, e, now) && result(e) !== null);
        if (!ready) return next;
        next = next.hears({ kind: 'effect-done', key: ready.key, result: result(ready) ?? {} });
      }
    },
    texts: () => incident.timeline.map((line) => line.text),
    keys: () => incident.effects.map((e) => e.key),
  };
  return life;
}
