/** What people, and whoever could pretend to be Slack, send to the handlers: right, nearly right and hostile. */
import fc from 'fast-check';
import type { Asker } from '../../src/commands/desk.ts';
import { actionIds } from '../../src/templates/actions.ts';
import { deployFormId, rollbackFormId } from '../../src/templates/forms.ts';
import { text as hostile } from '../templates/hostile.ts';
import { catalog, deployer, visitor } from './desk.ts';

/** What plain objects answer to though nobody put it there. */
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

const environment = fc.constantFrom(...catalog.environments.keys());
const service = fc.constantFrom(...catalog.services);
const services = fc.oneof(
  fc.uniqueArray(service, { minLength: 1, maxLength: 4 }).map((names) => names.join(',')),
  fc.constant('all'),
);
const version = fc.constantFrom(
  'v1.2.3',
  '1.2.3',
  '42',
  'abc1234',
  `v1.${'2.'.repeat(50)}3`,
  '__proto__',
  '2026.11.20-abc1234',
);
const mistyped = fc.constantFrom(
  'prodution',
  'stagin',
  'api-gatway',
  'wbe',
  '--pln',
  '--reasn=x',
  '--constructor',
  'latest',
  'v1..2',
  '5xx',
  'v9.9.9',
);
/** Short enough to be read as a command. */
const said = hostile.map((text) => text.slice(0, 700));
const reason = said.map((text) => `--reason "${text.replaceAll('"', '')}x"`);
const flag = fc.constantFrom('--plan', '—skip-staging', '--full');

/** As Slack sends what was typed, or as a stranger would. */
const perhapsEscaped = (typed: fc.Arbitrary<string>) =>
  fc
    .tuple(typed, fc.boolean())
    .map(([text, is]) =>
      is ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text,
    );

const optional = (word: fc.Arbitrary<string>, freq = 2) => fc.option(word, { nil: '', freq });
const sentence = (...words: fc.Arbitrary<string>[]) =>
  fc.tuple(...words).map((all) => all.filter((word) => word !== '').join(' '));

const anyWord = fc.oneof(
  environment,
  service,
  services,
  version,
  mistyped,
  flag,
  said,
  fc.constantFrom(...inherited, 'help', 'status', 'audit', 'D-1', ',', '"', 'to'),
);
const mixture = fc
  .array(fc.tuple(anyWord, fc.constantFrom(' ', ' ', ' ', ',', '\u00a0')), { maxLength: 7 })
  .map((words) => words.flat().join(''));

/** For every command: nothing, help, anything at all, or words in any order. */
const anything = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('', ' ', 'help', '--help', '?', '\u200b') },
  { weight: 2, arbitrary: hostile },
  { weight: 3, arbitrary: mixture },
);
const mostly = (right: fc.Arbitrary<string>, wrong: fc.Arbitrary<string>) =>
  perhapsEscaped(
    fc.oneof(
      { weight: 4, arbitrary: right },
      { weight: 2, arbitrary: wrong },
      { weight: 4, arbitrary: anything },
    ),
  );

export const deployText = mostly(
  sentence(environment, services, optional(version), optional(reason), optional(flag, 4)),
  sentence(fc.oneof(environment, mistyped, anyWord), fc.oneof(services, anyWord), optional(mistyped)),
);
export const rollbackText = mostly(
  sentence(optional(environment), services, optional(version), optional(fc.oneof(reason, said))),
  sentence(optional(mistyped), fc.oneof(services, anyWord), optional(anyWord)),
);
export const healthText = mostly(
  sentence(environment, optional(services), optional(fc.constant('--full'))),
  sentence(fc.oneof(mistyped, anyWord), optional(services), optional(anyWord)),
);
export const opsText = mostly(
  sentence(
    fc.constantFrom('status', 'audit', 'AUDIT'),
    optional(fc.oneof(fc.constantFrom('D-1', '#d-2'), said), 2),
  ),
  fc.oneof(
    sentence(fc.constantFrom('stauts', 'audits', 'what', ...inherited), optional(anyWord)),
    sentence(
      fc.constantFrom('freeze', 'thaw', 'FREEZE'),
      fc.oneof(environment, mistyped, fc.constant('all')),
      optional(fc.constantFrom('until 18:00', 'until 2h', 'until tomorrow 09:00', 'until later', 'for 30m')),
      optional(fc.oneof(reason, said)),
    ),
  ),
);

const commandLine = fc.oneof(
  { weight: 3, arbitrary: deployText.map((text) => `/deploy ${text}`) },
  { weight: 2, arbitrary: rollbackText.map((text) => `/rollback ${text}`) },
  { weight: 1, arbitrary: healthText.map((text) => `/health ${text}`) },
  { weight: 1, arbitrary: opsText.map((text) => `/ops ${text}`) },
  { weight: 1, arbitrary: hostile },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...inherited, '/', '//', '/deploy', ' /deploy', '/Deploy all', ''),
  },
);

const whole = hostile.map((text) => text.replace(/\p{Cs}/gu, ''));
/** Whoever asks; without half characters, which are taken out of names where they come in. */
const person = fc.record({
  id: fc.oneof(
    { weight: 4, arbitrary: fc.constant(deployer) },
    { weight: 1, arbitrary: fc.constant(visitor) },
    { weight: 1, arbitrary: fc.constantFrom('U0000NEW1', ...inherited) },
    { weight: 1, arbitrary: whole },
  ),
  name: whole,
});

export type AskerInput = Omit<Asker, 'request' | 'from'>;
export const asker: fc.Arbitrary<AskerInput> = fc.record({
  person,
  channel: fc.oneof(fc.constant('C0000GEN1'), hostile),
  responseUrl: fc.option(fc.constant('https://hooks.example/answer')),
});

const ours = Object.values(actionIds);
export const actionId = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...ours) },
  { weight: 2, arbitrary: fc.constantFrom(...inherited) },
  { weight: 1, arbitrary: hostile },
);

/** A button's value: mostly of a deployment among these, else something like it, or anything. */
export const buttonValue = (ids: readonly string[]): fc.Arbitrary<string | undefined> => {
  const id = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom('D-0', 'D-999999', ...inherited), hostile) },
  );
  const round = fc.oneof(
    { weight: 6, arbitrary: fc.constant(1) },
    { weight: 3, arbitrary: fc.nat(2) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 1.5, 1e308, '1', null, '__proto__') },
  );
  const target = fc.record({ deployment: id, round }).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 20, arbitrary: target },
    { weight: 1, arbitrary: target.map((json) => json.replace('{', '{"__proto__":{"round":0},')) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.oneof(hostile, fc.constant(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
};

/** What a button that stands for a command carries. */
export const runValue = commandLine;

const mostlyRight = (right: fc.Arbitrary<string>, weight = 8) =>
  fc.oneof({ weight, arbitrary: right }, { weight: 1, arbitrary: hostile });
const chosen = (value: fc.Arbitrary<string>) => value.map((v) => ({ selected_option: { value: v } }));
const picked = (value: fc.Arbitrary<string>) =>
  fc
    .array(value, { maxLength: 5 })
    .map((all) => ({ selected_options: all.map((v) => ({ text: { text: v }, value: v })) }));
const typed = (value: fc.Arbitrary<string>) =>
  fc.option(value, { nil: null, freq: 6 }).map((v) => ({ value: v }));
const answer = <T>(element: fc.Arbitrary<T>) => element.map((given) => ({ answer: given }));

const filledIn = fc.record(
  {
    environment: answer(chosen(mostlyRight(environment))),
    services: answer(
      fc.oneof(
        { weight: 4, arbitrary: picked(mostlyRight(fc.oneof(service, fc.constant('all')), 30)) },
        { weight: 1, arbitrary: typed(mostlyRight(services)) },
      ),
    ),
    version: answer(typed(mostlyRight(version))),
    reason: answer(typed(hostile)),
    options: answer(picked(mostlyRight(fc.constantFrom('plan', 'skip-staging')))),
    word: answer(typed(mostlyRight(fc.constant('ROLLBACK')))),
    ['__proto__']: fc.jsonValue(),
  },
  { requiredKeys: ['environment', 'services', 'reason'] },
);

/** `view.state.values` as it comes over the wire. */
export const formValues: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: filledIn },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.oneof(fc.constantFrom('environment', 'services', ...inherited), hostile),
      fc.jsonValue(),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** As a payload has them, whatever a stranger puts there. */
export const anyPerson = fc.record({
  id: fc.oneof(
    person.map(({ id }) => id),
    hostile,
  ),
  name: hostile,
});
export const commandName = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('/deploy', '/rollback', '/health', '/ops') },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...inherited), hostile).map((name) => `/${name}`) },
);
export const callbackId = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(deployFormId, rollbackFormId) },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...inherited), hostile) },
);
