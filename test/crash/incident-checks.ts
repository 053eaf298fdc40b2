/** What is true of every incident, whatever died or was away meanwhile. */
import { expect } from '@jest/globals';
import type { OpenedFile } from '../../playground/slack/types.ts';
import type { Incident } from '../../src/records/incident.ts';
import { verifyEvidence } from '../../src/templates/incident/evidence-chain.ts';
import { minute, type Said, type Scene } from './incident-scene.ts';

/**
 * Every message is there once: under its key, and by what it says, besides those that `repeat`: whoever does not answer is
 * called again in the same words.
 */
export function expectOnce(place: string, said: readonly Said[], repeat: readonly string[] = []): void {
  expect({ place, keys: twice(said.map(({ key }) => key)) }).toEqual({ place, keys: [] });
  const others = said.filter(({ kind }) => !repeat.includes(kind));
  expect({ place, texts: twice(others.map(({ text }) => text)) }).toEqual({ place, texts: [] });
}

/** Each call has its line, and no line is there for nothing. */
export function expectCallsTold({ effects, timeline }: Incident): void {
  const calls = effects.filter(({ what }) => what.kind === 'page' || what.kind === 'page-leadership');
  expect(timeline.filter(({ kind }) => kind === 'paged')).toHaveLength(calls.length);
}

/** Messages of a place stand in the order in which the incident wrote them. */
export function expectInOrder(i: Incident, said: readonly Said[]): void {
  const places = new Map(i.effects.map(({ key }, index) => [`${i.id}:${key}`, index]));
  const order = said.map(({ key }) => places.get(key) ?? -1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
}

/** No line of the timeline is there twice, and each has its number. */
export function expectTimelineOnce({ timeline }: Incident): void {
  expect(timeline.map(({ n }) => n)).toEqual(timeline.map((_, index) => index + 1));
  expect(twice(timeline.map(({ kind, at, text }) => `${kind} ${at} ${text}`))).toEqual([]);
}

/** Slack refused nothing, limits included, besides what is named: a method and its error. */
export function expectNoRefusals({ slack }: Pick<Scene, 'slack'>, fine: readonly string[] = []): void {
  const refused = slack.log.filter(({ ok, method, error }) => !ok && !fine.includes(`${method} ${error}`));
  expect(refused.map(({ method, error, errors }) => ({ method, error, errors }))).toEqual([]);
}

/** Nothing is waited for any more, and everything that should happen outside did. */
export function expectAllDone(i: Incident): void {
  const open = i.effects.filter(({ state }) => state !== 'done');
  expect(open.map(({ key, state, trouble }) => ({ key, state, trouble }))).toEqual([]);
}

/** One evidence pack is there, as it was written, and the timeline names the hash of no other one. */
export function expectEvidence({ timeline }: Incident, files: readonly OpenedFile[]): void {
  const packs = files.filter(({ name }) => name.endsWith('-evidence.jsonl'));
  expect(packs).toHaveLength(1);
  const verdict = verifyEvidence(packs[0]?.text ?? '');
  expect(verdict).toMatchObject({ ok: true });
  const told = timeline.flatMap(({ kind, text }) =>
    kind === 'post-mortem' ? (/hash ([0-9a-f]+)/.exec(text)?.[1] ?? []) : [],
  );
  expect(told.filter((hash) => !(verdict.ok && verdict.final.startsWith(hash)))).toEqual([]);
}

/** What was posted for update `n`, in the war room or for everybody. */
export function postOf(said: readonly Said[], n: number): Said {
  const found = said.find(({ kind }) => kind === `update ${n}`);
  if (!found) throw new Error(`update ${n} was not posted: ${said.map(({ kind }) => kind).join(', ')}`);
  return found;
}

/** Real milliseconds by which it came after its time on a clock that runs so fast. */
export const lateBy = ({ at }: Said, due: number, scale: number): number => (at - due) / scale;

/** The slots of an interval of 15 minutes (runbook 001), counted from a time. */
export const slot = (from: number, n: number): number => from + n * 15 * minute;

const twice = (all: readonly string[]): string[] => all.filter((one, index) => all.indexOf(one) !== index);
