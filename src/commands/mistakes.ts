/** What is said to somebody who mistyped a command: what was not understood, what there is, and the likeliest fix. */
import type { Catalog } from '../config/catalog.ts';
import { nearest } from '../config/nearest.ts';
import { Refusal, type Suggestion } from '../records/refusal.ts';
import { corrected, type FlagKinds, type Word, type Words } from './words.ts';

/** What was already understood, which says what an unknown word may have been meant for. */
export interface Known {
  readonly environment: string | null;
  readonly hasServices: boolean;
  /** False where an environment may be left out. */
  readonly needsEnvironment: boolean;
}

export function unknownWord(
  read: Words,
  word: Word,
  known: Known,
  catalog: Catalog,
  flags: FlagKinds,
): Refusal {
  const environments = known.environment === null ? [...catalog.environments.keys()] : [];
  const names = [...environments, ...catalog.services, 'all', ...Object.keys(flags)];
  const meant = nearest(word.value, names);
  const isFlag = meant !== undefined && Object.hasOwn(flags, meant) && !catalog.services.includes(meant);
  const suggestion = meant ? corrected(read, word, isFlag ? `--${meant}` : meant) : undefined;
  const said = `I do not know ${shown(word.typed)}`;
  if (isFlag)
    return new Refusal('unknown-flag', `${said}.`, `Flags begin with two dashes: --${meant}.`, suggestion);
  const mayBeEnvironment = known.needsEnvironment && known.environment === null && !word.joined;
  if (meant ? environments.includes(meant) : mayBeEnvironment) {
    return notAnEnvironment(word.typed, catalog, suggestion);
  }
  if (meant || !known.hasServices || word.joined) {
    return notAService(word.typed, catalog, suggestion);
  }
  const hint = Object.hasOwn(flags, 'reason')
    ? 'Put a reason of several words in quotes: --reason "…".'
    : `\`${read.command} help\` shows what can be said.`;
  return new Refusal('too-many-arguments', `${said}, and all that is needed is there without it.`, hint);
}

export const notAnEnvironment = (typed: string, catalog: Catalog, suggestion?: Suggestion): Refusal =>
  new Refusal(
    'unknown-environment',
    `I do not know ${shown(typed)} as an environment.`,
    environmentsOf(catalog),
    suggestion,
  );

export const notAService = (typed: string, catalog: Catalog, suggestion?: Suggestion): Refusal =>
  new Refusal(
    'unknown-service',
    `I do not know ${shown(typed)} as a service.`,
    servicesOf(catalog),
    suggestion,
  );

export const badVersion = (typed: string): Refusal =>
  new Refusal(
    'bad-version',
    `${shown(typed)} cannot be a version: a registry would not take it as a tag.`,
    'A version is up to 128 letters, digits, dots, dashes and underscores, such as v1.2.3.',
  );

export const movingVersion = (typed: string): Refusal =>
  new Refusal(
    'bad-version',
    `${shown(typed)} is not a version: it means something else every day.`,
    'Name one, such as v1.2.3, or leave it out.',
  );

/** Quotes make it clear, but only a reason without anything else in it may be quoted for somebody. */
export function ambiguous(read: Words, word: Word, might: string, reasonFrom: Word): Refusal {
  const reason = read.text.slice(word.start);
  const isAllReason =
    read.words[read.words.indexOf(word) + 1] === reasonFrom &&
    read.flags.every((flag) => flag.end <= word.start) &&
    !/["“”„‟«»″]/.test(reason);
  const quoted = corrected(read, { start: word.start, end: read.text.length }, `"${reason}"`);
  return new Refusal(
    'unreadable',
    `I cannot tell whether ${shown(word.typed)} ${might} or begins the reason.`,
    'Put the reason in quotes, and commas between services.',
    isAllReason ? { label: 'It is the reason', command: quoted.command } : undefined,
  );
}

export const tooMany = (what: string, first: string, second: Word): Refusal =>
  new Refusal(
    'too-many-arguments',
    `One ${what} at a time: ${first} or ${shown(second.typed)}?`,
    `Name one ${what}.`,
  );

export function noServices(read: Words, catalog: Catalog): Refusal {
  const command = `${read.command} ${read.text} all`;
  return new Refusal('missing-argument', 'Which services?', servicesOf(catalog), {
    label: 'All of them',
    command,
  });
}

export function noEnvironment(read: Words, catalog: Catalog): Refusal {
  const [only, ...others] = catalog.environments.keys();
  const isClear = only !== undefined && others.length === 0;
  return new Refusal(
    'missing-argument',
    'In which environment?',
    environmentsOf(catalog),
    isClear ? { label: `In ${only}`, command: `${read.command} ${only} ${read.text}`.trim() } : undefined,
  );
}

export function notHere(services: readonly string[], environment: string, catalog: Catalog): Refusal {
  const homes = [...catalog.environments.keys()].filter((name) =>
    services.every((service) => catalog.place(service, name)),
  );
  return new Refusal(
    'not-here',
    services.length > 0
      ? `${services.join(', ')} ${services.length === 1 ? 'does' : 'do'} not run in ${environment}.`
      : `Nothing runs in ${environment}.`,
    homes.length > 0 && services.length > 0 ? `Look in ${homes.join(' or ')}.` : servicesOf(catalog),
  );
}

/** Quoted, and never long. */
export const shown = (typed: string): string => `"${typed.length > 60 ? `${typed.slice(0, 59)}…` : typed}"`;

const environmentsOf = (catalog: Catalog): string => `There are ${listed([...catalog.environments.keys()])}.`;
const servicesOf = (catalog: Catalog): string => `There are ${listed(catalog.services)}; or say all.`;

/** A long list helps nobody. */
function listed(names: readonly string[]): string {
  const shownNames = names.slice(0, 20);
  const more = names.length - shownNames.length;
  return shownNames.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
