/** One clock for every process: real time in production, a shifted and scaled one in tests and the playground. */
import { setTimeout as sleepReal } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since 1970, in the clock's own (perhaps scaled) time. */
  now(): number;
  /** How much real time passes while the clock counts `ms`: what a timer or a BullMQ delay must be given. */
  real(ms: number): number;
  /** Waits until the clock has counted `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: Clock = scaledClock({ start: 0, since: 0, scale: 1 });

/** `start` is shown at the real instant `since` (both milliseconds since 1970); one real ms counts `scale` ms. */
export function scaledClock({ start, since, scale }: { start: number; since: number; scale: number }): Clock {
  const real = (ms: number) => Math.max(0, ms / scale);
  return {
    now: () => Math.floor(start + (Date.now() - since) * scale),
    real,
    sleep: async (ms, signal) => {
      await sleepReal(real(ms), undefined, signal ? { signal } : {});
    },
  };
}

/**
 * Reads `PILOTHOUSE_CLOCK`: `start=<ISO time>;since=<real ms since 1970>;scale=<number>`, or nothing for real time.
 * The same text given to several processes gives them the same clock.
 */
export function clockFrom(text: string | undefined): Clock {
  if (!text) return realClock;
  const fields = Object.fromEntries(text.split(';').map((pair) => pair.split('=')));
  const clock = { start: Date.parse(fields.start), since: Number(fields.since), scale: Number(fields.scale) };
  if (Object.values(clock).some(Number.isNaN) || clock.scale <= 0) {
    throw new Error(
      `PILOTHOUSE_CLOCK is "${text}"; expected start=<ISO time>;since=<milliseconds>;scale=<number above 0>`,
    );
  }
  return scaledClock(clock);
}

/** The text that `clockFrom` reads: a clock that shows `start` now and runs `scale` times as fast as real time. */
export function clockText(start: Date, scale: number): string {
  return `start=${start.toISOString()};since=${Date.now()};scale=${scale}`;
}
