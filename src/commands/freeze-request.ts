/** `freeze <environment|all> [until <time>] reason…` and `thaw <environment|all>` behind /ops. No I/O here. */
import type { Catalog } from '../config/catalog.ts';
import { nearest } from '../config/nearest.ts';
import { Refusal } from '../records/refusal.ts';
import { withoutFlags } from './arguments.ts';
import { noEnvironment, notAnEnvironment, shown } from './mistakes.ts';
import { readUntil, untilForms } from './until.ts';
import { corrected, readWords, type Word, type Words } from './words.ts';

/** `environment` null: all of them. */
export type FreezeRequest =
  | {
      readonly verb: 'freeze';
      readonly environment: string | null;
      /** In ms since 1970; null: until somebody ends it. */
      readonly until: number | null;
      /** As typed, at most 500 characters: to be escaped where it is shown. */
      readonly reason: string;
    }
  | { readonly verb: 'thaw'; readonly environment: string | null };

export const isFreezeVerb = (word: string): word is FreezeRequest['verb'] =>
  word === 'freeze' || word === 'thaw';

/** Times are in the catalog's zone of business hours. Throws a `Refusal`. */
export function readFreeze(
  verb: FreezeRequest['verb'],
  text: string,
  catalog: Catalog,
  now: number,
): FreezeRequest | 'help' {
  const read = readWords('/ops', text, verb === 'freeze' ? { reason: 'text' } : {});
  const [, where, ...rest] = read.words;
  if (read.flags.some(({ name }) => name === 'help') || /^(help|\?)$/i.test(where?.value ?? ''))
    return 'help';
  if (!where) throw noEnvironment({ ...read, text: '', command: `/ops ${verb}` }, catalog);
  const environment = environmentIn(where, read, catalog);
  if (verb === 'freeze') return { verb, environment, ...readWhy(rest, read, catalog, now) };
  const [tooMuch] = rest;
  if (!tooMuch) return { verb, environment };
  throw new Refusal(
    'too-many-arguments',
    `${shown(tooMuch.typed)} is too much.`,
    'Name one environment, or all.',
  );
}

function environmentIn(where: Word, read: Words, catalog: Catalog): string | null {
  const name = where.value.toLowerCase();
  if (name === 'all') return null;
  if (catalog.environments.has(name)) return name;
  const meant = nearest(name, [...catalog.environments.keys(), 'all']);
  throw notAnEnvironment(where.typed, catalog, meant ? corrected(read, where, meant) : undefined);
}

function readWhy(rest: readonly Word[], read: Words, catalog: Catalog, now: number) {
  const [keyword, ...words] = rest;
  const zone = catalog.incidents?.business_hours.zone ?? 'UTC';
  const says = keyword?.value.toLowerCase();
  const time =
    says === 'until' || says === 'for'
      ? readUntil(
          words.map(({ value }) => value),
          now,
          zone,
        )
      : null;
  // "for the migration" is a reason already.
  if (says === 'until' && !time) {
    const what = words[0] ? `I cannot read ${shown(words[0].typed)} as a time.` : 'Until when?';
    throw new Refusal(
      'unreadable',
      what,
      `${untilForms} A reason that begins with "until" belongs in quotes.`,
    );
  }
  if (time) refuseUnfit(time.at, words.slice(0, time.used), now, zone);
  const first = time ? words[time.used] : keyword;
  return { until: time?.at ?? null, reason: reasonIn(read, first) };
}

/** Whoever wants it longer says so again. */
const longest = 366 * 24 * 60 * 60_000;

function refuseUnfit(at: number, words: readonly Word[], now: number, zone: string): void {
  const typed = shown(words.map((word) => word.typed).join(' '));
  if (at <= now) {
    throw new Refusal(
      'unreadable',
      `${typed} has passed already in ${zone}.`,
      `Say a later time. ${untilForms}`,
    );
  }
  if (at - now > longest) {
    throw new Refusal(
      'unreadable',
      `${typed} is more than a year away.`,
      'Leave the time out, or say an earlier one.',
    );
  }
}

const longestReason = 500;

function reasonIn(read: Words, first: Word | undefined): string {
  const flagged = read.flags.find(({ name }) => name === 'reason')?.value;
  const said = first ? withoutFlags(read, first.start) : '';
  if (flagged && said) throw new Refusal('too-many-arguments', 'There are two reasons.', 'Give one.');
  const reason = [...(flagged ?? unquoted(said))].slice(0, longestReason).join('').trim();
  if (reason) return reason;
  throw new Refusal(
    'reason-needed',
    'A freeze needs a reason.',
    'Say it behind the environment: it is shown to everybody who is kept out.',
  );
}

const unquoted = (text: string): string => /^["“„”](.*)["“„”]$/.exec(text)?.[1] ?? text;
