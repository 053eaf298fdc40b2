/** What the sections of the Home tab are made of. */
import type { KnownBlock, SectionBlock } from '@slack/types';
import { type ButtonSpec, button, section, sections } from '../blocks.ts';
import { plural } from '../text.ts';

/** How much of everything is shown; a view that is too large is drawn with less. */
export interface Detail {
  /** Items of each section. */
  most: number;
  /** Characters of a text that somebody wrote. */
  width: number;
}

/** A line with a button beside it, or below it on a phone; `text` is mrkdwn. */
export const withButton = (text: string, beside: ButtonSpec | null): SectionBlock => ({
  ...section(text),
  ...(beside && { accessory: button(beside) }),
});

/** A heading, the first items, and how many are left out. Nothing where there is none. */
export function listed<T>(
  title: string,
  items: readonly T[],
  word: string,
  most: number,
  draw: (item: T) => KnownBlock[],
): KnownBlock[] {
  if (items.length === 0) return [];
  const rest = items.length - most;
  return [
    section(`*${title}*`),
    ...items.slice(0, most).flatMap(draw),
    ...(rest > 0 ? sections([`… and ${plural(rest, `more ${word}`)}`]) : []),
  ];
}
