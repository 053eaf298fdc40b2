/** From the text behind `/incident` to what is wanted, checked against the catalog. No I/O here. */
import type { Catalog } from '../../config/catalog.ts';
import { nearest } from '../../config/nearest.ts';
import { type DrillScenario, drillScenarios } from '../../records/incident.ts';
import { Refusal } from '../../records/refusal.ts';
import { type IncidentVerb, incidentVerbNames } from '../../templates/incident/help.ts';
import { shown } from '../mistakes.ts';
import { corrected, readWords, type Word, type Words } from '../words.ts';
import { readDeclaration } from './declaration.ts';
import { readWish, takesText } from './verbs.ts';
import type { DeclareWish, Wish } from './wish.ts';

export type IncidentRequest =
  | { readonly kind: 'help'; readonly verb: IncidentVerb | null }
  | { readonly kind: 'list' }
  | { readonly kind: 'drill'; readonly scenario: DrillScenario }
  | { readonly kind: 'declare'; readonly wish: DeclareWish }
  /** `incident`: as it was named; null where the place has to tell. */
  | { readonly kind: 'on'; readonly incident: string | null; readonly wish: Wish };

/** `/incident …`; else a `Refusal`. `now`: milliseconds since 1970. */
export function readIncident(text: string, catalog: Catalog, now: number): IncidentRequest {
  const read = readWords('/incident', text, null);
  const named = namedFirst(read);
  const [first, ...rest] = named ? read.words.slice(1) : read.words;
  const verb = first && !first.phrase ? verbOf(first.value) : undefined;
  if (isHelp(first)) return { kind: 'help', verb: rest[0] ? (verbOf(rest[0].value) ?? null) : null };
  if (verb && rest.length === 1 && isHelp(rest[0])) return { kind: 'help', verb };
  if (!verb || !first) {
    if (named) throw whatOfIt(read, named.id, first);
    if (first) refuseMistypedVerb(read, first);
    return { kind: 'declare', wish: readDeclaration(text, catalog) };
  }
  if (verb === 'list') return { kind: 'list' };
  if (verb === 'drill') return { kind: 'drill', scenario: scenarioIn(read, rest[0]) };
  const behind = named ? null : referenceOf(rest[0], takesText(verb) ? 'clear' : 'bare');
  // `merge 13` and `done 3` name something else than the incident itself, unless two numbers are there.
  const isObject = behind !== null && (verb === 'merge' || verb === 'done') && !hasSecond(verb, rest);
  const own = behind !== null && !isObject;
  const words = own ? rest.slice(1) : rest;
  return {
    kind: 'on',
    incident: named?.id ?? (own ? behind : null),
    wish: readWish(verb, {
      read,
      words,
      now,
      catalog,
      zone: catalog.incidents?.business_hours.zone ?? 'UTC',
    }),
  };
}

const aliases: Readonly<Record<string, IncidentVerb>> = {
  acknowledge: 'ack',
  handover: 'hand-over',
  sev: 'severity',
  'root-cause': 'cause',
  rca: 'cause',
  followup: 'follow-up',
  close: 'resolve',
  duplicate: 'merge',
  'clear-halt': 'clear',
};

function verbOf(word: string): IncidentVerb | undefined {
  const typed = word.toLowerCase();
  return (
    incidentVerbNames.find((name) => name === typed) ??
    (Object.hasOwn(aliases, typed) ? aliases[typed] : undefined)
  );
}

const isHelp = (word: Word | undefined): boolean =>
  /^(help|--?help|[—–]help|-h|\?)$/i.test(word?.value ?? '');

/** `INC-12`, `#12`; `bare`: `12` too. Gives `INC-12`. */
export function referenceOf(word: Pick<Word, 'value'> | undefined, form: 'clear' | 'bare'): string | null {
  const found = /^(#?inc-?|#)?0*([1-9]\d{0,8})$/i.exec(word?.value ?? '');
  if (!found || (form === 'clear' && !found[1])) return null;
  return `INC-${found[2]}`;
}

/** The incident before the verb: a bare number counts where a verb follows. */
function namedFirst({ words: [first, second] }: Words): { id: string } | null {
  const isBeforeVerb = second !== undefined && (verbOf(second.value) !== undefined || isHelp(second));
  const isAlone = first !== undefined && second === undefined;
  const id = referenceOf(first, isBeforeVerb || isAlone ? 'bare' : 'clear');
  return id === null ? null : { id };
}

const hasSecond = (verb: IncidentVerb, [, second, third]: readonly Word[]): boolean =>
  verb === 'done'
    ? /^#?\d+$/.test(second?.value ?? '')
    : [second, third].some((word) => referenceOf(word, 'bare') !== null);

function whatOfIt(read: Words, id: string, word: Word | undefined): Refusal {
  const meant = word && nearest(word.value, incidentVerbNames);
  return new Refusal(
    word ? 'unknown-command' : 'missing-argument',
    word ? `I do not know ${shown(word.typed)}.` : `What about ${id}?`,
    `There are ${incidentVerbNames.join(', ')}.`,
    meant && word
      ? corrected(read, word, meant)
      : word
        ? undefined
        : { label: 'Show its timeline', command: `/incident timeline ${id}` },
  );
}

/** A title may begin with any word, so only what can hardly be a title is taken for a mistyped verb. */
function refuseMistypedVerb(read: Words, first: Word): void {
  const [, second] = read.words;
  const isAlone = read.words.length === 1 || referenceOf(second, 'bare') !== null;
  const meant =
    isAlone && !first.phrase
      ? nearest(first.value, [...incidentVerbNames, ...Object.keys(aliases)])
      : undefined;
  if (!meant) return;
  const verb = verbOf(meant) ?? meant;
  throw new Refusal(
    'unknown-command',
    `I do not know ${shown(first.typed)}.`,
    'To declare an incident begin with its severity: /incident P2 and what is wrong.',
    corrected(read, first, verb),
  );
}

function scenarioIn(read: Words, word: Word | undefined): DrillScenario {
  const name = word?.value.toLowerCase() ?? '';
  const known = drillScenarios.find((scenario) => scenario === name);
  if (known) return known;
  const meant = word && nearest(name, drillScenarios);
  throw new Refusal(
    word ? 'unknown-command' : 'missing-argument',
    word ? `I do not know the drill ${shown(word.typed)}.` : 'Which drill?',
    `There are ${drillScenarios.join(', ')}.`,
    meant && word ? corrected(read, word, meant) : undefined,
  );
}
