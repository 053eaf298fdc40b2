/** Switches that make a simulated service misbehave. */

export interface OutsideFaults {
  /** Nobody can reach it until `mend`. */
  down(): void;
  /** The next `times` requests get this status and nothing is done. */
  status(code: number, times: number): void;
  /** Every answer takes this much clock time, in milliseconds; what was asked is done at once. */
  slow(ms: number): void;
  /** The next `times` requests (or those that change something) are carried out, but the connection breaks before the answer. */
  loseAnswers(times: number, of?: 'all' | 'writes'): void;
  /** The next `times` requests are too many, and the caller shall come back after so many seconds. */
  throttle(times: number, retryAfterSeconds: number): void;
  /** Ends all of it. */
  mend(): void;
}

/** What the next request meets. */
export interface NextFault {
  readonly down: boolean;
  readonly status: number | null;
  readonly retryAfter: number | null;
  readonly loseAnswer: boolean;
  readonly slowMs: number;
}

export function outsideFaults(): { readonly switches: OutsideFaults; next(method: string): NextFault } {
  const none = {
    down: false,
    slowMs: 0,
    code: 500,
    coded: 0,
    lost: 0,
    writesOnly: false,
    throttled: 0,
    retryAfter: 0,
  };
  let broken = { ...none };
  return {
    switches: {
      down: () => {
        broken.down = true;
      },
      status: (code, coded) => {
        broken = { ...broken, code, coded };
      },
      slow: (slowMs) => {
        broken = { ...broken, slowMs };
      },
      loseAnswers: (lost, of = 'all') => {
        broken = { ...broken, lost, writesOnly: of === 'writes' };
      },
      throttle: (throttled, retryAfter) => {
        broken = { ...broken, throttled, retryAfter };
      },
      mend: () => {
        broken = { ...none };
      },
    },
    next: (method) => {
      const { down, slowMs, code, retryAfter } = broken;
      const spend = (count: 'throttled' | 'coded' | 'lost') => {
        if (down || broken[count] <= 0) return false;
        broken = { ...broken, [count]: broken[count] - 1 };
        return true;
      };
      const throttled = spend('throttled');
      const coded = !throttled && spend('coded');
      const mayBeLost = method !== 'GET' || !broken.writesOnly;
      const loseAnswer = !throttled && !coded && mayBeLost && spend('lost');
      return {
        down,
        slowMs,
        loseAnswer,
        status: coded ? code : null,
        retryAfter: throttled ? retryAfter : null,
      };
    },
  };
}
