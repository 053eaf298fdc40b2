/** Catalogs: what the program gets out of a good one, and what is said about a bad one. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CatalogError, loadCatalog } from '../../src/config/load-catalog.ts';

const example = (name: string) => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8');

interface Parts {
  people?: string;
  environments?: string;
  services?: string;
}
const ecs = (more = '') =>
  `{ type: ecs, service: "{service}", family: f, container: app, image: "r/{service}:{version}"${more} }`;
const ran = (...environments: string[]) =>
  `, environments: { ${environments.map((name) => `${name}: { cluster: c-${name} }`).join(', ')} }`;

/** A small catalog with some of its parts replaced; its sections begin at lines 1, 2, 3, 4 and after that. */
const catalog = ({ people, environments, services }: Parts = {}) =>
  [
    'organization: Example',
    'slack: { deployments: "#deployments" }',
    `people: ${people ?? '{ deployers: ["@engineering"] }'}`,
    `environments:\n${environments ?? '  test: { base_url: https://test.example.com }'}`,
    `services:\n${services ?? `  api: { target: ${ecs(ran('test'))} }`}`,
  ].join('\n');

function problemsOf(yaml: string): string[] {
  try {
    loadCatalog(yaml, 'c.yml');
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    expect(error.message.split('\n')).toHaveLength(error.problems.length);
    return error.message.split('\n');
  }
  return [];
}

describe('the examples', () => {
  test('are fine', () => {
    expect(problemsOf(example('skillancer.yml'))).toEqual([]);
    expect(problemsOf(example('minimal.yml'))).toEqual([]);
  });

  test("say what the runbook says about Skillancer's production", () => {
    const { environments, services, place } = loadCatalog(example('skillancer.yml'), 'skillancer.yml');
    expect(environments.get('production')).toMatchObject({
      name: 'production',
      after: 'staging',
      confirm_rollback: true,
      approvals: { required: 1, expire: 1_800_000, self_approval: false },
      watch: { for: 300_000, every: 30_000, consecutive_failures: 3, success_rate: 0.95 },
    });
    expect(services.slice(-2)).toEqual(['api-gateway', 'web']);
    expect(place('api-gateway', 'production')).toMatchObject({
      target: {
        cluster: 'skillancer-prod',
        service: 'api-gateway',
        family: 'skillancer-prod-api-gateway',
        image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/api-gateway:{version}',
      },
      probes: [
        { name: 'live', url: 'https://api.skillancer.com/health/live', full: false },
        { name: 'ready', within: 500 },
        { name: 'auth', url: 'https://api.skillancer.com/api/v1/auth/status' },
        { name: 'circuits', full: true },
        { name: 'dashboard', full: true, json: { overall: 'healthy' } },
      ],
    });
  });
});

describe('a fine catalog', () => {
  test('fills in the placeholders of every string, and leaves {version} in the image', () => {
    const yaml = catalog({
      services: `  api:
    target: { type: ecs, cluster: "c-{environment}", service: "{service}-{environment}", family: f, container: app, image: "r/{service}:{version}", environments: { test: {} } }
    probes: [{ name: "{service} lives", get: "/{environment}/x", json: { in: ["{environment}"], on: true } }]`,
    });
    expect(loadCatalog(yaml, 'c.yml').place('api', 'test')).toEqual({
      service: 'api',
      environment: 'test',
      stage: 1,
      target: {
        type: 'ecs',
        cluster: 'c-test',
        service: 'api-test',
        family: 'f',
        container: 'app',
        image: 'r/api:{version}',
        timeout: 900_000,
      },
      probes: [
        {
          name: 'api lives',
          url: 'https://test.example.com/test/x',
          json: { in: ['test'], on: true },
          status: 200,
          timeout: 5_000,
          retries: 2,
          full: false,
        },
      ],
    });
  });

  test("lays the environment's settings over the target's, its timeout as well", () => {
    const two = '  a: { base_url: https://a.example.com }\n  b: { base_url: https://b.example.com }';
    const services = `  api: { target: ${ecs(', timeout: 1m, region: eu-west-1, environments: { a: { cluster: x }, b: { cluster: y, timeout: 2m, service: other } }')} }`;
    const { place } = loadCatalog(catalog({ environments: two, services }), 'c.yml');
    expect(place('api', 'a')?.target).toMatchObject({ timeout: 60_000, service: 'api', region: 'eu-west-1' });
    expect(place('api', 'b')?.target).toMatchObject({ timeout: 120_000, service: 'other' });
    expect(place('api', 'c')).toBeUndefined();
    expect(place('constructor', 'a')).toBeUndefined();
  });

  test('has its services in order of stage, then of the file', () => {
    const at = (name: string, stage: number) => `  ${name}: { stage: ${stage}, target: ${ecs(ran('test'))} }`;
    const services = [at('web', 2), at('zoo', 1), at('constructor', 10), at('auth', 1)].join('\n');
    expect(loadCatalog(catalog({ services }), 'c.yml').services).toEqual([
      'zoo',
      'auth',
      'web',
      'constructor',
    ]);
  });

  test('joins paths below the base address, and takes whole addresses as they are', () => {
    const environments = '  test: { base_url: "https://test.example.com/api/" }';
    const services = `  api: { target: ${ecs(ran('test'))}, probes: [{ name: a, get: /x }, { name: b, get: "http://other/y" }] }`;
    const { place } = loadCatalog(catalog({ environments, services }), 'c.yml');
    expect(place('api', 'test')?.probes.map(({ url }) => url)).toEqual([
      'https://test.example.com/api/x',
      'http://other/y',
    ]);
  });

  test('asks for the typed word before a rollback exactly where approvals are asked for, unless it says so', () => {
    const people = '{ deployers: [U1234567], approvers: [U1234567] }';
    const environments = `  a: { base_url: https://a.example.com, approvals: {} }
  b: { base_url: https://b.example.com }
  d: { base_url: https://d.example.com, confirm_rollback: true }
  e: { base_url: https://e.example.com, approvals: {}, confirm_rollback: false }`;
    const services = `  api: { target: ${ecs(ran('a'))} }`;
    const all = loadCatalog(catalog({ people, environments, services }), 'c.yml').environments;
    expect([...all.values()].map(({ confirm_rollback }) => confirm_rollback)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('cannot be changed', () => {
    const loaded = loadCatalog(example('skillancer.yml'), 'c.yml');
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(loaded)).toBe(true);
    expect([...loaded.environments.values()].every(frozen)).toBe(true);
    expect(frozen(loaded.place('api-gateway', 'production'))).toBe(true);
    expect(() => (loaded.environments as Map<string, unknown>).set('x', {})).toThrow('cannot be changed');
  });

  test('may repeat itself by aliases', () => {
    const services = `  api: { target: &t ${ecs(ran('test'))} }\n  web: { target: *t }`;
    expect(loadCatalog(catalog({ services }), 'c.yml').place('web', 'test')?.target.service).toBe('web');
  });
});

describe('the text itself', () => {
  test.each([
    ['nothing at all', '', ['c.yml: is empty']],
    ['only a comment', '# soon', ['c.yml: is empty']],
    ['a list', '- a', ['c.yml: expected settings (name: value)']],
    ['a key written twice', `${catalog()}\norganization: Other`, ['c.yml:8: Map keys must be unique']],
    ['an alias without its anchor', 'a: 1\nb: *a', ['c.yml:2: nothing is called &a above this line']],
    ['an alias that holds itself', 'a: &a [*a]', ['c.yml:1: *a would hold itself']],
    ['an unknown tag', 'a: !secret x', ['c.yml:1: Unresolved tag: !secret']],
    ['several documents', 'a: 1\n---\nb: 1', [expect.stringMatching(/^c\.yml:2: .*multiple documents/)]],
    ['a tab', 'a:\n\tb: 1', [expect.stringMatching(/^c\.yml:2: Tabs/)]],
    [
      'a bomb of aliases',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        'b: &b [*a,*a,*a,*a,*a,*a,*a]',
        'c: &c [*b,*b,*b,*b,*b,*b]',
        'd: [*c,*c,*c]',
      ].join('\n'),
      [expect.stringMatching(/would not fit into memory/)],
    ],
  ])('%s is refused with its line', (_what, yaml, expected) => {
    expect(problemsOf(yaml)).toEqual(expected);
  });

  test('a key written twice does not hide other problems', () => {
    const yaml = catalog({ people: '{ deployers: [U1234567], deployers: [nobody] }' });
    expect(problemsOf(yaml)).toEqual([
      'c.yml:3: Map keys must be unique',
      expect.stringMatching(/^c\.yml:3 people\.deployers\[0\]: expected a Slack user id/),
    ]);
  });

  test('nesting without end is refused, not survived by luck', () => {
    const problems = problemsOf('['.repeat(20_000));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(20);
  });

  test('1,000 damaged catalogs are loaded or refused with a CatalogError, never anything else', () => {
    const whole = example('skillancer.yml').replaceAll(/ *#.*\n/g, '\n');
    const bite = fc.tuple(
      fc.nat(whole.length),
      fc.nat(40),
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('*places', '{environment}', '\n', '  ', ': ', '__proto__: 1\n', '<<: *places'),
      ),
    );
    fc.assert(
      fc.property(bite, ([at, length, instead]) => {
        const yaml = whole.slice(0, at) + instead + whole.slice(at + length);
        try {
          loadCatalog(yaml, 'c.yml');
        } catch (error) {
          if (!(error instanceof CatalogError)) throw error;
          return error.problems.length > 0 && error.message.split('\n').length === error.problems.length;
        }
        return true;
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});

describe('a setting', () => {
  const inEnvironment = (settings: string) =>
    catalog({ environments: `  test: { base_url: https://x.example.com, ${settings} }` });
  const inService = (settings: string) =>
    catalog({ services: `  api: { target: ${ecs(ran('test'))}, ${settings} }` });
  test.each([
    [inService('stage: two'), 'c.yml:7 services.api.stage: expected a number'],
    [inService('stage: 1.5'), 'c.yml:7 services.api.stage: expected a whole number'],
    [inService('stage: 0'), 'c.yml:7 services.api.stage: expected at least 1'],
    [inService('stag: 1'), 'c.yml:7 services.api.stag: is not a setting; did you mean stage?'],
    [inService('xyz: 1'), 'c.yml:7 services.api.xyz: is not a setting; there are stage, target, probes'],
    [inService('__proto__: { a: 1 }'), expect.stringContaining('services.api.__proto__: is not a setting')],
    [inService('probes: [{ name: a }]'), 'c.yml:7 services.api.probes[0].get: is missing'],
    [
      inService('probes: [{ name: a, get: x }]'),
      expect.stringContaining('expected a path that begins with /'),
    ],
    [
      inEnvironment('hold: 5'),
      'c.yml:5 environments.test.hold: expected a duration such as 500ms, 30s, 5m or 1h',
    ],
    [inEnvironment('hold: 0s'), 'c.yml:5 environments.test.hold: expected more than 0 and at most 30d'],
    [inEnvironment('hold: 99999d'), 'c.yml:5 environments.test.hold: expected more than 0 and at most 30d'],
    [inEnvironment('watch: { success_rate: 101% }'), expect.stringContaining('expected at most 100%')],
    [inEnvironment('watch: { every: 1ms }'), expect.stringContaining('expected at least 1s')],
    [inEnvironment('confirm_rollback: maybe'), expect.stringContaining('expected true or false')],
    [
      inEnvironment('rights: { deploy: [deployers, admin] }'),
      'c.yml:5 environments.test.rights.deploy[1]: expected deployers, approvers, responders, communicators or admins; did you mean admins?',
    ],
    [
      catalog({ environments: '  test:' }),
      'c.yml:5 environments.test: expected settings (name: value), found nothing',
    ],
    [catalog({ environments: '  test: {}' }), 'c.yml:5 environments.test.base_url: is missing'],
    [catalog({ environments: '  test: { base_url: ftp://x }' }), expect.stringContaining('such as https://')],
    [
      catalog({ environments: '  test: { base_url: "https://me:pw@x" }' }),
      expect.stringContaining('without user'),
    ],
    [catalog({ environments: '  {}' }), 'c.yml:4 environments: expected at least one'],
    [
      catalog({ services: '  api: { target: { type: esc } }' }),
      'c.yml:7 services.api.target.type: expected ecs',
    ],
    [catalog({ services: '  api: {}' }), 'c.yml:7 services.api.target: is missing'],
    [
      catalog({ people: '{ deployers: [ana] }' }),
      expect.stringContaining('c.yml:3 people.deployers[0]: expected a Slack user id'),
    ],
    [catalog({ people: '{}' }), 'c.yml:3 people.deployers: is missing'],
  ])('%#: that does not fit is named with its line', (yaml, expected) => {
    expect(problemsOf(yaml)).toEqual([expected]);
  });

  test.each(['Api', 'a_b', 'all', 'help', 'plan', 'skip-staging', 'to', 'v1', '42', 'abc1234'])(
    'is not called %s, which commands could not tell apart',
    (name) => {
      const services = `  ${name}: { target: ${ecs(ran('test'))} }`;
      expect(problemsOf(catalog({ services }))).toEqual([expect.stringContaining(`services.${name}: `)]);
    },
  );

  test('that is wrong is named together with all others, in the order of the file', () => {
    const problems = problemsOf(
      catalog({
        people: '{ deployers: [] }',
        environments: '  test: { base: x }',
        services: '  api: { stage: x }',
      }),
    );
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'c.yml:3 people.deployers',
      'c.yml:5 environments.test.base_url',
      'c.yml:5 environments.test.base',
      'c.yml:7 services.api.stage',
      'c.yml:7 services.api.target',
    ]);
  });
});

describe('the parts together', () => {
  const environment = (name: string, more = '') =>
    `  ${name}: { base_url: https://${name}.example.com${more} }`;
  const api = (more: string) => `  api: { target: ${ecs(more)} }`;
  test.each<[string, Parts, unknown[]]>([
    [
      'an environment after one that is not there',
      { environments: environment('test', ', after: tset') },
      ['c.yml:5 environments.test.after: there is no environment tset; did you mean test?'],
    ],
    [
      'environments after each other',
      {
        environments: `${environment('test', ', after: b')}\n${environment('b', ', after: d')}\n${environment('d', ', after: b')}`,
      },
      [
        'c.yml:6 environments.b.after: goes round in a circle: b after d after b',
        'c.yml:7 environments.d.after: goes round in a circle: d after b after d',
      ],
    ],
    [
      'an environment after itself',
      { environments: environment('test', ', after: test') },
      ['c.yml:5 environments.test.after: goes round in a circle: test after test'],
    ],
    [
      'approvals from nobody',
      { environments: environment('test', ', approvals: {}') },
      [
        'c.yml:5 environments.test.approvals.from: nobody is one of the approvers: name somebody in people.approvers',
      ],
    ],
    [
      'more approvals than approvers',
      {
        people: '{ deployers: [U1234567], approvers: [U1234567] }',
        environments: environment('test', ', approvals: { required: 2 }'),
      },
      ['c.yml:5 environments.test.approvals.required: asks for 2 approvals, but people.approvers are 1'],
    ],
    [
      'a right of nobody',
      { environments: environment('test', ', rights: { rollback: [deployers, responders] }') },
      [
        'c.yml:5 environments.test.rights.rollback: nobody is one of the responders: name somebody in people.responders',
      ],
    ],
    [
      'a watch shorter than its interval',
      { environments: environment('test', ', watch: { for: 10s }') },
      ['c.yml:5 environments.test.watch.every: is longer than the whole watch (for)'],
    ],
    [
      'a service in an environment that is not there',
      { services: api(ran('test', 'tset')) },
      ['c.yml:7 services.api.target.environments.tset: there is no environment tset; did you mean test?'],
    ],
    [
      'a service that runs nowhere',
      { services: api(', environments: {}') },
      ['c.yml:7 services.api.target.environments: expected at least one: the service runs nowhere'],
    ],
    [
      'a service called like an environment',
      { services: `  test: { target: ${ecs(ran('test'))} }` },
      ['c.yml:7 services.test: is called like an environment: choose another name'],
    ],
    [
      'a needed setting that is nowhere',
      { services: api(', environments: { test: {} }') },
      [
        'c.yml:7 services.api.target.environments.test.cluster: is missing, and services.api.target has none for all environments',
      ],
    ],
    [
      'a name that AWS would not take',
      { services: api(', cluster: "my cluster", environments: { test: {} }') },
      [expect.stringContaining('c.yml:7 services.api.target.cluster: "my cluster" is no name in AWS')],
    ],
    [
      '{version} outside of the image',
      { services: api(', cluster: "c-{version}", environments: { test: {} }') },
      ['c.yml:7 services.api.target.cluster: {version} is known in the image only'],
    ],
    [
      'a placeholder that is not there, once for all environments',
      {
        environments: `${environment('test')}\n${environment('b')}`,
        services: api(
          ', region: us-east-1, cluster: "{enviroment}", environments: { test: {}, b: { service: other } }',
        ),
      },
      [
        'c.yml:8 services.api.target.cluster: there is no placeholder {enviroment}; did you mean {environment}?',
      ],
    ],
    [
      'two environments that are the same service',
      {
        environments: `${environment('test')}\n${environment('b')}`,
        services: api(', cluster: c, environments: { test: {}, b: {} }'),
      },
      ['c.yml:8 services.api.target.environments.b: is api in c, just like api in test'],
    ],
    [
      'two services that are the same one, the cluster by name and by ARN',
      {
        services: `${api(', cluster: c, environments: { test: {} }')}\n  web: { target: { type: ecs, service: api, family: f, container: app, image: "r:{version}", environments: { test: { cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/c" } } } }`,
      },
      [
        'c.yml:8 services.web.target.environments.test: is api in arn:aws:ecs:us-east-1:123456789012:cluster/c, just like api in test',
      ],
    ],
    [
      'two probes of one name',
      {
        services: `  api: { target: ${ecs(ran('test'))}, probes: [{ name: a, get: /a }, { name: a, get: /b }] }`,
      },
      ['c.yml:7 services.api.probes[1].name: "a" is another probe\'s name'],
    ],
    [
      'a probe of no address',
      { services: `  api: { target: ${ecs(ran('test'))}, probes: [{ name: a, get: "http://" }] }` },
      ['c.yml:7 services.api.probes[0].get: "http://" is no address'],
    ],
  ])('%s: refused', (_what, parts, expected) => {
    expect(problemsOf(catalog(parts))).toEqual(expected);
  });

  test('the same names in two regions are two services', () => {
    const environments = `${environment('test')}\n${environment('b')}`;
    const services = api(
      ', cluster: c, environments: { test: { region: us-east-1 }, b: { region: eu-west-1 } }',
    );
    expect(problemsOf(catalog({ environments, services }))).toEqual([]);
  });

  test('problems of several parts come at once', () => {
    const environments = environment('test', ', after: nowhere, approvals: {}, watch: { for: 1s }');
    const services = api(', cluster: "{x}", environments: { test: {}, other: {} }');
    expect(problemsOf(catalog({ environments, services }))).toHaveLength(5);
  });
});
