/** Sorts a command's words into environment, services, version and reason, in whatever order they come. */
import type { Catalog } from '../config/catalog.ts';
import { nearest } from '../config/nearest.ts';
import { isTag, looksLikeVersion, sameVersion } from '../records/version.ts';
import { ambiguous, badVersion, movingVersion, tooMany, unknownWord } from './mistakes.ts';
import type { FlagKinds, Word, Words } from './words.ts';

/** What a command takes besides an environment and services. */
export interface Grammar {
  readonly flags: FlagKinds;
  readonly version: boolean;
  /** The words after all others are the reason, without a flag. */
  readonly freeReason: boolean;
}

export interface Arguments {
  readonly environment: string | null;
  /** In the order typed; empty where none was named. */
  readonly services: readonly string[];
  readonly all: boolean;
  readonly version: string | null;
  /** Untouched: as typed, and as long. */
  readonly reason: string | null;
}

interface Sorted {
  environment: string | null;
  services: Set<string>;
  all: boolean;
  version: string | null;
  phrases: Word[];
  /** The word with which the reason begins. */
  reasonFrom: Word | null;
  unknown: Word[];
  /** Taken for something, but a reason may as well begin here: a mistake only if one follows. */
  doubtful: { word: Word; might: string } | null;
}

/** Throws a `Refusal` for what it cannot place, and where it would have to guess. */
export function readArguments(read: Words, grammar: Grammar, catalog: Catalog): Arguments {
  const sorted: Sorted = {
    environment: null,
    services: new Set(),
    all: false,
    version: null,
    phrases: [],
    reasonFrom: null,
    unknown: [],
    doubtful: null,
  };
  for (const [index, word] of read.words.entries()) {
    sort(word, read.words[index + 1], sorted, grammar, catalog);
    if (sorted.reasonFrom) break;
  }
  refuseUnclear(read, sorted, grammar, catalog);
  const { environment, services, all, version } = sorted;
  return { environment, services: [...services], all, version, reason: reasonOf(read, sorted) };
}

/** Words of a sentence, as in "v1.2.3 to production". */
const fillers = ['to', 'in', 'on'];
const moving = ['latest', 'main', 'master', 'head', 'newest', 'stable'];
/** What reasons begin with that has a digit in it: 5xx, 503s, p99. */
const symptom = /^([1-5]xx|[45]\d\ds?|p\d\d)$/i;

function sort(word: Word, next: Word | undefined, sorted: Sorted, grammar: Grammar, catalog: Catalog): void {
  const name = word.value.toLowerCase();
  const named = hasServices(sorted);
  const reasonMayBegin = grammar.freeReason && named && !word.joined;
  const beginReason = () => {
    sorted.reasonFrom = word;
  };
  if (word.phrase) {
    (grammar.freeReason ? sorted.phrases : sorted.unknown).push(word);
  } else if (catalog.environments.has(name)) {
    if (sorted.environment === null || sorted.environment === name) sorted.environment = name;
    else if (reasonMayBegin) beginReason();
    else throw tooMany('environment', sorted.environment, word);
  } else if (name === 'all' || catalog.services.includes(name)) {
    if (reasonMayBegin) sorted.doubtful ??= { word, might: 'is meant as well' };
    if (name === 'all') sorted.all = true;
    else sorted.services.add(name);
  } else if (fillers.includes(name) && next && !next.phrase && isArgument(next, catalog)) {
    // Only makes it a sentence.
  } else if (grammar.version && mayBeVersion(word, named && sorted.version === null)) {
    takeVersion(word, sorted, reasonMayBegin, beginReason);
  } else if (reasonMayBegin && !isMistypedEnvironment(word, sorted, catalog)) {
    beginReason();
  } else {
    sorted.unknown.push(word);
  }
}

const hasServices = ({ services, all }: Sorted): boolean => all || services.size > 0;

const isArgument = ({ value }: Word, catalog: Catalog): boolean =>
  catalog.environments.has(value.toLowerCase()) || looksLikeVersion(value);

/** After the service, where a version is expected, anything with a digit in it is one. */
function mayBeVersion({ value }: Word, expected: boolean): boolean {
  if (looksLikeVersion(value) || /^v?\d+\./i.test(value)) return true;
  return expected && /\d/.test(value);
}

function takeVersion(word: Word, sorted: Sorted, reasonMayBegin: boolean, beginReason: () => void): void {
  const { value } = word;
  const isClear = looksLikeVersion(value) && !/^\d+$/.test(value);
  if (reasonMayBegin && (symptom.test(value) || (!isTag(value) && !/^v?\d+\.\d/i.test(value)))) {
    beginReason();
  } else if (!isTag(value)) {
    throw badVersion(word.typed);
  } else if (sorted.version === null) {
    sorted.version = value;
    if (reasonMayBegin && !isClear) sorted.doubtful ??= { word, might: 'is the version' };
  } else if (!sameVersion(sorted.version, value)) {
    if (!reasonMayBegin) throw tooMany('version', sorted.version, word);
    beginReason();
  }
}

/** "prodution" must not become the beginning of a reason for rolling back whatever is the default. */
const isMistypedEnvironment = ({ value }: Word, { environment }: Sorted, catalog: Catalog): boolean =>
  environment === null && nearest(value, [...catalog.environments.keys()]) !== undefined;

function refuseUnclear(read: Words, sorted: Sorted, grammar: Grammar, catalog: Catalog): void {
  const { doubtful, reasonFrom, unknown, environment } = sorted;
  const stranger = unknown[0];
  if (stranger && grammar.version && hasServices(sorted) && moving.includes(stranger.value.toLowerCase())) {
    throw movingVersion(stranger.typed);
  }
  if (stranger) {
    const known = {
      environment,
      hasServices: hasServices(sorted),
      needsEnvironment: !grammar.freeReason,
    };
    throw unknownWord(read, stranger, known, catalog, grammar.flags);
  }
  if (reasonFrom && moving.includes(reasonFrom.value.toLowerCase()) && read.words.at(-1) === reasonFrom) {
    throw movingVersion(reasonFrom.typed);
  }
  if (doubtful && reasonFrom) throw ambiguous(read, doubtful.word, doubtful.might, reasonFrom);
}

function reasonOf(read: Words, { phrases, reasonFrom }: Sorted): string | null {
  const rest = reasonFrom ? [withoutFlags(read, reasonFrom.start)] : [];
  const parts = [...phrases.map((phrase) => phrase.typed), ...rest].filter((part) => part.trim() !== '');
  return parts.length > 0 ? parts.join(' ') : null;
}

/** What was typed from there on, but for the flags in it. */
export function withoutFlags({ text, flags }: Words, start: number): string {
  const parts: string[] = [];
  let at = start;
  for (const flag of flags.filter((flag) => flag.start >= start)) {
    parts.push(text.slice(at, flag.start).trimEnd());
    at = flag.end;
  }
  return [...parts, text.slice(at)].join('').trim();
}
