/** From a slash command's text to what is wanted, checked against the catalog. No I/O here. */
import type { Catalog } from '../config/catalog.ts';
import { nearest } from '../config/nearest.ts';
import { Refusal } from '../records/refusal.ts';
import { type Arguments, type Grammar, readArguments } from './arguments.ts';
import { type FreezeRequest, isFreezeVerb, readFreeze } from './freeze-request.ts';
import { noEnvironment, noServices, notHere, shown } from './mistakes.ts';
import { corrected, readWords, type Words } from './words.ts';

export interface DeployRequest {
  readonly environment: string;
  /** Spelled out, in the catalog's order. */
  readonly services: readonly string[];
  /** As typed; null for "whatever is due". */
  readonly version: string | null;
  readonly skipStaging: boolean;
  /** As typed, at most 500 characters: to be escaped where it is shown. */
  readonly reason: string | null;
  readonly planOnly: boolean;
  /** The incident that it is a fix for: `INC-12`. */
  readonly incident: string | null;
}

export interface RollbackRequest {
  readonly environment: string;
  /** Spelled out, in the catalog's order. */
  readonly services: readonly string[];
  /** As typed; null for the last one proven healthy. */
  readonly version: string | null;
  /** As typed, at most 500 characters: to be escaped where it is shown. */
  readonly reason: string | null;
  /** The incident that it is for: `INC-12`. */
  readonly incident: string | null;
}

export interface HealthRequest {
  readonly environment: string;
  /** Spelled out, in the catalog's order. */
  readonly services: readonly string[];
  readonly full: boolean;
}

export type OpsRequest =
  | { readonly verb: 'status' }
  | { readonly verb: 'audit'; readonly deployment: string | null }
  | FreezeRequest;

const deployGrammar: Grammar = {
  flags: { 'skip-staging': 'switch', reason: 'text', plan: 'switch', incident: 'text' },
  version: true,
  freeReason: false,
};

/** `/deploy <environment> <services> [version] [--skip-staging] [--reason "…"] [--plan] [--incident INC-12]`; else a `Refusal`. */
export function readDeploy(text: string, catalog: Catalog): DeployRequest | 'help' | 'form' {
  const read = readWords('/deploy', text, deployGrammar.flags);
  if (asksForHelp(read)) return 'help';
  if (read.text === '') return 'form';
  const given = readArguments(read, deployGrammar, catalog);
  if (given.environment === null) throw noEnvironment(read, catalog);
  if (!isAnybodyNamed(given)) throw noServices(read, catalog);
  return {
    environment: given.environment,
    services: spelledOut(given, given.environment, catalog),
    version: given.version,
    skipStaging: hasFlag(read, 'skip-staging'),
    reason: shortened(textOf(read, 'reason')),
    planOnly: hasFlag(read, 'plan'),
    incident: incidentIn(read),
  };
}

function incidentIn(read: Words): string | null {
  const typed = textOf(read, 'incident');
  if (typed === null) return null;
  const number = /^#?(?:INC-)?(\d{1,9})$/i.exec(typed.trim())?.[1];
  if (number !== undefined) return `INC-${number}`;
  throw new Refusal('no-such-incident', `${shown(typed)} is no incident.`, 'Incidents are called INC-12.');
}

const rollbackGrammar: Grammar = {
  flags: { reason: 'text', incident: 'text' },
  version: true,
  freeReason: true,
};

/** `/rollback [environment] <services> [version] [reason…] [--incident INC-12]`; else a `Refusal`. */
export function readRollback(text: string, catalog: Catalog): RollbackRequest | 'help' | 'form' {
  const read = readWords('/rollback', text, rollbackGrammar.flags);
  if (asksForHelp(read)) return 'help';
  if (read.text === '') return 'form';
  const given = readArguments(read, rollbackGrammar, catalog);
  if (!isAnybodyNamed(given)) throw noServices(read, catalog);
  const environment = given.environment ?? lastEnvironment(catalog);
  if (environment === null) throw noEnvironment(read, catalog);
  const flagged = textOf(read, 'reason');
  if (flagged !== null && given.reason !== null) {
    throw new Refusal('too-many-arguments', 'There are two reasons.', 'Give one, in quotes.');
  }
  return {
    environment,
    services: spelledOut(given, environment, catalog),
    version: given.version,
    reason: shortened(flagged ?? given.reason),
    incident: incidentIn(read),
  };
}

const healthGrammar: Grammar = { flags: { full: 'switch' }, version: false, freeReason: false };

/** `/health <environment> [services] [--full]`; else a `Refusal`. */
export function readHealth(text: string, catalog: Catalog): HealthRequest | 'help' {
  const read = readWords('/health', text, healthGrammar.flags);
  if (asksForHelp(read) || read.text === '') return 'help';
  const given = readArguments(read, healthGrammar, catalog);
  if (given.environment === null) throw noEnvironment(read, catalog);
  const wanted = isAnybodyNamed(given) ? given : { ...given, all: true };
  return {
    environment: given.environment,
    services: spelledOut(wanted, given.environment, catalog),
    full: hasFlag(read, 'full'),
  };
}

const opsVerbs = ['status', 'audit', 'freeze', 'thaw', 'help'];

/** `/ops status`, `/ops audit [deployment]`, and what `readFreeze` reads; else a `Refusal`. */
export function readOps(text: string, catalog: Catalog, now: number): OpsRequest | 'help' {
  const begins = readWords('/ops', text, null).words[0]?.value.toLowerCase() ?? '';
  if (isFreezeVerb(begins)) return readFreeze(begins, text, catalog, now);
  const read = readWords('/ops', text, {});
  const [first, second, third] = read.words;
  if (!first || asksForHelp(read)) return 'help';
  const verb = first.value.toLowerCase();
  const unwanted = verb === 'status' ? second : third;
  if (verb !== 'status' && verb !== 'audit') {
    const meant = nearest(verb, opsVerbs);
    throw new Refusal(
      'unknown-command',
      `I do not know "${first.typed.slice(0, 60)}".`,
      'There are status, audit, freeze and thaw.',
      meant ? corrected(read, first, meant) : undefined,
    );
  }
  if (unwanted) {
    const hint = verb === 'status' ? 'Say /ops status alone.' : 'Name one deployment, or none.';
    throw new Refusal('too-many-arguments', `"${unwanted.typed.slice(0, 60)}" is too much.`, hint);
  }
  return verb === 'status' ? { verb } : { verb, deployment: second?.value.replace(/^#/, '') || null };
}

const asksForHelp = ({ words, flags }: Words): boolean =>
  flags.some(({ name }) => name === 'help') || /^(help|\?)$/i.test(words[0]?.value ?? '');

const hasFlag = ({ flags }: Words, name: string): boolean => flags.some((flag) => flag.name === name);
const textOf = ({ flags }: Words, name: string): string | null =>
  flags.find((flag) => flag.name === name)?.value ?? null;

const isAnybodyNamed = ({ all, services }: Arguments): boolean => all || services.length > 0;

/** In the catalog's order, each once. */
export function spelledOut(
  { all, services }: Pick<Arguments, 'all' | 'services'>,
  environment: string,
  catalog: Catalog,
): string[] {
  const absent = services.filter((service) => !catalog.place(service, environment));
  if (absent.length > 0) throw notHere(absent, environment, catalog);
  const wanted = catalog.services.filter((service) =>
    all ? catalog.place(service, environment) : services.includes(service),
  );
  if (wanted.length === 0) throw notHere([], environment, catalog);
  return wanted;
}

/** The one environment that no other comes after, which is production. */
function lastEnvironment({ environments }: Catalog): string | null {
  const earlier = new Set([...environments.values()].map(({ after }) => after));
  const last = [...environments.keys()].filter((name) => !earlier.has(name));
  return last.length === 1 ? (last[0] ?? null) : null;
}

const longestReason = 500;
export const shortened = (reason: string | null): string | null =>
  reason === null ? null : [...reason].slice(0, longestReason).join('').trim() || null;
