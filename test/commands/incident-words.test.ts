/** What is typed behind `/incident`, and what becomes of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type IncidentRequest, readIncident } from '../../src/commands/incident/words.ts';
import { loadCatalog } from '../../src/config/load-catalog.ts';
import { act } from '../../src/records/act.ts';
import { Refusal } from '../../src/records/refusal.ts';
import { text as hostile } from '../templates/hostile.ts';

const target = (home: string) =>
  `{ type: ecs, service: "{service}", family: f, container: app, image: "r:{version}", environments: { ${home} } }`;
const both = target('staging: { cluster: s }, production: { cluster: p }');
const catalog = loadCatalog(
  `organization: Skillancer
slack: { deployments: "#deployments", incidents: "#incidents" }
people: { deployers: ["@engineering"], responders: ["@engineering"] }
environments:
  staging: { base_url: https://s.example.com }
  production: { base_url: https://p.example.com, after: staging }
incidents: { on_call: { otherwise: ["@engineering"] }, business_hours: { zone: Europe/Berlin } }
services:
  api-gateway: { target: ${both} }
  web: { target: ${both} }
  preview: { target: ${target('staging: { cluster: s }')} }`,
  'skillancer.yml',
);
/** Tuesday, noon in Berlin. */
const now = Date.UTC(2026, 10, 24, 11);
const read = (text: string): IncidentRequest => readIncident(text, catalog, now);

function refusalOf(text: string): Refusal {
  try {
    throw new Error(`not refused: ${JSON.stringify(read(text))}`);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** A name that a list of tests can show. */
const refused = (rows: readonly (readonly [string, string, string | undefined])[]) =>
  rows.map(([text, code, command]) => ({ name: text.slice(0, 60), text, code, command }));

describe('declaring', () => {
  const nothing = { severity: null, environment: 'production', services: [], title: null, kind: 'outage' };
  const checkout = { ...nothing, severity: 'P1', services: ['api-gateway'], title: 'checkout is down' };
  test.each<[string, object]>([
    ['', nothing],
    ['P1 api-gateway checkout is down', checkout],
    ['api-gateway P1 checkout is down', checkout],
    ['production api-gateway p1 checkout is down', checkout],
    ['P1 in production api-gateway checkout is down', checkout],
    ['sev1 api-gateway checkout is down', checkout],
    ['SEV-1 api-gateway "checkout is down"', checkout],
    ['P1 API-Gateway “checkout is down”', checkout],
    ['P1 `api-gateway` checkout is down', checkout],
    ['P1 api-gateway, web checkout is down', { ...checkout, services: ['api-gateway', 'web'] }],
    [
      'P2 staging web all is slow',
      { ...nothing, severity: 'P2', environment: 'staging', services: ['web'], title: 'all is slow' },
    ],
    ['P1 web is down', { ...nothing, severity: 'P1', services: ['web'], title: 'web is down' }],
    [
      'P1 logins fail in staging',
      { ...nothing, severity: 'P1', environment: 'staging', title: 'logins fail in staging' },
    ],
    ['P1', { ...nothing, severity: 'P1' }],
    ['checkout is down', { ...nothing, title: 'checkout is down' }],
    ['api-gateway', { ...nothing, services: ['api-gateway'] }],
    ['"status page is down"', { ...nothing, title: 'status page is down' }],
    ['P1 status page is down', { ...nothing, severity: 'P1', title: 'status page is down' }],
    [
      'P1 --kind security keys were leaked',
      { ...nothing, severity: 'P1', title: 'keys were leaked', kind: 'security' },
    ],
    [
      'P1 keys were leaked —kind=security',
      { ...nothing, severity: 'P1', title: 'keys were leaked', kind: 'security' },
    ],
    [
      '--kind database-corruption P1 rows are gone',
      { ...nothing, severity: 'P1', title: 'rows are gone', kind: 'database-corruption' },
    ],
    ['P1 fish &amp; &lt;chips&gt;', { ...nothing, severity: 'P1', title: 'fish & <chips>' }],
    ['P3 &lt;!channel&gt; look', { ...nothing, severity: 'P3', title: '<!channel> look' }],
  ])('%s', (text, wish) => {
    expect(read(text)).toEqual({ kind: 'declare', wish });
  });

  test.each(
    refused([
      ['P1 api-gatway checkout is down', 'unknown-service', '/incident P1 api-gateway checkout is down'],
      ['P1 prodution checkout is down', 'unknown-environment', '/incident P1 production checkout is down'],
      ['P1 api-gateway,chekout is down', 'unknown-service', undefined],
      ['P5 web is odd', 'unknown-severity', undefined],
      ['P0 web is down', 'unknown-severity', '/incident P1 web is down'],
      ['P1 P2 web is down', 'too-many-arguments', undefined],
      ['P1 staging production web', 'too-many-arguments', undefined],
      ['P1 preview is down', 'not-here', undefined],
      ['P1 web is down --kind fire', 'unknown-flag', undefined],
      ['P1 web is down --kin security', 'unknown-flag', '/incident P1 web is down --kind security'],
      ['P1 web is down --kind', 'missing-argument', undefined],
      ['resovle', 'unknown-command', '/incident resolve'],
      ['tiemline INC-12', 'unknown-command', '/incident timeline INC-12'],
      ['x'.repeat(40_000), 'unreadable', undefined],
    ]),
  )('$name is refused: $code', ({ text, code, command }) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ code });
    expect(refusal.suggestion?.command).toBe(command);
    expect(refusal.hint).not.toBe('');
  });
});

describe('verbs', () => {
  const did = (incident: string | null, what: object) => ({
    kind: 'on',
    incident,
    wish: { kind: 'act', what },
  });
  const opens = (incident: string | null, form: object) => ({
    kind: 'on',
    incident,
    wish: { kind: 'form', form },
  });
  const note = (text: string, links: string[] = []) => ({
    kind: 'note',
    text,
    links,
    message: null,
    said: now,
  });
  const endOfChristmasEve = Date.UTC(2026, 11, 24, 22, 59, 59, 999);
  test.each<[string, object]>([
    ['ack', did(null, { kind: 'acknowledge', via: 'slack' })],
    ['ack INC-12', did('INC-12', { kind: 'acknowledge', via: 'slack' })],
    ['ack inc-12', did('INC-12', { kind: 'acknowledge', via: 'slack' })],
    ['ACK 12', did('INC-12', { kind: 'acknowledge', via: 'slack' })],
    ['INC-12 ack', did('INC-12', { kind: 'acknowledge', via: 'slack' })],
    ['12 ack', did('INC-12', { kind: 'acknowledge', via: 'slack' })],
    ['#0012 acknowledge', did('INC-12', { kind: 'acknowledge', via: 'slack' })],
    ['join', did(null, { kind: 'join' })],
    ['claim commander', did(null, { kind: 'claim', role: 'commander' })],
    ['claim 12 comms', did('INC-12', { kind: 'claim', role: 'communications' })],
    [
      'hand-over commander @U0BEN00001 db is being restored',
      did(null, {
        kind: 'hand-over',
        role: 'commander',
        to: { id: 'U0BEN00001', name: 'U0BEN00001' },
        note: 'db is being restored',
      }),
    ],
    [
      'hand-over scribe <@U0BEN00001> see above',
      did(null, {
        kind: 'hand-over',
        role: 'scribe',
        to: { id: 'U0BEN00001', name: 'U0BEN00001' },
        note: 'see above',
      }),
    ],
    [
      'hand-over commander @ben db is being restored',
      opens(null, { form: 'hand-over', role: 'commander', note: 'db is being restored', named: 'ben' }),
    ],
    ['hand-over', opens(null, { form: 'hand-over', role: null, note: null, named: null })],
    ['status monitoring', did(null, { kind: 'status', to: 'monitoring' })],
    ['status 12 Identified', did('INC-12', { kind: 'status', to: 'identified' })],
    ['status resolved', opens(null, { form: 'resolve' })],
    [
      'severity P2 only search is hit',
      did(null, { kind: 'severity', to: 'P2', reason: 'only search is hit' }),
    ],
    ['severity 12 p3', did('INC-12', { kind: 'severity', to: 'P3', reason: null })],
    ['severity', opens(null, { form: 'severity', reason: null })],
    ['note 500 errors since 12:05', did(null, note('500 errors since 12:05'))],
    [
      'note INC-12 kubectl delete --force, then wait',
      did('INC-12', note('kubectl delete --force, then wait')),
    ],
    ['12 note 3 of 4 tasks', did('INC-12', note('3 of 4 tasks'))],
    ['note "all, of it"', did(null, note('all, of it'))],
    [
      'note see https://grafana.example.com/d/1?x=2, it spikes',
      did(
        null,
        note('see https://grafana.example.com/d/1?x=2, it spikes', ['https://grafana.example.com/d/1?x=2']),
      ),
    ],
    ['impact nobody can pay', did(null, { kind: 'facts', impact: 'nobody can pay' })],
    ['eta 15 minutes', did(null, { kind: 'facts', eta: '15 minutes' })],
    ['cause a full disk', did(null, { kind: 'facts', rootCause: 'a full disk' })],
    ['action', opens(null, { form: 'facts' })],
    ['fix https://github.com/a/b/pull/7', did(null, { kind: 'facts', fix: 'https://github.com/a/b/pull/7' })],
    ['services web,api-gateway', did(null, { kind: 'facts', services: ['api-gateway', 'web'] })],
    ['services INC-12 Web', did('INC-12', { kind: 'facts', services: ['web'] })],
    ['INC-12 services api-gateway, web', did('INC-12', { kind: 'facts', services: ['api-gateway', 'web'] })],
    ['12 services all', did('INC-12', { kind: 'facts', services: [] })],
    ['services', opens(null, { form: 'facts' })],
    ['retry', { kind: 'on', incident: null, wish: { kind: 'retry-all' } }],
    ['INC-12 retry', { kind: 'on', incident: 'INC-12', wish: { kind: 'retry-all' } }],
    ['retry 12', { kind: 'on', incident: 'INC-12', wish: { kind: 'retry-all' } }],
    ['help services', { kind: 'help', verb: 'services' }],
    ['update', opens(null, { form: 'update', action: null })],
    [
      'update we are restoring',
      { kind: 'on', incident: null, wish: { kind: 'next-update', action: 'we are restoring' } },
    ],
    ['skip 12', { kind: 'on', incident: 'INC-12', wish: { kind: 'skip-next' } }],
    ['publish', opens(null, { form: 'publish' })],
    ['assess', did(null, { kind: 'assess' })],
    [
      'link https://grafana.example.com/d/1 the dashboard',
      did(null, { kind: 'link', link: 'https://grafana.example.com/d/1', title: 'the dashboard' }),
    ],
    [
      'link <http://grafana.example.com|grafana.example.com>',
      did(null, { kind: 'link', link: 'https://grafana.example.com/', title: 'grafana.example.com' }),
    ],
    ['merge INC-13', did(null, { kind: 'merge', into: 'INC-13' })],
    ['merge 13', did(null, { kind: 'merge', into: 'INC-13' })],
    ['merge INC-12 into INC-13', did('INC-12', { kind: 'merge', into: 'INC-13' })],
    ['12 merge 13', did('INC-12', { kind: 'merge', into: 'INC-13' })],
    ['resolve', opens(null, { form: 'resolve' })],
    ['reopen INC-12 it is back', did('INC-12', { kind: 'reopen', reason: 'it is back' })],
    ['reopen', opens(null, { form: 'reopen' })],
    [
      'follow-up @U0ANA00001 by 2026-12-24 add an alarm',
      did(null, {
        kind: 'follow-up',
        text: 'add an alarm',
        owner: { id: 'U0ANA00001', name: 'U0ANA00001' },
        due: endOfChristmasEve,
      }),
    ],
    [
      'follow-up by 2026-12-24 add an alarm',
      did(null, { kind: 'follow-up', text: 'add an alarm', owner: null, due: endOfChristmasEve }),
    ],
    [
      'follow-up @ana by 2026-12-24 add an alarm',
      opens(null, { form: 'follow-up', text: 'add an alarm', due: '2026-12-24', named: 'ana' }),
    ],
    [
      'follow-up add an alarm',
      did(null, { kind: 'follow-up', text: 'add an alarm', owner: null, due: null }),
    ],
    ['done 3', did(null, { kind: 'follow-up-done', n: 3 })],
    ['done 12 3', did('INC-12', { kind: 'follow-up-done', n: 3 })],
    ['done INC-12 #3', did('INC-12', { kind: 'follow-up-done', n: 3 })],
    ['clear', did(null, { kind: 'clear-halt' })],
    ['timeline INC-12', { kind: 'on', incident: 'INC-12', wish: { kind: 'timeline', from: null } }],
    ['evidence', { kind: 'on', incident: null, wish: { kind: 'evidence' } }],
    ['list', { kind: 'list' }],
    ['drill overload', { kind: 'drill', scenario: 'overload' }],
    ['help', { kind: 'help', verb: null }],
    ['--help', { kind: 'help', verb: null }],
    ['help note', { kind: 'help', verb: 'note' }],
    ['severity --help', { kind: 'help', verb: 'severity' }],
  ])('%s', (text, request) => {
    expect(read(text)).toEqual(request);
  });

  test.each(
    refused([
      ['claim', 'missing-argument', undefined],
      ['claim comander', 'unknown-command', '/incident claim commander'],
      ['status monitring', 'unknown-command', '/incident status monitoring'],
      ['status', 'missing-argument', undefined],
      ['severity high', 'unknown-severity', undefined],
      ['INC-12 services web,api-gatway', 'unknown-service', '/incident INC-12 services web,api-gateway'],
      ['services nowhere', 'unknown-service', undefined],
      ['INC-12 retyr', 'unknown-command', '/incident INC-12 retry'],
      ['note', 'missing-argument', undefined],
      ['note INC-12', 'missing-argument', undefined],
      ['link dashboard', 'unreadable', undefined],
      ['link javascript:alert(1)', 'unreadable', undefined],
      ['fix not-an-address', 'unreadable', undefined],
      ['merge', 'missing-argument', undefined],
      ['done', 'missing-argument', undefined],
      ['done all', 'missing-argument', undefined],
      ['drill', 'missing-argument', undefined],
      ['drill overlod', 'unknown-command', '/incident drill overload'],
      ['INC-12', 'missing-argument', '/incident timeline INC-12'],
      ['12', 'missing-argument', '/incident timeline INC-12'],
      ['INC-12 tmeline', 'unknown-command', '/incident INC-12 timeline'],
      [`eta ${'x'.repeat(501)}`, 'unreadable', undefined],
      ['follow-up by 2026-11-23 too late', 'unreadable', undefined],
      ['follow-up by 2026-02-30 no such day', 'unreadable', undefined],
    ]),
  )('$name is refused: $code', ({ text, code, command }) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ code });
    expect(refusal.suggestion?.command).toBe(command);
    expect(refusal.hint).not.toBe('');
  });
});

/** What can be stored, or a refusal: nothing else, whatever is typed. */
function isSound(text: string): boolean {
  try {
    const request = read(text);
    if (request.kind !== 'on' || request.wish.kind !== 'act') return true;
    const { what } = request.wish;
    act.parse({ at: now, by: { id: 'U0ANA00001', name: 'ana' }, from: 'command', channel: 'C1', what });
    return !/[\p{Cc}\p{Cs}\u202a-\u202e]/u.test(JSON.stringify(what));
  } catch (error) {
    if (error instanceof Refusal && error.message && error.hint) return true;
    throw error;
  }
}

const words = fc.constantFrom(
  'P1',
  'p9',
  'web',
  'api-gatway',
  'staging',
  'INC-12',
  '12',
  '#',
  'note',
  'link',
  'merge',
  'follow-up',
  'by',
  '2026-12-24',
  '2026-99-99',
  '@ana',
  '@U0ANA00001',
  'https://x.example',
  'https://[',
  '"',
  '“',
  '--kind',
  '—',
  ',',
  '\u202e',
  '\u0000',
  'constructor',
  '__proto__',
  'hand-over',
  'services',
  'retry',
  'commander',
  'severity',
  'eta',
  'drill',
  'help',
);
test('hostile text gives something storable or a refusal', () => {
  const mixture = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: words },
      hostile.map((text) => text.slice(0, 200)),
    ),
    { maxLength: 9 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        mixture.map((all) => all.join(' ')),
        hostile,
      ),
      (text) => isSound(text),
    ),
    { numRuns: 5_000 },
  );
});

test.each(['note ', 'update ', '"', 'P1 ', 'link https://x.example/', '<', '@'])(
  '40,000 characters behind %j are refused at once',
  (start) => {
    expect(refusalOf(start + '<a"\u0000'.repeat(10_000))).toMatchObject({ code: 'unreadable' });
  },
);

test('the example catalog is read as well', () => {
  const example = loadCatalog(
    readFileSync(new URL('../../examples/skillancer.yml', import.meta.url), 'utf8'),
    'skillancer.yml',
  );
  expect(readIncident('P1 api-gateway checkout is down', example, now)).toMatchObject({ kind: 'declare' });
});
