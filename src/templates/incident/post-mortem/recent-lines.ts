/** What was deployed before and during an incident, newest first. */
import type { IncidentView } from '../view.ts';
import { codeSpan, inline, link, utc } from './markdown.ts';

export const recentLines = ({ recent }: Pick<IncidentView, 'recent'>): string[] =>
  recent.map(({ id, service, version, from, at, ending, by, link: card }) => {
    const change = `${inline(service, 63)} ${from === null ? '' : `${codeSpan(from)} → `}${codeSpan(version)}`;
    return `- ${utc(at)}: ${change}, ${inline(ending, 40)} (${link(card, inline(id, 40))} by ${inline(by, 80)})`;
  });
