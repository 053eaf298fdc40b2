/** How much of a message's room its blocks take. */

/**
 * Slack refuses more with `msg_blocks_too_long`. Not documented: an estimate from bolt-js issues 2509 (13,297
 * characters of markdown pass) and 2867 (11,341 characters in many rich text elements are refused).
 */
export const MOST_BLOCK_CHARACTERS = 13_300;
/** What each block and element costs beside its text: an estimate from the same issues. */
const CONTAINER = 20;
const SHOWN = new Set(['text', 'title', 'caption', 'alt_text']);

export function blocksSize(node: unknown): number {
  if (Array.isArray(node)) return node.reduce<number>((sum, item) => sum + blocksSize(item), 0);
  if (typeof node !== 'object' || node === null) return 0;
  const own = 'elements' in node ? CONTAINER : 0;
  return Object.entries(node).reduce(
    (sum, [key, value]) =>
      sum + (typeof value === 'string' ? (SHOWN.has(key) ? value.length : 0) : blocksSize(value)),
    own,
  );
}
