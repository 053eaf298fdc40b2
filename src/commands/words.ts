/** From the text that Slack sends with a slash command to words and flags, with Slack's formatting undone. */
import { nearest } from '../config/nearest.ts';
import { Refusal } from '../records/refusal.ts';
import { looksLikeVersion } from '../records/version.ts';

/** One word as typed. `start` and `end` say where it stands in `Words.text`. */
export interface Word {
  /** Without quotes, backticks and invisible characters: for names and versions. */
  readonly value: string;
  /** As typed, without the quotes around it: for reasons. */
  readonly typed: string;
  readonly start: number;
  readonly end: number;
  /** Stood in quotes and is not just one word: never a name. */
  readonly phrase: boolean;
  /** A comma stands before it. */
  readonly joined: boolean;
}

/** A flag with its place; `value` is null for a switch. */
interface Flag {
  readonly name: string;
  readonly value: string | null;
  readonly start: number;
  readonly end: number;
}

export interface Words {
  readonly command: string;
  /** All that was typed behind the command, with Slack's formatting undone. */
  readonly text: string;
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
}

/** The flags that a command knows, without the dashes: a `switch` stands alone, `text` takes what follows. */
export type FlagKinds = Readonly<Record<string, 'switch' | 'text'>>;

/** More than this is no command; Slack itself takes more. */
const longestText = 2_000;

/**
 * Throws a `Refusal` for an unknown flag and for a text of more than 2,000 characters. `kinds` null: whatever looks like a
 * flag is a word like others, as in a sentence that somebody writes down.
 */
export function readWords(command: string, slackText: string, kinds: FlagKinds | null): Words {
  if (slackText.length > longestText) {
    throw new Refusal(
      'unreadable',
      `That is ${slackText.length} characters long; a command has ${longestText} at most.`,
      'Shorten the reason, or link to the long story.',
    );
  }
  const text = asTyped(slackText);
  const plain = withPlainQuotes(text);
  const words: Word[] = [];
  const flags: Flag[] = [];
  let joined = false;
  for (let at = 0; at < text.length; ) {
    const gap = match(/[\s,]+/y, plain, at);
    if (gap) {
      joined ||= gap[0].includes(',');
      at += gap[0].length;
      continue;
    }
    const flag = kinds && flagAt({ command, text, plain, kinds }, at);
    if (flag) {
      if (flag.value !== null && flags.some(({ name }) => name === flag.name)) throw saidTwice(flag.name);
      flags.push(flag);
      at = flag.end;
    } else {
      const word = wordAt(text, plain, at, joined);
      words.push(word);
      at = word.end;
    }
    joined = false;
  }
  return { command, text, words, flags };
}

/** What was typed, before Slack made links of it and escaped it (Slack documentation, "Formatting message text"). */
function asTyped(slackText: string): string {
  return (
    slackText
      .replace(/<([^<>]*)>|&(amp|lt|gt);/g, (part, link?: string) =>
        unescaped(link === undefined ? part : linkText(link)),
      )
      // Marks of writing direction could make a text look like another one.
      .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]/g, '')
      .replace(/\s/g, ' ')
      .replace(/[\p{Cc}\p{Cs}]/gu, '')
      .trim()
  );
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt);/g, (entity) => entities[entity] ?? entity);

/** `@U1|ana`, `#C1|general`, `!here`, `!subteam^S1|@ops`, `http://v1.2.3|v1.2.3`, `mailto:a@b.c|a@b.c`. */
function linkText(link: string): string {
  const [target = '', label] = [
    link.split('|', 1)[0],
    link.includes('|') ? link.slice(link.indexOf('|') + 1) : null,
  ];
  const sigil = /^[@#]/.exec(target)?.[0];
  if (sigil) return label ? sigil + label.replace(/^[@#]/, '') : target;
  if (target.startsWith('!')) return label || `@${target.slice(1)}`;
  const address = target.replace(/^(https?:\/\/|mailto:)/, '').replace(/\/$/, '');
  return label || (looksLikeVersion(address) ? address : target);
}

/** Quotes that keyboards and editors make of plain ones, turned back; every character keeps its place. */
const withPlainQuotes = (text: string): string => text.replace(/[“”„‟«»″]/g, '"').replace(/[‘’‚‛′]/g, "'");

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

interface Reading {
  readonly command: string;
  readonly text: string;
  /** `text` with plain quotes. */
  readonly plain: string;
  readonly kinds: FlagKinds;
}

/** Phones and editors make one long dash of two short ones. */
const flagStart = /(--|-|[—–―−]+)([A-Za-z][\w-]*)(=?)/y;

function flagAt(reading: Reading, start: number): Flag | null {
  const found = match(flagStart, reading.plain, start);
  if (!found) return null;
  const [whole, dashes = '', typed = '', equals] = found;
  const kinds: FlagKinds = { ...reading.kinds, help: 'switch' };
  const name = typed.toLowerCase() === 'h' ? 'help' : typed.toLowerCase();
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  const end = start + whole.length;
  if (!kind) {
    const meant = nearest(name, Object.keys(kinds));
    // "the shop is down —see the ticket" is no flag.
    if (!meant && !dashes.startsWith('-')) return null;
    throw unknownFlag(reading, { start, end: equals ? end - 1 : end }, meant);
  }
  if (kind === 'text') return withValue(reading, name, start, end);
  if (!equals) return { name, value: null, start, end };
  throw new Refusal('unknown-flag', `--${name} takes no value.`, `Write --${name} alone.`);
}

function withValue({ text, plain }: Reading, name: string, start: number, end: number): Flag {
  const at = end + (match(/\s*/y, plain, end)?.[0].length ?? 0);
  const value = quotedAt(text, plain, at) ?? bareAt(text, plain, at);
  if (!value?.typed.trim()) {
    throw new Refusal('missing-argument', `--${name} needs a text.`, `Write it in quotes: --${name} "…".`);
  }
  return { name, value: value.typed, start, end: value.end };
}

interface Piece {
  readonly typed: string;
  readonly end: number;
}

/** An opening quote that is never closed runs to the end; an apostrophe inside a word is no quote. */
function quotedAt(text: string, plain: string, start: number): Piece | null {
  const found = match(/"([^"]*)("(?![^\s,])|$)|'([^']*)'(?![^\s,])/y, plain, start);
  if (!found) return null;
  const inner = found[1] ?? found[3] ?? '';
  return { typed: text.slice(start + 1, start + 1 + inner.length), end: start + found[0].length };
}

function bareAt(text: string, plain: string, start: number): Piece | null {
  const found = match(/(?!--[A-Za-z])\S+/y, plain, start);
  return found && { typed: text.slice(start, start + found[0].length), end: start + found[0].length };
}

function wordAt(text: string, plain: string, start: number, joined: boolean): Word {
  const quoted = quotedAt(text, plain, start);
  const end = quoted?.end ?? start + (match(/[^\s,]+/y, plain, start)?.[0].length ?? 1);
  const typed = quoted?.typed ?? text.slice(start, end);
  return {
    value: bare(typed),
    typed,
    start,
    end,
    phrase: quoted !== null && !/^\S+$/.test(typed.trim()),
    joined,
  };
}

/** A name or a version without invisible characters, and without the formatting around it. */
export const bare = (typed: string): string =>
  typed.replace(/\p{Cf}/gu, '').replace(/^[\s`*_~]+|[\s`*_~]+$/g, '');

function unknownFlag(
  reading: Reading,
  span: Pick<Flag, 'start' | 'end'>,
  meant: string | undefined,
): Refusal {
  const { command, text, kinds } = reading;
  const known = Object.keys(kinds).map((name) => `--${name}`);
  return new Refusal(
    'unknown-flag',
    `I do not know ${text.slice(span.start, span.end).slice(0, 60)}.`,
    known.length > 0 ? `${command} knows ${known.join(', ')}.` : `${command} has no flags.`,
    meant ? corrected(reading, span, `--${meant}`) : undefined,
  );
}

const saidTwice = (name: string): Refusal =>
  new Refusal('too-many-arguments', `--${name} was given twice.`, 'Give it once.');

/** The same command with one part put right. */
export function corrected(
  { command, text }: Pick<Words, 'command' | 'text'>,
  { start, end }: Pick<Word, 'start' | 'end'>,
  right: string,
): { label: string; command: string } {
  return { label: `Use ${right}`, command: `${command} ${text.slice(0, start)}${right}${text.slice(end)}` };
}
