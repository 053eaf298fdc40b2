/** Chance that can be had again: the same seed gives the same choices. */
export interface Chance {
  readonly seed: number;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  between(low: number, high: number): number;
  oneOf<T>(choices: readonly T[]): T;
}

export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  // "mulberry32": small, and good enough to be surprised by.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    seed,
    below,
    between: (low, high) => low + next() * (high - low),
    oneOf: (choices) => {
      const found = choices[below(choices.length)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
  };
}
