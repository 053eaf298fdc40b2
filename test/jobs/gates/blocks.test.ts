/** The gates of freezes, open incidents and emergencies: who, why, since when, until when, and what to do. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { askGates, type GateResult } from '../../../src/jobs/gates/gate.ts';
import { gates, gatesAtClaim } from '../../../src/jobs/gates/index.ts';
import { noActiveIncident } from '../../../src/jobs/gates/no-active-incident.ts';
import { noEmergency } from '../../../src/jobs/gates/no-emergency.ts';
import { notFrozen } from '../../../src/jobs/gates/not-frozen.ts';
import { draftIncident } from '../../../src/jobs/incident/declare.ts';
import type { Block } from '../../../src/records/block.ts';
import type { Deployment } from '../../../src/records/deployment.ts';
import { type ByHand, byHand } from '../by-hand.ts';
import { ana, ben, record } from '../deployment/records.ts';
import { declaration } from '../incident/life.ts';
import { withIncidents } from '../with-incidents.ts';

let hand: ByHand;
beforeAll(async () => {
  hand = await byHand(withIncidents);
});
afterAll(() => hand.stop());
beforeEach(async () => {
  await hand.redis.del(`${hand.prefix}:blocks`);
  hand.rights.answer = 'yes';
});

const hour = 3_600_000;
const put = (said: Partial<Block>) =>
  hand.store.putBlock({
    id: said.incident ?? 'freeze',
    kind: 'freeze',
    environment: 'production',
    since: hand.clock.now() - hour,
    until: null,
    by: ben,
    reason: 'the database moves',
    incident: null,
    ...said,
  });
const p1 = { kind: 'incident', incident: 'INC-7', reason: 'P1: Checkout is down' } as const;
const corrupt = {
  kind: 'database-corruption',
  environment: null,
  incident: 'INC-8',
  reason: 'database corruption',
} as const;
const breach = {
  kind: 'security',
  environment: null,
  incident: 'INC-9',
  reason: 'security incident',
} as const;
const rollback = { kind: 'rollback' } as const;

const table: [
  string,
  Partial<Block>[],
  Partial<Deployment>,
  Record<string, GateResult['answer'] | undefined>,
][] = [
  ['nothing', [], {}, { frozen: 'yes', incident: 'yes', emergency: 'yes' }],
  ['a freeze', [{}], {}, { frozen: 'no', incident: 'yes', emergency: 'yes' }],
  ['a freeze of all', [{ environment: null }], {}, { frozen: 'no', incident: 'yes', emergency: 'yes' }],
  [
    'a freeze elsewhere',
    [{ environment: 'staging' }],
    {},
    { frozen: 'yes', incident: 'yes', emergency: 'yes' },
  ],
  ['a freeze that ran out', [{ until: 1 }], {}, { frozen: 'yes', incident: 'yes', emergency: 'yes' }],
  ['a freeze, and a rollback', [{}], rollback, { emergency: 'yes' }],
  ['an incident', [p1], {}, { frozen: 'yes', incident: 'no', emergency: 'yes' }],
  [
    'an incident elsewhere',
    [{ ...p1, environment: 'staging' }],
    {},
    { frozen: 'yes', incident: 'yes', emergency: 'yes' },
  ],
  ['an incident, and a rollback', [p1], rollback, { emergency: 'yes' }],
  ['corruption', [corrupt], {}, { frozen: 'yes', incident: 'yes', emergency: 'no' }],
  ['corruption, and a rollback', [corrupt], rollback, { emergency: 'no' }],
  [
    'corruption, and a fix',
    [corrupt],
    { incident: 'INC-8' },
    { frozen: 'yes', incident: 'yes', emergency: 'no' },
  ],
  ['a breach', [breach], {}, { frozen: 'yes', incident: 'yes', emergency: 'no' }],
  ['a breach, and a rollback by one who may', [breach], rollback, { emergency: 'skipped' }],
  [
    'a breach and corruption, and a rollback by one who may',
    [breach, corrupt],
    rollback,
    { emergency: 'no' },
  ],
];

test.each(table)('%s', async (_, blocks, changes, expected) => {
  for (const b of blocks) await put(b);
  const asked = await askGates([notFrozen, noActiveIncident, noEmergency], record(changes), hand.worker());
  const names: Readonly<Record<string, string>> = {
    'not-frozen': 'frozen',
    'no-active-incident': 'incident',
    'no-emergency': 'emergency',
  };
  expect(Object.fromEntries(asked.map(({ gate, answer }) => [names[gate], answer]))).toEqual(expected);
});

test('a freeze says who, since when, until when, why, and how to end it', async () => {
  await put({ until: hand.clock.now() + hour });
  expect(await notFrozen.check(record(), hand.worker())).toEqual({
    answer: 'no',
    because: 'production is frozen by @ben since 20 Nov 08:00 UTC until 20 Nov 10:00 UTC: the database moves',
    hint: expect.stringMatching(
      /Wait until then.*responders or approvers or admins.*\/ops thaw production.*Rollbacks go on/,
    ),
  });
});

test('an incident says which, since when, and how a fix gets through', async () => {
  await put(p1);
  expect(await noActiveIncident.check(record(), hand.worker())).toEqual({
    answer: 'no',
    because: 'INC-7 (P1: Checkout is down) is open in production, declared by @ben since 20 Nov 08:00 UTC',
    hint: expect.stringMatching(/Rollbacks go on.*--incident INC-7 --reason/),
  });
});

const nobody = () => {
  hand.rights.answer = 'no';
};

test.each<[string, typeof ana | null, 'yes' | 'no' | 'unknown', string, RegExp]>([
  ['its commander', ana, 'no', 'skipped', /@ana, its commander, deploys a fix for INC-\d+: it heals/],
  ['an admin', ben, 'yes', 'skipped', /@ana, an admin, deploys a fix/],
  ['somebody else', ben, 'no', 'no', /@ana is neither its commander nor an admin/],
  ['nobody leads it', null, 'no', 'no', /neither its commander nor an admin/],
  ['who is an admin cannot be told', null, 'unknown', 'unknown', /does not tell who is an admin/],
])('a linked fix, and the commander is: %s', async (_, commander, may, answer, because) => {
  const draft = draftIncident(declaration(), hand.clock.now());
  const { id } = await hand.store.createIncident(
    { ...draft, roles: { ...draft.roles, commander } },
    `incident of ${commander?.name} ${may}`,
    { at: 1, who: null, what: 'x', deployment: null, environment: null, detail: null, from: 'worker' },
    null,
  );
  await put({ ...p1, incident: id });
  hand.rights.answer = may;
  const d = record({ incident: id, reason: 'it heals' });
  const [asked] = await askGates([noActiveIncident], d, hand.worker());
  expect(asked).toMatchObject({ answer, because: expect.stringMatching(because) });
});

test('a fix for one incident does not pass another one', async () => {
  await put(p1);
  expect(
    await noActiveIncident.check(record({ incident: 'INC-99', reason: 'x' }), hand.worker()),
  ).toMatchObject({
    answer: 'no',
    because: expect.stringContaining('INC-7'),
  });
});

test('a breach names those who may switch to a clean revision, and nobody else may', async () => {
  await put(breach);
  nobody();
  expect(await noEmergency.check(record(rollback), hand.worker())).toMatchObject({
    answer: 'no',
    because: expect.stringMatching(/INC-9 \(security incident\) halts all deployments by @ben since/),
    hint: 'Only admins may switch to a clean revision until INC-9 is cleared.',
  });
});

test('where the catalog has no incidents, only freezes count: nobody could end the rest', async () => {
  const world = hand.worker();
  const { incidents: _, ...catalog } = world.catalog;
  for (const b of [p1, corrupt, breach]) await put(b);
  const three = [notFrozen, noActiveIncident, noEmergency];
  const answers = async () =>
    (await askGates(three, record(), { ...world, catalog })).map(({ answer }) => answer);
  expect(await answers()).toEqual(['yes', 'yes', 'yes']);
  await put({});
  expect(await answers()).toEqual(['no', 'yes', 'yes']);
  expect(await notFrozen.check(record(), { ...world, catalog })).toMatchObject({
    hint: expect.stringContaining('approvers or admins'),
  });
});

test('all of them are asked in preflight, and again at the claim', () => {
  for (const gate of [notFrozen, noActiveIncident, noEmergency]) {
    expect(gates).toContain(gate);
    expect(gatesAtClaim).toContain(gate);
  }
});
