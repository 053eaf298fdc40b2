/** "Did you mean …?": the one name that somebody most likely wanted to type. */
import { closestMatch } from 'leven';

/**
 * A third of the letters may be wrong, four at most; swapped letters always pass, and so does a beginning of three
 * letters or more that only one name has.
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  if (typed.length < 3) return undefined;
  const begun = names.filter((name) => name.startsWith(typed));
  if (begun.length === 1) return begun[0];
  const swapped = names.find((name) => letters(name) === letters(typed));
  return swapped ?? closestMatch(typed, names, { maxDistance: Math.min(4, Math.floor(typed.length / 3)) });
}

const letters = (word: string): string => [...word].sort().join('');
