/** What stands behind a verb of `/incident`, verb by verb. No I/O here. */
import { DateTime } from 'luxon';
import type { Catalog } from '../../config/catalog.ts';
import { nearest } from '../../config/nearest.ts';
import type { What } from '../../records/act.ts';
import { type IncidentRole, incidentRoles } from '../../records/incident-terms.ts';
import { Refusal } from '../../records/refusal.ts';
import { type IncidentVerb, incidentVerbs } from '../../templates/incident/help.ts';
import { notAService, shown } from '../mistakes.ts';
import { corrected, type Word, type Words } from '../words.ts';
import { severityOf } from './declaration.ts';
import type { FormWish, Wish } from './wish.ts';

export interface Behind {
  readonly read: Words;
  /** Those behind the verb and the incident. */
  readonly words: readonly Word[];
  readonly now: number;
  readonly catalog: Catalog;
  /** The team's time zone: a date ends when the day ends there. */
  readonly zone: string;
}

type AboutIncident = Exclude<IncidentVerb, 'list' | 'drill'>;

const withText: readonly IncidentVerb[] = [
  'note',
  'impact',
  'action',
  'eta',
  'cause',
  'fix',
  'update',
  'link',
  'reopen',
  'follow-up',
];
/** A sentence follows, in which a number is a number. */
export const takesText = (verb: IncidentVerb): boolean => withText.includes(verb);

const act = (what: What): Wish => ({ kind: 'act', what });
const form = (wish: FormWish): Wish => ({ kind: 'form', form: wish });

export function readWish(verb: AboutIncident, behind: Behind): Wish {
  switch (verb) {
    case 'ack':
      return act({ kind: 'acknowledge', via: 'slack' });
    case 'join':
      return act({ kind: 'join' });
    case 'claim':
      return act({ kind: 'claim', role: roleIn(verb, behind) });
    case 'hand-over':
      return handOver(behind);
    case 'status':
      return status(behind);
    case 'severity':
      return severity(behind);
    case 'note':
      return act({
        kind: 'note',
        text: textIn(verb, behind),
        links: linksIn(behind),
        message: null,
        said: behind.now,
      });
    case 'impact':
    case 'action':
    case 'eta':
      return fact(verb, verb, behind);
    case 'cause':
      return fact(verb, 'rootCause', behind);
    case 'fix':
      return behind.words.length === 0
        ? form({ form: 'facts' })
        : act({ kind: 'facts', fix: addressIn(verb, behind) });
    case 'services':
      return services(behind);
    case 'update': {
      const text = sentence(behind);
      return text === null ? form({ form: 'update', action: null }) : { kind: 'next-update', action: text };
    }
    case 'skip':
      return { kind: 'skip-next' };
    case 'publish':
      return form({ form: 'publish' });
    case 'assess':
      return act({ kind: 'assess' });
    case 'link':
      return link(behind);
    case 'merge':
      return merge(behind);
    case 'resolve':
      return form({ form: 'resolve' });
    case 'reopen': {
      const reason = sentence(behind);
      return reason === null
        ? form({ form: 'reopen' })
        : act({ kind: 'reopen', reason: short('The reason', reason) });
    }
    case 'follow-up':
      return followUp(behind);
    case 'done':
      return done(behind);
    case 'timeline':
      return { kind: 'timeline', from: null };
    case 'evidence':
      return { kind: 'evidence' };
    case 'retry':
      return { kind: 'retry-all' };
    case 'clear':
      return act({ kind: 'clear-halt' });
  }
}

/** Everything from there on, as typed; quotes around all of it are not part of it. Null: nothing is there. */
function sentence({ read, words }: Pick<Behind, 'read' | 'words'>): string | null {
  const [first] = words;
  if (!first) return null;
  const text = words.length === 1 && first.phrase ? first.typed : read.text.slice(first.start);
  return text.trim() || null;
}

function textIn(verb: AboutIncident, behind: Behind): string {
  const text = sentence(behind);
  if (text === null) throw missing(verb, 'Nothing is said.');
  return text;
}

const missing = (verb: AboutIncident, what: string): Refusal =>
  new Refusal('missing-argument', what, `Say /incident ${incidentVerbs[verb].usage}.`);

/** Slack shows no more of it in one place; see `records/act.ts`. */
const shortest = 500;
function short(what: string, text: string): string {
  if (text.length <= shortest) return text;
  throw new Refusal(
    'unreadable',
    `${what} is ${text.length} characters long and may have ${shortest}.`,
    'Shorten it; /incident note takes more.',
  );
}

function fact(verb: AboutIncident, name: 'impact' | 'action' | 'eta' | 'rootCause', behind: Behind): Wish {
  const text = sentence(behind);
  if (text === null) return form({ form: 'facts' });
  return act({ kind: 'facts', [name]: verb === 'eta' ? short('The ETA', text) : text });
}

/** In the catalog's order; `all` is the environment as a whole. */
function services({ read, words, catalog }: Behind): Wish {
  if (words.length === 0) return form({ form: 'facts' });
  const known = ['all', ...catalog.services];
  const named = words.map((word) => {
    const name = word.value.toLowerCase();
    if (known.includes(name)) return name;
    const meant = nearest(name, known);
    throw notAService(word.typed, catalog, meant ? corrected(read, word, meant) : undefined);
  });
  const wanted = named.includes('all') ? [] : catalog.services.filter((name) => named.includes(name));
  return act({ kind: 'facts', services: wanted });
}

const roleAliases: Readonly<Record<string, IncidentRole>> = {
  ic: 'commander',
  lead: 'commander',
  command: 'commander',
  comms: 'communications',
  communication: 'communications',
};

function roleOf(word: Word | undefined): IncidentRole | undefined {
  const typed = word?.value.toLowerCase() ?? '';
  return (
    incidentRoles.find((role) => role === typed) ??
    (Object.hasOwn(roleAliases, typed) ? roleAliases[typed] : undefined)
  );
}

function roleIn(verb: AboutIncident, { read, words: [word] }: Behind): IncidentRole {
  const role = roleOf(word);
  if (role) return role;
  if (!word) throw missing(verb, 'Which role?');
  throw unknown(read, word, 'a role', incidentRoles);
}

function unknown(read: Words, word: Word, what: string, names: readonly string[]): Refusal {
  const meant = nearest(word.value, names);
  return new Refusal(
    'unknown-command',
    `I do not know ${shown(word.typed)} as ${what}.`,
    `There are ${names.join(', ')}.`,
    meant ? corrected(read, word, meant) : undefined,
  );
}

/** Slack tells commands the name alone, so whoever is not named by id is chosen in a form. */
function personIn(word: Word | undefined): { id: string | null; named: string } | null {
  const named = /^@(.+)$/.exec(word?.value ?? '')?.[1];
  if (named === undefined) return null;
  return { id: /^[UW][A-Z0-9]{2,20}$/.test(named) ? named : null, named: named.slice(0, 80) };
}

function handOver(behind: Behind): Wish {
  const { read } = behind;
  let words = behind.words;
  const role = roleOf(words[0]);
  if (role) words = words.slice(1);
  else if (words[0] && !personIn(words[0])) throw unknown(read, words[0], 'a role', incidentRoles);
  const to = personIn(words[0]);
  if (to) words = words.slice(1);
  const note = sentence({ read, words });
  if (role && to?.id && note !== null) {
    return act({ kind: 'hand-over', role, to: { id: to.id, name: to.id }, note: short('The note', note) });
  }
  return form({ form: 'hand-over', role: role ?? null, note, named: to?.named ?? null });
}

const statuses = ['investigating', 'identified', 'mitigating', 'monitoring'] as const;

function status({ read, words: [word] }: Behind): Wish {
  if (!word) throw missing('status', 'Which status?');
  const typed = word.value.toLowerCase();
  if (typed === 'resolved') return form({ form: 'resolve' });
  const to = statuses.find((name) => name === typed);
  if (!to) throw unknown(read, word, 'a status', statuses);
  return act({ kind: 'status', to });
}

function severity(behind: Behind): Wish {
  const [word, ...rest] = behind.words;
  if (!word) return form({ form: 'severity', reason: null });
  const to = severityOf(word.value);
  if (!to) {
    throw new Refusal(
      'unknown-severity',
      `I do not know ${shown(word.typed)} as a severity.`,
      'There are P1, P2, P3 and P4; the reason stands behind it.',
    );
  }
  const reason = sentence({ read: behind.read, words: rest });
  return act({ kind: 'severity', to, reason: reason === null ? null : short('The reason', reason) });
}

/** At most as many as an act takes. */
const linksIn = (behind: Behind): string[] =>
  [...(sentence(behind) ?? '').matchAll(/https?:\/\/[^\s<>|]+/g)]
    .flatMap(([url]) => addressOf(url.replace(/[.,;:!?)\]}"']+$/, '')) ?? [])
    .slice(0, 20);

/** A web address, or null. Slack leaves the scheme out where it makes the link by itself. */
export function addressOf(typed: string): string | null {
  const hasScheme = /^https?:\/\//i.test(typed);
  const looksRight = hasScheme || /^[a-z\d-]+(\.[a-z\d-]+)+([/?#].*)?$/i.test(typed);
  const url = looksRight && URL.canParse(hasScheme ? typed : `https://${typed}`);
  const address = url ? new URL(hasScheme ? typed : `https://${typed}`).href : null;
  return address !== null && address.length <= 2000 ? address : null;
}

function addressIn(verb: AboutIncident, { words: [word] }: Behind): string {
  if (!word) throw missing(verb, 'Where is it?');
  const address = addressOf(word.typed);
  if (address === null) {
    throw new Refusal(
      'unreadable',
      `${shown(word.typed)} is no web address.`,
      `Say /incident ${incidentVerbs[verb].usage}.`,
    );
  }
  return address;
}

function link(behind: Behind): Wish {
  const address = addressIn('link', behind);
  const title = sentence({ read: behind.read, words: behind.words.slice(1) });
  return act({ kind: 'link', link: address, title: (title ?? new URL(address).host).slice(0, 150) });
}

function merge({ words, read }: Behind): Wish {
  const [word] = words.filter(({ value }) => !/^(into|with|of|in|to)$/i.test(value));
  if (!word) throw missing('merge', 'Into which one?');
  const found = /^(#?inc-?|#)?0*([1-9]\d{0,8})$/i.exec(word.value);
  if (!found) throw unknown(read, word, 'an incident', ['INC-13']);
  return act({ kind: 'merge', into: `INC-${found[2]}` });
}

function done({ words: [word] }: Behind): Wish {
  const n = Number(/^#?(\d{1,4})$/.exec(word?.value ?? '')?.[1]);
  if (!Number.isInteger(n) || n < 1) throw missing('done', 'Which follow-up?');
  return act({ kind: 'follow-up-done', n });
}

/** `@ana`, `by 2026-12-24` and the text; the first two in any order before it, or not at all. */
function followUp(behind: Behind): Wish {
  const { read, zone, now } = behind;
  let words = behind.words;
  let owner: ReturnType<typeof personIn> = null;
  let due: string | null = null;
  for (;;) {
    const [first, second] = words;
    const person: ReturnType<typeof personIn> = owner === null ? personIn(first) : null;
    const isBy = /^(by|due|until)$/i.test(first?.value ?? '') && isDate(second);
    if (person) owner = person;
    else if (due === null && isBy) due = second?.value ?? null;
    else if (due === null && isDate(first)) due = first?.value ?? null;
    else break;
    words = words.slice(isBy && !person ? 2 : 1);
  }
  const text = sentence({ read, words });
  const dueAt = due === null ? null : endOf(due, zone, now);
  const isClear = owner === null || owner.id !== null;
  if (text === null || !isClear) return form({ form: 'follow-up', text, due, named: owner?.named ?? null });
  const person = owner?.id ? { id: owner.id, name: owner.id } : null;
  return act({ kind: 'follow-up', text: short('A follow-up', text), owner: person, due: dueAt });
}

const isDate = (word: Word | undefined): boolean => /^\d{4}-\d{2}-\d{2}$/.test(word?.value ?? '');

/** The end of that day in that zone, in milliseconds; throws a `Refusal` for a day that is over, or that there is not. */
export function endOf(date: string, zone: string, now: number): number {
  const day = DateTime.fromISO(date, { zone }).endOf('day');
  if (!day.isValid) {
    throw new Refusal('unreadable', `There is no day ${shown(date)}.`, 'Write it as 2026-12-24.');
  }
  if (day.toMillis() < now) {
    throw new Refusal('unreadable', `${date} has gone by.`, 'Say a day that comes.');
  }
  return day.toMillis();
}
