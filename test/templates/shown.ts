/** What a person reads of a message, as one text: for tests that look for words. */
import type { KnownBlock } from '@slack/types';

export function shown(blocks: readonly KnownBlock[]): string {
  return texts(JSON.parse(JSON.stringify(blocks))).join('\n');
}

/** The labels of a message's buttons, in order. */
export function buttons(blocks: readonly KnownBlock[]): string[] {
  return elements(blocks).map((e) => (e.type === 'button' ? e.text.text : e.type));
}

export const elements = (blocks: readonly KnownBlock[]) =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));

/** Texts and titles, not the dialogs that a click opens. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'confirm') return [];
    return typeof item === 'string' ? (key === 'text' || key === 'title' ? [item] : []) : texts(item);
  });
}
