/** `/incident [severity] [services] [environment] what is wrong [--kind …]`. No I/O here. */
import type { Catalog } from '../../config/catalog.ts';
import { nearest } from '../../config/nearest.ts';
import { type Severity, severities } from '../../records/incident-terms.ts';
import { Refusal } from '../../records/refusal.ts';
import { withoutFlags } from '../arguments.ts';
import { notAnEnvironment, notAService, notHere, shown, tooMany } from '../mistakes.ts';
import { corrected, type FlagKinds, readWords, type Word, type Words } from '../words.ts';
import type { DeclareWish } from './wish.ts';

const flags: FlagKinds = { kind: 'text' };
const kinds = ['outage', 'database-corruption', 'security'] as const;

/** Throws a `Refusal` for what is mistyped before the title begins. */
export function readDeclaration(text: string, catalog: Catalog): DeclareWish {
  const read = readWords('/incident', text, flags);
  const said: Said = { severity: null, environment: null, services: new Set(), titleFrom: null };
  for (const [index, word] of read.words.entries()) {
    if (!place(word, read.words[index + 1], said, read, catalog)) {
      said.titleFrom = word;
      break;
    }
  }
  const titled = titleOf(read, said, catalog);
  const environment = said.environment ?? titled.environment;
  const services = catalog.services.filter((name) => said.services.has(name));
  const where = environment ?? criticalEnvironment(services, catalog);
  const absent = services.filter((name) => where !== null && !catalog.place(name, where));
  if (where !== null && absent.length > 0) throw notHere(absent, where, catalog);
  return { severity: said.severity, environment: where, services, title: titled.title, kind: kindOf(read) };
}

interface Said {
  severity: Severity | null;
  environment: string | null;
  services: Set<string>;
  titleFrom: Word | null;
}

/**
 * The environment that matters most; where there are several, the first one in which the services run. Null where the
 * catalog has none.
 */
export function criticalEnvironment(services: readonly string[], catalog: Catalog): string | null {
  const all = [...catalog.environments.values()];
  const critical = all.filter((environment) => environment.critical);
  const here = critical.find(({ name }) => services.every((service) => catalog.place(service, name)));
  return (here ?? critical[0] ?? all.at(-1))?.name ?? null;
}

const fillers = ['to', 'in', 'on', 'at', 'for'];

/** False where the title begins. */
function place(word: Word, next: Word | undefined, said: Said, read: Words, catalog: Catalog): boolean {
  if (word.phrase) return false;
  const name = word.value.toLowerCase();
  const severity = severityOf(name);
  if (severity) {
    if (said.severity !== null && said.severity !== severity) throw tooMany('severity', said.severity, word);
    said.severity = severity;
    return true;
  }
  if (/^(p|sev-?)\d+$/.test(name)) throw noSeverity(read, word);
  if (catalog.environments.has(name)) {
    if (said.environment !== null && said.environment !== name)
      throw tooMany('environment', said.environment, word);
    said.environment = name;
    return true;
  }
  if (catalog.services.includes(name)) {
    said.services.add(name);
    return true;
  }
  if (fillers.includes(name) && next && catalog.environments.has(next.value.toLowerCase())) return true;
  refuseMistyped(word, said, read, catalog);
  return false;
}

export function severityOf(word: string): Severity | undefined {
  const digit = /^(?:p|sev-?)([1-4])$/i.exec(word)?.[1];
  return severities.find((severity) => severity === `P${digit}`);
}

const noSeverity = (read: Words, word: Word): Refusal =>
  new Refusal(
    'unknown-severity',
    `I do not know ${shown(word.typed)} as a severity.`,
    'There are P1 (down for all), P2, P3 and P4 (cosmetic).',
    /^(p|sev-?)0+$/i.test(word.value) ? corrected(read, word, 'P1') : undefined,
  );

/** What is nearly a name is one mistyped, until the title has begun. In quotes it is the title. */
function refuseMistyped(word: Word, { environment, services }: Said, read: Words, catalog: Catalog): void {
  const environments = environment === null ? [...catalog.environments.keys()] : [];
  const meant = nearest(word.value, [...environments, ...(services.size === 0 ? catalog.services : [])]);
  if (meant) {
    const suggestion = corrected(read, word, meant);
    const refusal = environments.includes(meant)
      ? notAnEnvironment(word.typed, catalog, suggestion)
      : notAService(word.typed, catalog, suggestion);
    throw new Refusal(
      refusal.code,
      refusal.message,
      `${refusal.hint} If it begins the title, put the title in quotes.`,
      suggestion,
    );
  }
  if (word.joined) throw notAService(word.typed, catalog, undefined);
}

/** "web is down": the name is the title's subject as well. */
const predicate =
  /^(is|are|was|were|isn't|aren't|has|have|does|doesn't|do|don't|can't|cannot|keeps?|fails?|failing|returns?|times?|down|slow|broken|unreachable|crashes|crashing)$/i;

function titleOf(
  read: Words,
  { titleFrom, environment }: Said,
  catalog: Catalog,
): { title: string | null; environment: string | null } {
  if (!titleFrom) return { title: null, environment: null };
  const [before, index] = [read.words[read.words.indexOf(titleFrom) - 1], read.words.indexOf(titleFrom)];
  const subject =
    before && predicate.test(titleFrom.value) && catalog.services.includes(before.value.toLowerCase())
      ? `${before.value} `
      : '';
  const rest = read.words.slice(index);
  const isQuoted = titleFrom.phrase && rest.length === 1;
  const title = `${subject}${isQuoted ? titleFrom.typed.trim() : withoutFlags(read, titleFrom.start)}`.trim();
  return withPlace(title, environment, rest, catalog);
}

/** "checkout is down in staging" says where it is, as the last thing. */
function withPlace(title: string, known: string | null, words: readonly Word[], catalog: Catalog) {
  const [filler, last] = words.slice(-2);
  const name = last?.value.toLowerCase() ?? '';
  const isPlace =
    words.length > 2 &&
    filler &&
    fillers.includes(filler.value.toLowerCase()) &&
    catalog.environments.has(name);
  return { title: title || null, environment: isPlace && known === null ? name : null };
}

function kindOf({ flags: given }: Words): DeclareWish['kind'] {
  const typed = given
    .find(({ name }) => name === 'kind')
    ?.value?.trim()
    .toLowerCase();
  if (typed === undefined) return 'outage';
  const known = kinds.find((kind) => kind === typed);
  if (known) return known;
  const meant = nearest(typed, kinds);
  throw new Refusal(
    'unknown-flag',
    `I do not know the kind ${shown(typed)}.`,
    `There are ${kinds.join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`,
  );
}
