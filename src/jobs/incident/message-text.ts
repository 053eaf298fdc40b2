/** What somebody wrote in Slack, as plain words for the timeline. Pure. */

/** Ids of the people who are mentioned in it. */
export const mentioned = (text: string): string[] => [
  ...new Set([...text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g)].flatMap(([, id]) => id ?? [])),
];

/** Slack documentation, "Formatting message text": links and mentions in angle brackets, three characters escaped. */
export function plainWords(
  text: string,
  nameOf: (id: string) => string | undefined = () => undefined,
): string {
  return text
    .replace(/<([^<>]*)>|&(?:amp|lt|gt);/g, (part, inner?: string) =>
      inner === undefined
        ? (entities[part] ?? part)
        : partOf(inner, nameOf).replace(/&(?:amp|lt|gt);/g, (e) => entities[e] ?? e),
    )
    .trim();
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

function partOf(inner: string, nameOf: (id: string) => string | undefined): string {
  const [target = '', ...labels] = inner.split('|');
  const label = labels.join('|');
  if (target.startsWith('@'))
    return `@${nameOf(target.slice(1)) ?? (label.replace(/^@/, '') || target.slice(1))}`;
  if (target.startsWith('#')) return `#${label || target.slice(1)}`;
  if (target.startsWith('!')) return label || `@${target.slice(1).split('^')[0]}`;
  return label && label !== target ? `${label} (${target})` : target;
}

/** The addresses of its links, http(s) only. */
export const linksIn = (text: string): string[] =>
  [...text.matchAll(/<(https?:\/\/[^<>|\s]+)/g)]
    .map(([, url = '']) => url.replaceAll('&amp;', '&'))
    .filter((url) => URL.canParse(url) && url.length <= 2000);
