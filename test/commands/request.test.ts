/** Commands as people type them, and what becomes of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDeploy, readHealth, readOps, readRollback } from '../../src/commands/request.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { Refusal } from '../../src/records/refusal.ts';

const skillancer = loadCatalog(
  readFileSync(new URL('../../examples/skillancer.yml', import.meta.url), 'utf8'),
  'skillancer.yml',
);
const now = Date.UTC(2026, 10, 20, 9);
const everything = [...skillancer.services];

const target = (...homes: string[]) =>
  `{ type: ecs, service: "{service}", family: f, container: app, image: "r:{version}", environments: { ${homes.map((home) => `${home}: { cluster: ${home} }`).join(', ')} } }`;
/** Two environments at the end, and a service that is in one environment only. */
const forked = loadCatalog(
  `organization: Forked
slack: { deployments: "#deployments" }
people: { deployers: ["@engineering"] }
environments:
  staging: { base_url: https://s.example.com }
  europe: { base_url: https://e.example.com, after: staging }
  america: { base_url: https://a.example.com, after: staging }
  empty: { base_url: https://n.example.com, after: europe }
services:
  api: { target: ${target('staging', 'europe', 'america')} }
  web: { target: ${target('staging', 'europe')} }`,
  'forked.yml',
);

function refusalOf(read: () => unknown): Refusal {
  try {
    const request = read();
    throw new Error(`not refused: ${JSON.stringify(request)}`);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

describe('/deploy', () => {
  const plain = { version: null, skipStaging: false, reason: null, planOnly: false, incident: null };
  const gateway = { ...plain, environment: 'production', services: ['api-gateway'] };
  test.each([
    ['production all', { ...plain, environment: 'production', services: everything }],
    ['production api-gateway', gateway],
    ['api-gateway production', gateway],
    ['Production API-Gateway', gateway],
    ['"production" `api-gateway`', gateway],
    ['api-gateway to production', gateway],
    ['api-gateway in production', gateway],
    ['api-gateway api-gateway production production', gateway],
    ['production api-gateway v1.2.3', { ...gateway, version: 'v1.2.3' }],
    ['api-gateway v1.2.3 production', { ...gateway, version: 'v1.2.3' }],
    ['v1.2.3 to production api-gateway', { ...gateway, version: 'v1.2.3' }],
    ['production api-gateway 1.2.3', { ...gateway, version: '1.2.3' }],
    ['production api-gateway <http://v1.2.3|v1.2.3>', { ...gateway, version: 'v1.2.3' }],
    ['production api-gateway 2026.11.20-abc1234', { ...gateway, version: '2026.11.20-abc1234' }],
    ['deadbeef production api-gateway', { ...gateway, version: 'deadbeef' }],
    ['production api-gateway r42', { ...gateway, version: 'r42' }],
    ['production api-gateway 42', { ...gateway, version: '42' }],
    ['production api-gateway --plan', { ...gateway, planOnly: true }],
    [
      '—skip-staging production --reason “it’s &lt;urgent&gt; &amp; big” api-gateway',
      { ...gateway, skipStaging: true, reason: 'it’s <urgent> & big' },
    ],
    ['production web,api-gateway', { ...gateway, services: ['api-gateway', 'web'] }],
    ['production web , auth-svc ,api-gateway', { ...gateway, services: ['auth-svc', 'api-gateway', 'web'] }],
    ['production web api-gateway', { ...gateway, services: ['api-gateway', 'web'] }],
    ['web,all production', { ...gateway, services: everything }],
    ['', 'form'],
    ['  ', 'form'],
    ['help', 'help'],
    ['?', 'help'],
    ['help production', 'help'],
    ['production --help', 'help'],
  ])('%s', (text, expected) => {
    expect(readDeploy(text, skillancer)).toEqual(expected);
  });

  test.each([
    ['prodution api-gateway v1', 'unknown-environment', '/deploy production api-gateway v1'],
    ['prod api-gateway', 'unknown-environment', '/deploy production api-gateway'],
    ['qa api-gateway', 'unknown-environment', undefined],
    ['production api-gatway v1', 'unknown-service', '/deploy production api-gateway v1'],
    ['production auth', 'unknown-service', '/deploy production auth-svc'],
    ['production AUTH', 'unknown-service', '/deploy production auth-svc'],
    ['production alll', 'unknown-service', '/deploy production all'],
    ['production web, foo', 'unknown-service', undefined],
    ['production web --paln', 'unknown-flag', '/deploy production web --plan'],
    ['production web plan', 'unknown-flag', '/deploy production web --plan'],
    ['production web skip-staging', 'unknown-flag', '/deploy production web --skip-staging'],
    ['production web --full', 'unknown-flag', undefined],
    ['production', 'missing-argument', '/deploy production all'],
    ['web', 'missing-argument', undefined],
    ['v1.2.3', 'missing-argument', undefined],
    ['staging production web', 'too-many-arguments', undefined],
    ['production web v1 v2', 'too-many-arguments', undefined],
    ['production web --reason so it is', 'too-many-arguments', undefined],
    ['production web "so it is"', 'too-many-arguments', undefined],
    ['production web latest', 'bad-version', undefined],
    ['production web v1.2.3+5', 'bad-version', undefined],
    ['v1.2/3 production web', 'bad-version', undefined],
    ['production web a/1', 'bad-version', undefined],
    [`production web v1.${'2'.repeat(130)}`, 'bad-version', undefined],
    ['production constructor', 'unknown-service', undefined],
    ['constructor web', 'unknown-environment', undefined],
    [`production ${'x'.repeat(2_000)}`, 'unreadable', undefined],
  ])('%s is refused', (text, code, command) => {
    const refusal = refusalOf(() => readDeploy(text, skillancer));
    expect([refusal.code, refusal.suggestion?.command]).toEqual([code, command]);
    expect(refusal.hint).not.toBe('');
    expect(refusal.message.length).toBeLessThan(200);
  });

  test('a service that does not run there is refused, and where it runs is said', () => {
    const refusal = refusalOf(() => readDeploy('america web,api', forked));
    expect(refusal).toMatchObject({ code: 'not-here', message: 'web does not run in america.' });
    expect(refusal.hint).toContain('staging or europe');
    expect(refusalOf(() => readDeploy('empty all', forked)).code).toBe('not-here');
  });

  test('all means all that run there', () => {
    expect(readDeploy('america all', forked)).toMatchObject({ services: ['api'] });
  });

  test('a reason is kept as typed, without control characters, and cut at 500 characters', () => {
    const request = readDeploy(`production web --reason "<!here> \u0007*b* ${'👩'.repeat(600)}"`, skillancer);
    if (typeof request === 'string') throw new Error(request);
    expect(request.reason?.startsWith('@here *b* 👩')).toBe(true);
    expect([...(request.reason ?? '')]).toHaveLength(500);
  });
});

describe('/rollback', () => {
  const gateway = {
    environment: 'production',
    services: ['api-gateway'],
    version: null,
    reason: null,
    incident: null,
  };
  test.each([
    ['api-gateway', gateway],
    ['api-gateway v1.2.3', { ...gateway, version: 'v1.2.3' }],
    ['api-gateway it is slow --incident INC-12', { ...gateway, reason: 'it is slow', incident: 'INC-12' }],
    ['--incident #12 api-gateway', { ...gateway, incident: 'INC-12' }],
    ['staging api-gateway v1.2.3', { ...gateway, environment: 'staging', version: 'v1.2.3' }],
    ['production all', { ...gateway, services: everything }],
    ['web,api-gateway', { ...gateway, services: ['api-gateway', 'web'] }],
    ['api-gateway web', { ...gateway, services: ['api-gateway', 'web'] }],
    ['api-gateway 42', { ...gateway, version: '42' }],
    ['api-gateway r42', { ...gateway, version: 'r42' }],
    ['api-gateway slow pages', { ...gateway, reason: 'slow pages' }],
    ['api-gateway 5xx errors &gt; 1%, don’t panic', { ...gateway, reason: '5xx errors > 1%, don’t panic' }],
    ['api-gateway 1% of payments fail', { ...gateway, reason: '1% of payments fail' }],
    ['api-gateway p99 is high', { ...gateway, reason: 'p99 is high' }],
    [
      'api-gateway v1.2.3 since v1.3.0 broke all of staging',
      { ...gateway, version: 'v1.2.3', reason: 'since v1.3.0 broke all of staging' },
    ],
    ['api-gateway production staging was fine', { ...gateway, reason: 'staging was fine' }],
    [
      'api-gateway to v1.2.3 in production on a hunch',
      { ...gateway, version: 'v1.2.3', reason: 'on a hunch' },
    ],
    [
      'api-gateway "checkout is broken" v1.2.3',
      { ...gateway, version: 'v1.2.3', reason: 'checkout is broken' },
    ],
    ['"checkout is broken" api-gateway', { ...gateway, reason: 'checkout is broken' }],
    ['--reason "checkout is broken" api-gateway', { ...gateway, reason: 'checkout is broken' }],
    ['api-gateway “it’s broken', { ...gateway, reason: 'it’s broken' }],
    [
      'api-gateway down — see &lt;x&gt; and <https://x.example.com/1>',
      { ...gateway, reason: 'down — see <x> and https://x.example.com/1' },
    ],
    ['', 'form'],
    ['help', 'help'],
  ])('%s', (text, expected) => {
    expect(readRollback(text, skillancer)).toEqual(expected);
  });

  test.each([
    ['prodution api-gateway', 'unknown-environment', '/rollback production api-gateway'],
    ['api-gateway stagin is broken', 'unknown-environment', '/rollback api-gateway staging is broken'],
    ['api-gatewy v1.2.3', 'unknown-service', '/rollback api-gateway v1.2.3'],
    ['api-gateway, slow', 'unknown-service', undefined],
    ['something web', 'too-many-arguments', undefined],
    ['production', 'missing-argument', '/rollback production all'],
    ['production "it is broken"', 'missing-argument', '/rollback production "it is broken" all'],
    ['production staging api-gateway', 'too-many-arguments', undefined],
    ['api-gateway "one reason" --reason two', 'too-many-arguments', undefined],
    ['api-gateway latest', 'bad-version', undefined],
    ['api-gateway v1.2.3+5', 'bad-version', undefined],
    ['api-gateway --force', 'unknown-flag', undefined],
    ['api-gateway --incident yesterday', 'no-such-incident', undefined],
  ])('%s is refused', (text, code, command) => {
    const refusal = refusalOf(() => readRollback(text, skillancer));
    expect([refusal.code, refusal.suggestion?.command]).toEqual([code, command]);
  });

  test.each([
    ['api-gateway 42 people complain', '/rollback api-gateway "42 people complain"'],
    ['api-gateway r42 is broken', '/rollback api-gateway "r42 is broken"'],
    ['api-gateway web checkout broken', '/rollback api-gateway "web checkout broken"'],
    ['production api-gateway all users suffer', '/rollback production api-gateway "all users suffer"'],
    ['api-gateway 42 staging is slow', undefined],
  ])('%s could mean two things, so it is asked, not guessed', (text, command) => {
    const refusal = refusalOf(() => readRollback(text, skillancer));
    expect([refusal.code, refusal.suggestion?.command]).toEqual(['unreadable', command]);
    if (command)
      expect(readRollback(command.replace('/rollback ', ''), skillancer)).toMatchObject({
        services: ['api-gateway'],
      });
  });

  test('without an environment is refused where two could be meant, and they are named', () => {
    const refusal = refusalOf(() => readRollback('api', forked));
    expect(refusal.code).toBe('missing-argument');
    expect(refusal.hint).toContain('europe, america');
  });
});

describe('/health', () => {
  test.each([
    ['production', { environment: 'production', services: everything, full: false }],
    ['production all --full', { environment: 'production', services: everything, full: true }],
    ['—full web staging', { environment: 'staging', services: ['web'], full: true }],
    ['help', 'help'],
    ['help me', 'help'],
    ['', 'help'],
  ])('%s', (text, expected) => {
    expect(readHealth(text, skillancer)).toEqual(expected);
  });

  test.each([
    ['web', 'missing-argument', undefined],
    ['stagng', 'unknown-environment', '/health staging'],
    ['production ful', 'unknown-flag', '/health production --full'],
    ['production v1.2.3', 'unknown-service', undefined],
    ['production --plan', 'unknown-flag', undefined],
  ])('%s is refused', (text, code, command) => {
    const refusal = refusalOf(() => readHealth(text, skillancer));
    expect([refusal.code, refusal.suggestion?.command]).toEqual([code, command]);
  });

  test('a catalog with one environment offers it', () => {
    const minimal = readFileSync(new URL('../../examples/minimal.yml', import.meta.url), 'utf8');
    const refusal = refusalOf(() => readHealth('api --full', loadCatalog(minimal, 'minimal.yml')));
    expect(refusal.suggestion?.command).toBe('/health production api --full');
  });
});

describe('/ops', () => {
  test.each([
    ['status', { verb: 'status' }],
    ['STATUS', { verb: 'status' }],
    ['audit', { verb: 'audit', deployment: null }],
    ['audit #d-17', { verb: 'audit', deployment: 'd-17' }],
    ['help', 'help'],
    ['', 'help'],
  ])('%s', (text, expected) => {
    expect(readOps(text, skillancer, now)).toEqual(expected);
  });

  test.each([
    ['statsu', 'unknown-command', '/ops status'],
    ['restart', 'unknown-command', undefined],
    ['status now', 'too-many-arguments', undefined],
    ['audit a b', 'too-many-arguments', undefined],
    ['audit --all', 'unknown-flag', undefined],
  ])('%s is refused', (text, code, command) => {
    const refusal = refusalOf(() => readOps(text, skillancer, now));
    expect([refusal.code, refusal.suggestion?.command]).toEqual([code, command]);
  });
});

describe('10,000 generated texts', () => {
  const known = [
    'production',
    'staging',
    'all',
    'web',
    'api-gateway',
    'prodution',
    'v1.2.3',
    '42',
    '5xx',
    'latest',
    'help',
    'to',
    'status',
    'audit',
  ];
  const bits = [
    '--plan',
    '--reason',
    '--full',
    '—skip-staging',
    '=',
    '"',
    '“',
    "'",
    ',',
    '<http://x|',
    '>',
    '&amp;',
    '`',
    '__proto__',
    'constructor',
    '\u200b',
    '\ud800',
    '\u0000',
  ];
  const piece = fc.oneof(
    fc.constantFrom(...known),
    fc.constantFrom(...bits),
    fc.string({ maxLength: 8, unit: 'binary' }),
  );
  const text = fc
    .array(fc.tuple(piece, fc.constantFrom(' ', ' ', ' ', '', '\u00a0', '\n')), { maxLength: 15 })
    .map((all) => all.flat().join(''));

  test.each<[string, (text: string) => unknown, string]>([
    ['/deploy', (text) => readDeploy(text, skillancer), '/deploy '],
    ['/rollback', (text) => readRollback(text, skillancer), '/rollback '],
    ['/health', (text) => readHealth(text, skillancer), '/health '],
    ['/ops', (text) => readOps(text, skillancer, now), '/ops '],
  ])(
    '%s understands or refuses, never anything else, and what it suggests can be typed',
    (_name, reader, command) => {
      fc.assert(
        fc.property(text, (typed) => {
          try {
            reader(typed);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            expect(error.message.length).toBeLessThan(300);
            expect(error.hint).not.toBe('');
            if (error.suggestion) {
              expect(error.suggestion.command.startsWith(command)).toBe(true);
              expect(error.suggestion.label.length).toBeLessThanOrEqual(75);
            }
          }
        }),
        { numRuns: 10_000 },
      );
    },
    120_000,
  );
});

describe('a valid request is understood in any order, whatever Slack makes of it', () => {
  const environment = fc.constantFrom('staging', 'production');
  const services = fc.shuffledSubarray(everything, { minLength: 1 });
  const version = fc.option(
    fc.oneof(
      fc
        .tuple(fc.constantFrom('', 'v'), fc.nat(99), fc.nat(99), fc.nat(99))
        .map(([v, a, b, c]) => `${v}${a}.${b}.${c}`),
      fc.stringMatching(/^[0-9a-f]{7,40}$/),
      fc.stringMatching(/^20[0-9]{2}\.[01][0-9]\.[0-3][0-9]-[0-9a-f]{7}$/),
    ),
  );
  const reason = fc.option(
    fc
      .stringMatching(/^[A-Za-z0-9 <>&|*_~`’é👩.,:;!?%/()-]{1,60}$/u)
      .map((words) => words.trim().replace(/^/, 'x y '))
      .map((words) => words.trim()),
  );
  const seed = fc.infiniteStream(fc.nat(1_000));

  /** As Slack sends it: escaped, perhaps as a link, in other quotes, in capitals, in code marks. */
  const escaped = (typed: string) => typed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const dressedName = (name: string, n: number) =>
    [
      name,
      name.toUpperCase(),
      `\`${name}\``,
      `“${name}”`,
      `*${name}*`,
      `<http://${name}|${name}>`,
      `${name}\u200b`,
    ][n % 7] ?? name;
  const dressedVersion = (v: string, n: number) =>
    [v, `\`${v}\``, `<http://${v}|${v}>`, `<http://${v}>`, `"${v}"`][n % 5] ?? v;
  const dressedFlag = (flag: string, n: number) =>
    [`--${flag}`, `—${flag}`, `–${flag}`, `-${flag}`][n % 4] ?? flag;
  const dressedReason = (text: string, n: number) => {
    const [open, close] =
      [
        ['"', '"'],
        ['“', '”'],
        ['«', '»'],
      ][n % 3] ?? [];
    return `${dressedFlag('reason', n)}${n % 2 ? '=' : ' '}${open}${escaped(text)}${close}`;
  };
  const together = (parts: string[], n: number) => parts.join(n % 2 ? ' ' : '\u00a0 ');
  const shuffled = (parts: string[], next: () => number) =>
    parts
      .map((part) => [next(), part] as const)
      .sort(([a], [b]) => a - b)
      .map(([, part]) => part);
  const list = (names: string[], next: () => number) =>
    names.map((name) => dressedName(name, next())).join([',', ', ', ' , ', ' '][next() % 4]);

  test('/deploy', () => {
    const wanted = fc.record({
      environment,
      services,
      version,
      reason,
      skipStaging: fc.boolean(),
      planOnly: fc.boolean(),
      incident: fc.option(
        fc.nat({ max: 999_999 }).map((n) => `INC-${n}`),
        { nil: null },
      ),
    });
    fc.assert(
      fc.property(wanted, seed, (request, stream) => {
        const next = () => stream.next().value;
        const parts = [
          dressedName(request.environment, next()),
          list(request.services, next),
          ...(request.version ? [dressedVersion(request.version, next())] : []),
          ...(request.reason ? [dressedReason(request.reason, next())] : []),
          ...(request.skipStaging ? [dressedFlag('skip-staging', next())] : []),
          ...(request.planOnly ? [dressedFlag('plan', next())] : []),
          ...(request.incident ? [`${dressedFlag('incident', next())} ${request.incident}`] : []),
        ];
        const inOrder = everything.filter((name) => request.services.includes(name));
        expect(readDeploy(together(shuffled(parts, next), next()), skillancer)).toEqual({
          ...request,
          services: inOrder,
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('/rollback', () => {
    const wanted = fc.record({ environment, services, version, reason });
    fc.assert(
      fc.property(wanted, seed, (request, stream) => {
        const next = () => stream.next().value;
        const parts = [
          dressedName(request.environment, next()),
          list(request.services, next),
          ...(request.version ? [dressedVersion(request.version, next())] : []),
          ...(request.reason && next() % 2
            ? [dressedReason(request.reason, next())]
            : request.reason
              ? [`"${escaped(request.reason)} "`]
              : []),
        ];
        const inOrder = everything.filter((name) => request.services.includes(name));
        expect(readRollback(together(shuffled(parts, next), next()), skillancer)).toEqual({
          ...request,
          services: inOrder,
          incident: null,
        });
      }),
      { numRuns: 2_000 },
    );
  });
});
