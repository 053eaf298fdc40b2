/** What Redis' clock shows: Redis decides what comes too late, so our deadlines have to be in its time. */

/** Redis' clock minus our monotonic one, which neither NTP nor an administrator can turn; true to half the round trip. */
export interface ClockSample {
  readonly ahead: number;
  readonly roundTrip: number;
}

export interface RedisClock {
  /** What Redis' clock will show `within` real milliseconds from now; rejects while Redis does not answer. */
  notAfter(within: number): Promise<number>;
  /** Compares the clocks anew; never rejects, and keeps what was known where Redis does not answer. */
  compare(): Promise<void>;
}

/** A process that is busy when an answer comes sees a long way that there was not: of some samples the shortest counts. */
const samplesEach = 3;

/** `time` asks Redis: whole seconds since 1970, and microseconds. */
export function redisClock(time: () => Promise<readonly (string | number)[]>): RedisClock {
  let known: ClockSample | undefined;
  let comparing: Promise<void> | undefined;

  const sample = async (): Promise<ClockSample> => {
    const asked = performance.now();
    const [seconds, micros] = await time();
    const answered = performance.now();
    const shown = Number(seconds) * 1000 + Number(micros) / 1000;
    return { ahead: shown - (asked + answered) / 2, roundTrip: answered - asked };
  };
  const measure = async () => {
    for (let n = 0; n < samplesEach; n++) known = better(known, await sample());
  };
  const compare = () => {
    comparing ??= measure().finally(() => {
      comparing = undefined;
    });
    return comparing;
  };

  return {
    notAfter: async (within) => {
      if (!known) await compare();
      if (!known) throw new Error('Redis does not tell the time');
      return performance.now() + known.ahead + within;
    },
    compare: () => compare().catch(() => {}),
  };
}

/** The one with the shorter way; but where both cannot be true, a clock was turned, and the newer one is. */
export function better(known: ClockSample | undefined, fresh: ClockSample): ClockSample {
  if (!known || fresh.roundTrip <= known.roundTrip) return fresh;
  const bothTrue = Math.abs(fresh.ahead - known.ahead) <= (fresh.roundTrip + known.roundTrip) / 2;
  return bothTrue ? known : fresh;
}
