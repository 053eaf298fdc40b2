/** The evidence of an incident as a download: everything that is known of it, in lines that can be checked. */
import type { Act } from '../../records/act.ts';
import type { Effect } from '../../records/effect.ts';
import type { Incident } from '../../records/incident.ts';
import { canonicalJson, chained, digestOf, hashRule } from './evidence-chain.ts';
import { cleaned, shownAct, shownLine } from './withheld.ts';

/** Raised whenever a line changes its meaning. */
const version = 1;

/**
 * JSON Lines: a header, every act of the inbox in order, every line of the timeline, every effect with what came of
 * it, the updates, every look at health, and the digest of the record as it is stored; then the seal. The same input
 * gives the same bytes. What people removed, and what looks like a key, is withheld; the digest is of the record with
 * it, so that whoever keeps the record can still show that it is the same one.
 */
export function evidencePack(i: Incident, acts: readonly Act[]): { name: string; content: string } {
  const header = {
    kind: 'header',
    format: 'pilothouse-incident-evidence',
    version,
    incident: i.id,
    schema: i.schema,
    revision: i.revision,
    drill: i.drill,
    hash: hashRule,
  };
  const entries = [
    header,
    ...acts.map((act, index) => ({ kind: 'act', n: index + 1, act: shownAct(act, i) })),
    ...i.timeline.map((line) => ({ kind: 'timeline', line: shownLine(line) })),
    ...i.effects.map((effect) => ({ kind: 'effect', effect, ...outcomeOf(effect, acts) })),
    ...i.updates.map((update) => ({ kind: 'update', update })),
    ...looks(i, acts).map((findings) => ({ kind: 'findings', findings })),
    { kind: 'record', read: i.read, sha256: digestOf(canonicalJson(i)) },
  ];
  return { name: `${fileName(i.id)}-evidence.jsonl`, content: chained(entries.map(cleaned)) };
}

/** What carrying it out gave, and what went wrong before. */
function outcomeOf({ key }: Effect, acts: readonly Act[]) {
  const done = acts.find(({ what }) => what.kind === 'effect-done' && what.key === key);
  return {
    doneAt: done?.at ?? null,
    result: done?.what.kind === 'effect-done' ? done.what.result : null,
    troubles: acts.flatMap(({ at, what }) =>
      what.kind === 'effect-failed' && what.key === key ? [{ at, why: what.why, retryIn: what.retryIn }] : [],
    ),
  };
}

/** Every look that the inbox told of; else the last one, which the record keeps. */
export function looks({ findings }: Pick<Incident, 'findings'>, acts: readonly Act[]) {
  const told = acts.flatMap(({ what }) => (what.kind === 'findings' ? [what.findings] : []));
  return told.length > 0 || findings === null ? told : [findings];
}

const fileName = (id: string): string => id.replaceAll(/[^\w-]/g, '').slice(0, 40) || 'incident';
