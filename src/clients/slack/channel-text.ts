/** What a channel may be called and what may be said of it. Pure. */

/** Slack documentation, conversations.create: at most 80 of lower-case letters, digits, '-' and '_'. */
const longestName = 80;
/** Slack documentation, conversations.setTopic and conversations.setPurpose. */
const longestText = 250;

/** `wanted` by Slack's rules; the second one gets `-2` at its end, and so on. */
export function channelName(wanted: string, n = 1): string {
  const end = n > 1 ? `-${n}` : '';
  const allowed = wanted
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '');
  const name = allowed.slice(0, longestName - end.length).replace(/[-_]+$/, '');
  return `${name || 'channel'}${end}`;
}

/** What fits into a topic or a purpose, with … where it was cut, and no half character before that. */
export const fitting = (text: string): string =>
  text.length <= longestText ? text : `${text.slice(0, longestText - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

/** Slack stores these three escaped and gives them back so. */
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Says whose room it is, and is how a room whose creation's answer got lost is found again. */
export const purposeOf = (key: string): string => `War room of ${key}`;

/** Whether a purpose names this very key: `INC-1` is not in `INC-12`. */
export const carries = (purpose: string, key: string): boolean => purpose.split(/[^\w-]+/).includes(key);
