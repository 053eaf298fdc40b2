import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { actionIds } from '../../src/templates/actions.ts';
import { type HomeReport, homeView } from '../../src/templates/home.ts';
import { busy, calm, everyAction, followUp, freeze, huge } from './home-samples.ts';
import * as hostile from './hostile.ts';
import { incident } from './incident-hostile.ts';
import { incidentSample, minute } from './incident-samples.ts';
import { homeViolations } from './limits.ts';
import { buttons, shown } from './shown.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
  fc.constantFrom(-1, 0, Number.POSITIVE_INFINITY, Number.NaN),
);
const person = fc.record({ id: hostile.text, name: hostile.text });
const block = fc.record({
  block: fc.record({
    id: hostile.text,
    kind: fc.constantFrom(...(['freeze', 'incident', 'database-corruption', 'security'] as const)),
    environment: maybe(hostile.text),
    since: time,
    until: maybe(time),
    by: maybe(person),
    reason: hostile.text,
    incident: maybe(hostile.text),
  }),
  mayEnd: fc.boolean(),
  isSecret: fc.boolean(),
});
const deployments = (lane: string) =>
  fc
    .array(fc.record({ deployment: hostile.deployment, link: maybe(hostile.text) }), { maxLength: 3 })
    .map((list) =>
      list.map(({ deployment: d, link }, n) => ({
        deployment: { ...d, id: `${lane}${n}${d.id}` },
        allowed: everyAction,
        link,
      })),
    );

const report: fc.Arbitrary<HomeReport> = fc
  .record({
    organization: hostile.text,
    main: hostile.text,
    at: time,
    incidents: maybe(fc.array(fc.record({ incident, link: maybe(hostile.text) }), { maxLength: 3 })),
    waiting: deployments('W'),
    inFlight: deployments('F'),
    status: hostile.status,
    blocks: fc.array(block, { maxLength: 12 }),
    everywhere: fc.array(block, { maxLength: 12 }),
    followUps: fc.array(
      fc.record({ text: hostile.text, due: time, link: maybe(hostile.text), title: hostile.text }),
      { maxLength: 30 },
    ),
  })
  .map(({ status, blocks, followUps, incidents, ...rest }) => ({
    ...rest,
    incidents:
      incidents?.map((one, n) => ({
        ...one,
        incident: { ...one.incident, id: `${one.incident.id}${n}` },
      })) ?? null,
    environments: status.environments.map((e) => ({ ...e, blocks })),
    followUps: followUps.map(({ text, due, link, title }, n) => {
      const one = followUp(n, text, due, link);
      return { ...one, incident: { ...one.incident, title } };
    }),
  }));

test('whatever people and clouds write, Slack takes it and nobody is rung by it', () => {
  fc.assert(
    fc.property(report, (home) => {
      expect(homeViolations(homeView(home))).toEqual([]);
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test.each([
  ['calm', calm],
  ['busy', busy],
  ['huge', huge],
  ['without incidents', { ...calm, incidents: null }],
])('%s is within the limits', (_, home) => {
  expect(homeViolations(homeView(home))).toEqual([]);
});

describe('what a person reads', () => {
  const read = (changes: Partial<HomeReport>) => shown(homeView({ ...calm, ...changes }).blocks);
  const [staging] = calm.environments;
  const services = (list: NonNullable<typeof staging>['services']) =>
    read({ environments: [{ name: 'production', lock: null, services: list, blocks: [] }] });
  const runs = staging?.services ?? [];

  test('the same version everywhere is one line', () => {
    expect(services(runs)).toMatch(/^• `v1\.2\.3` on all 4 services · proven <!date/m);
  });
  test('other versions and what was never proven stand out', () => {
    const text = services(runs.map((s, n) => (n === 0 ? { ...s, version: 'v1.3.0', provenAt: null } : s)));
    expect(text).toContain('• `v1.3.0` on `api-gateway` · not proven yet');
    expect(text).toMatch(/• `v1\.2\.3` on `auth`, `payments` and `web` · proven/);
  });
  test('concerns and what could not be asked come first', () => {
    const text = services(
      runs.map((s, n) => ({ ...s, ...(n === 2 && { concern: 'a rollout is under way' }) })),
    );
    expect(text.indexOf('⚠️ `payments`')).toBeGreaterThan(0);
    expect(text.indexOf('⚠️ `payments`')).toBeLessThan(text.indexOf('• `v1.2.3`'));
  });

  test('an overdue update, who leads, and that nobody acknowledged', () => {
    const at = calm.at + 30 * minute;
    const text = read({ at, incidents: [{ incident: incidentSample(), link: null }] });
    expect(text).toContain('*Update overdue*');
    expect(text).toContain('nobody leads it · not acknowledged');
  });

  test.each([
    ['in time', calm.at + minute, /^due <!date/m],
    ['overdue', calm.at - minute, /⚠️ \*overdue\*, was due/],
  ])('a follow-up %s', (_, due, words) => {
    expect(read({ followUps: [followUp(1, 'Limit the pool', due)] })).toMatch(words);
  });

  test('why something secret is stopped stays secret', () => {
    const secret = {
      block: freeze({ kind: 'security', reason: 'A key leaked' }),
      mayEnd: false,
      isSecret: true,
    };
    expect(read({ everywhere: [secret] })).not.toContain('A key leaked');
    expect(read({ everywhere: [{ ...secret, isSecret: false }] })).toContain('A key leaked');
  });
});

describe('what a person can press', () => {
  const pressed = (changes: Partial<HomeReport>) => buttons(homeView({ ...calm, ...changes }).blocks);
  const top = ['Deploy', 'Roll back', 'Health of production', 'Declare an incident'];
  const [asked] = busy.waiting;

  test.each<[string, Partial<HomeReport>, string[]]>([
    ['nothing waits', {}, top],
    ['the catalog wants no incidents', { incidents: null }, top.slice(0, 3)],
    ['an approval waits', { waiting: asked ? [asked] : [] }, [...top, 'Approve', 'Reject', 'Cancel']],
    [
      'they may only call it off',
      { inFlight: asked ? [{ ...asked, allowed: [actionIds.cancel] }] : [] },
      [...top, 'Cancel'],
    ],
    ['nothing of it is theirs', { inFlight: asked ? [{ ...asked, allowed: [] }] : [] }, top],
    [
      'nobody acknowledged an incident',
      { incidents: [{ incident: incidentSample(), link: null }] },
      [...top, 'Acknowledge'],
    ],
  ])('where %s', (_, changes, expected) => {
    expect(pressed(changes)).toEqual(expected);
  });

  test('a freeze is thawed beside it, by whoever may', () => {
    const of = (mayEnd: boolean) => {
      const everywhere = [{ block: freeze({ environment: null }), mayEnd, isSecret: false }];
      return JSON.stringify(homeView({ ...calm, everywhere })).includes('"/ops thaw all"');
    };
    expect([of(true), of(false)]).toEqual([true, false]);
  });
});
