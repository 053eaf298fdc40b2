/** What keeps which deployments away from which environments, and for how long. */
import { describe, expect, test } from '@jest/globals';
import { draftIncident } from '../../src/jobs/incident/declare.ts';
import { type Block, blockOf, blocksOn, freezeId, holdsBack, isHalt } from '../../src/records/block.ts';
import type { Incident } from '../../src/records/incident.ts';
import { declaration } from '../jobs/incident/life.ts';

const now = Date.UTC(2026, 10, 20, 9);
const freeze = (said: Partial<Block> = {}): Block => ({
  id: 'freeze:production',
  kind: 'freeze',
  environment: 'production',
  since: now - 1_000,
  until: null,
  by: null,
  reason: 'the database moves',
  incident: null,
  ...said,
});
const incident = (said: Partial<Incident> = {}): Incident => ({
  id: 'INC-1',
  schema: 1,
  revision: 1,
  read: 0,
  ...draftIncident(declaration({ kind: said.kind ?? 'outage', drill: said.drill ?? null }), now),
  ...said,
});

test.each<[string, Partial<Block>, string, boolean]>([
  ['its environment', {}, 'production', true],
  ['another environment', {}, 'staging', false],
  ['all environments', { environment: null }, 'staging', true],
  ['before its end', { until: now + 1 }, 'production', true],
  ['at its end', { until: now }, 'production', false],
])('%s', (_, said, environment, holds) => {
  expect(blocksOn([freeze(said)], environment, now)).toHaveLength(holds ? 1 : 0);
});

test.each<[Block['kind'], boolean, boolean, boolean]>([
  ['freeze', true, false, false],
  ['incident', true, false, false],
  ['database-corruption', true, true, true],
  ['security', true, true, true],
])('%s: holds deploys %s, rollbacks %s, work in flight %s', (kind, deploys, rollbacks, halts) => {
  const b = freeze({ kind });
  expect([holdsBack(b, { kind: 'deploy' }), holdsBack(b, { kind: 'rollback' }), isHalt(b)]).toEqual([
    deploys,
    rollbacks,
    halts,
  ]);
});

describe('the block of an incident', () => {
  const cleared = { since: now, cleared: { at: now, by: { id: 'U0ANA', name: 'ana' } } };
  test.each<[string, Partial<Incident>, boolean, Partial<Block> | null]>([
    ['an open P1', {}, true, { kind: 'incident', environment: 'production', reason: 'P1: Checkout is down' }],
    ['one that blocks nothing', { severity: 'P3' }, false, null],
    ['a resolved one', { status: 'resolved' }, true, null],
    ['a merged one', { status: 'merged' }, true, null],
    ['a drill', { drill: 'overload' }, true, null],
    ['a drill of an emergency', { kind: 'database-corruption', drill: 'database-errors' }, true, null],
    [
      'database corruption',
      { kind: 'database-corruption' },
      false,
      { kind: 'database-corruption', environment: null, reason: 'database corruption: Checkout is down' },
    ],
    [
      'database corruption that is resolved but not cleared',
      { kind: 'database-corruption', status: 'resolved' },
      false,
      { kind: 'database-corruption' },
    ],
    [
      'database corruption that is cleared',
      { kind: 'database-corruption', halt: cleared },
      true,
      { kind: 'incident' },
    ],
    [
      'a security incident, whose title is secret',
      { kind: 'security' },
      true,
      { kind: 'security', environment: null, reason: 'security incident' },
    ],
    [
      'a security incident that is cleared, too',
      { kind: 'security', halt: cleared },
      true,
      { kind: 'incident', reason: 'P1' },
    ],
  ])('%s', (_, said, blocksDeploys, expected) => {
    const block = blockOf(incident(said), blocksDeploys);
    if (expected === null) expect(block).toBeNull();
    else expect(block).toMatchObject({ id: 'INC-1', incident: 'INC-1', until: null, ...expected });
  });
});

test('there is one freeze an environment', () => {
  expect([freezeId('production'), freezeId(null)]).toEqual(['freeze:production', 'freeze:all']);
});
