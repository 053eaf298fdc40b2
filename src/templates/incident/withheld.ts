/** What has no place in a file that is passed on: keys and passwords, and what people took back. */
import type { Act } from '../../records/act.ts';
import type { Incident, TimelineEntry } from '../../records/incident.ts';

/** Stands for what is left out. */
const mark = (why: string): string => `[withheld: ${why}]`;

/**
 * Shapes by which keys are known: private keys, the prefixes that Slack, AWS, GitHub, Google, Stripe and others give
 * theirs so that scanners find them, JSON Web Tokens, addresses with a password, and whatever stands after a word such
 * as "password". Lengths have bounds, so that no text costs time.
 */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /\b(?:xox[a-z]|xapp)-[\w-]{8,}/g,
  /https:\/\/hooks\.slack\.com\/[\w/-]+/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[opusr]_\w{20,}|github_pat_\w{20,})/g,
  /\bAIza[\w-]{30,}/g,
  /\b(?:[sr]k_(?:live|test)_|whsec_|sk-)[\w-]{16,}/g,
  /\beyJ[\w-]{8,300}\.[\w-]{8,2000}\.[\w-]{0,2000}/g,
  /(?<=:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)/g,
  /(?<=\b(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization|signature)["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer\s|basic\s)?)[^\s"',;&]{4,}/gi,
  /(?<=\bbearer\s)[\w.~+/=-]{12,}/gi,
];

/** The text without what looks like a key. */
export const withoutSecrets = (text: string): string =>
  secrets.reduce((rest, shape) => rest.replace(shape, mark('it looks like a secret')), text);

/** The same for every text in a value; names of members stay. */
export function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cleaned(member)]));
}

/** A line as it may be passed on: what its author removed is gone, that it was there is not. */
export const shownLine = (entry: TimelineEntry): TimelineEntry =>
  entry.state === 'removed' ? { ...entry, text: mark('removed by its author'), links: [] } : entry;

/** An act as it may be passed on: of a message only what its author left standing. */
export function shownAct(act: Act, { timeline }: Pick<Incident, 'timeline'>): Act {
  const { what } = act;
  if ((what.kind !== 'note' && what.kind !== 'note-edited') || what.message === null) return act;
  const now = timeline.find((entry) => entry.message === what.message);
  if (now && now.state !== 'removed' && now.text === what.text) return act;
  const text = mark(now?.state === 'removed' ? 'removed by its author' : 'changed by its author');
  return { ...act, what: { ...what, text, links: [] } };
}
