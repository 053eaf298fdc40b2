/** "Did you mean …?": the one name that somebody most likely wanted to type. */
import { closestMatch } from 'leven';

/** A third of the letters may be wrong, four at most; a beginning of three letters or more will do if it is unique. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const begun = typed.length >= 3 ? names.filter((name) => name.startsWith(typed)) : [];
  if (begun.length === 1) return begun[0];
  const wrong = Math.min(4, Math.floor(typed.length / 3));
  return wrong === 0 ? undefined : closestMatch(typed, names, { maxDistance: wrong });
}
