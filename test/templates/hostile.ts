/** Records full of what nobody should write: for properties that must hold whatever people and clouds send. */
import fc from 'fast-check';
import type { Block } from '../../src/records/block.ts';
import { activeSteps, type Deployment, endings, storyEvents } from '../../src/records/deployment.ts';
import type { AuditEntry } from '../../src/records/entries.ts';
import type { HealthReport } from '../../src/records/health.ts';
import { incidentStatuses } from '../../src/records/incident.ts';
import { severities } from '../../src/records/incident-terms.ts';
import type { Rollout } from '../../src/records/rollout.ts';
import type { StatusReport } from '../../src/templates/status.ts';

const nasty = [
  '<!channel>',
  '<!here|here>',
  '<@U0000EVIL>',
  '<!subteam^S0000EVIL>',
  '<#C0000EVIL>',
  '<https://evil.example|click>',
  '@channel @here @everyone',
  '&lt;!channel&gt;',
  '&amp;&amp;',
  '```',
  '`*_~',
  '\u202eabc',
  '\u0000\u0007\u001b[31m',
  'line\nbreak\r\n\ttab',
  '\u2028',
  '\ud83d',
  '👩‍👩‍👧‍👦',
  'שלום עולם',
  '__proto__',
  'constructor',
  '<',
  '&',
  ' ',
  '',
];

/** Half of a character may stand alone in it. */
const codeUnits = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)),
  maxLength: 60,
});
const long = fc
  .tuple(fc.constantFrom(...nasty, 'a', '&', '<', '👩‍👩‍👧‍👦'), fc.integer({ min: 1, max: 40_000 }))
  .map(([piece, length]) => piece.repeat(Math.ceil(length / Math.max(1, piece.length))).slice(0, 40_000));

export const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 2, arbitrary: codeUnits },
  {
    weight: 2,
    arbitrary: fc.array(fc.constantFrom(...nasty, 'v1.2.3', 'api'), { maxLength: 6 }).map((t) => t.join('')),
  },
  { weight: 1, arbitrary: long },
);
const maybe = fc.option(text, { nil: null });
const person = fc.record({ id: fc.oneof(text, fc.constantFrom('U0000ANA1')), name: text });
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
  fc.constantFrom(-1, 0, 1.5, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, Number.NaN),
);
const maybeTime = fc.option(time, { nil: null });
const lines = fc.array(text, { maxLength: 8 });
const few = fc.integer({ min: 0, max: 200 });
const revision = fc.record({ version: text, ref: text });

const rollout: fc.Arbitrary<Rollout> = fc.record({
  phase: fc.constantFrom('planned', 'prepared', 'changing', 'following', 'done', 'failed'),
  revision: fc.option(revision, { nil: null }),
  askedAt: maybeTime,
  deadline: maybeTime,
  tracking: maybe,
  running: fc.option(few, { nil: null }),
  desired: fc.option(few, { nil: null }),
  problem: maybe,
  evidence: lines,
  startedAt: maybeTime,
  finishedAt: maybeTime,
});

/** Names of services are unique in a record, as in a catalog. */
const releases = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 13 }) },
    { weight: 1, arbitrary: fc.constant(200) },
  )
  .chain((n) =>
    fc
      .tuple(
        fc.array(
          fc.record({
            name: text,
            from: fc.option(revision, { nil: null }),
            to: text,
            forward: rollout,
            back: fc.option(rollout, { nil: null }),
          }),
          { minLength: Math.min(n, 13), maxLength: Math.min(n, 13) },
        ),
        fc.integer({ min: 1, max: 200 }),
      )
      .map(([kinds, stages]) =>
        kinds.length === 0
          ? []
          : Array.from({ length: n }, (_, i) => {
              const kind = kinds[i % kinds.length] ?? kinds[0];
              if (!kind) throw new Error('no kinds');
              return {
                service: `${i}${kind.name}`,
                stage: (i % stages) + 1,
                from: kind.from,
                to: { version: kind.to, ref: null },
                forward: kind.forward,
                back: kind.back,
              };
            }),
      ),
  );

const problem = fc.record({ summary: text, service: maybe, evidence: lines });
const storyEntry = fc.record({
  at: time,
  event: fc.constantFrom(...storyEvents),
  service: maybe,
  by: fc.option(person, { nil: null }),
  detail: maybe,
  evidence: lines,
});

export const deployment: fc.Arbitrary<Deployment> = fc.record({
  schema: fc.constant(1 as const),
  /** Ours, so never long. */
  id: text.map((t) => `D-${t.slice(0, 40)}`),
  revision: few,
  kind: fc.constantFrom('deploy', 'rollback'),
  environment: text,
  wanted: fc.record({ services: lines, version: maybe }),
  planOnly: fc.boolean(),
  skipStaging: fc.boolean(),
  reason: maybe,
  incident: maybe,
  requestedBy: person,
  requestedAt: time,
  requestedIn: text,
  step: fc.constantFrom(...activeSteps, 'ended'),
  ending: fc.option(fc.constantFrom(...endings), { nil: null }),
  releases,
  gates: fc.array(
    fc.record({
      gate: text,
      title: text,
      answer: fc.constantFrom('yes', 'no', 'unknown', 'skipped'),
      because: maybe,
      hint: maybe,
    }),
    { maxLength: 20 },
  ),
  stage: few,
  approval: fc.option(
    fc.record({
      round: few,
      required: fc.nat({ max: 5 }),
      askedAt: time,
      deadline: time,
      approvedBy: fc.array(person, { maxLength: 8 }),
      approvedAt: maybeTime,
    }),
    { nil: null },
  ),
  watch: fc.option(
    fc.record({
      startedAt: time,
      deadline: time,
      nextLookAt: time,
      looks: few,
      unknownInARow: few,
      services: fc.dictionary(
        text,
        fc.record({ succeeded: few, failed: few, unknown: few, inARow: few, lastFailure: maybe }),
        { maxKeys: 6 },
      ),
    }),
    { nil: null },
  ),
  problem: fc.option(problem, { nil: null }),
  stoppedBy: fc.option(person, { nil: null }),
  refusal: fc.option(fc.record({ code: fc.constant('stale' as const), message: text, hint: text }), {
    nil: null,
  }),
  verifyFailures: few,
  hold: fc.option(
    fc.record({
      round: few,
      from: fc.constantFrom(...activeSteps),
      why: problem,
      choices: fc.constantFrom(
        ['retry', 'roll-back', 'leave'] as ('retry' | 'roll-back' | 'leave')[],
        ['leave'] as 'leave'[],
        [],
      ),
      deadline: time,
    }),
    { nil: null },
  ),
  halted: fc.option(fc.record({ incident: text, why: text, since: time }), { nil: null }),
  unknowns: fc.record({ count: few, last: maybe }),
  stepSince: time,
  notBefore: time,
  startedAt: maybeTime,
  endedAt: maybeTime,
  story: fc.array(storyEntry, { maxLength: 6 }),
});

export const health: fc.Arbitrary<HealthReport> = fc.record({
  environment: text,
  full: fc.boolean(),
  at: time,
  took: time,
  services: fc.array(
    fc.record({
      service: text,
      running: fc.option(
        fc.record({
          version: maybe,
          ref: text,
          running: few,
          desired: few,
          steady: fc.boolean(),
          concern: maybe,
        }),
        { nil: null },
      ),
      unknown: maybe,
      probes: fc.array(
        fc.record({
          name: text,
          url: text,
          verdict: fc.constantFrom('ok', 'failed', 'unknown'),
          took: maybeTime,
          because: maybe,
        }),
        { maxLength: 6 },
      ),
    }),
    { maxLength: 150, size: 'max' },
  ),
});

const block: fc.Arbitrary<Block> = fc.record({
  id: text,
  kind: fc.constantFrom('freeze', 'database-corruption', 'security'),
  environment: maybe,
  since: time,
  until: maybeTime,
  by: fc.option(person, { nil: null }),
  reason: text,
  incident: maybe,
});

export const status: fc.Arbitrary<StatusReport> = fc.record({
  at: time,
  environments: fc.array(
    fc.record({
      name: text,
      lock: fc.option(fc.record({ deployment: text, since: maybeTime }), { nil: null }),
      services: fc.array(
        fc.record({ service: text, version: maybe, provenAt: maybeTime, concern: maybe, unknown: maybe }),
        { maxLength: 30 },
      ),
    }),
    { maxLength: 15 },
  ),
  inFlight: fc.array(deployment, { maxLength: 3 }),
  freezes: fc.array(block, { maxLength: 8 }),
  halts: fc.array(block, { maxLength: 8 }),
  incidents: fc.array(
    fc.record({
      id: text,
      severity: fc.constantFrom(...severities),
      status: fc.constantFrom(...incidentStatuses),
      environment: text,
      title: text,
      isPrivate: fc.boolean(),
      drill: fc.constantFrom('overload' as const, null),
    }),
    { maxLength: 8 },
  ),
});

export const audit: fc.Arbitrary<AuditEntry[]> = fc.array(
  fc.record({
    at: time,
    who: fc.option(person, { nil: null }),
    what: text,
    deployment: maybe,
    environment: maybe,
    detail: maybe,
    from: fc.constantFrom('command', 'form', 'button', 'worker', 'clock'),
  }),
  { maxLength: 30 },
);
