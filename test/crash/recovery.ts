/** How long it takes after a kill until another worker goes on, for every deployment that was in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

export interface Recovery {
  /** To be called when a worker is gone. */
  killed(): void;
  /** Resolves when nothing is waited for any more; gives real milliseconds, one for each deployment and kill. */
  times(): Promise<number[]>;
}

const patience = 60_000;

/** Counts from how often BullMQ has handed a job out: who is dead gets none. */
export function watchRecovery({ redis, prefix, store }: Stage): Recovery {
  const waits: Promise<number[]>[] = [];
  const handedOut = async (id: string) => redis.hget(`${prefix}:deployments:${id}`, 'ats');
  const hasEnded = async (id: string) => (await redis.sismember(`${prefix}:active`, id)) === 0;

  const afterKill = async (): Promise<number[]> => {
    const began = performance.now();
    const inFlight = await store.activeIds();
    const before = new Map(await Promise.all(inFlight.map(async (id) => [id, await handedOut(id)] as const)));
    const times: number[] = [];
    while (before.size > 0) {
      if (performance.now() - began > patience) throw new Error(`nobody went on with ${[...before.keys()]}`);
      await sleep(50);
      for (const [id, count] of [...before]) {
        if ((await handedOut(id)) === count && !(await hasEnded(id))) continue;
        before.delete(id);
        times.push(performance.now() - began);
      }
    }
    return times;
  };

  return {
    killed: () => void waits.push(afterKill()),
    times: async () => (await Promise.all(waits)).flat(),
  };
}

/** `n, median, 95 %, slowest` in seconds, for people. */
export function distribution(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => ((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1_000).toFixed(1);
  return `${sorted.length} times: median ${at(0.5)} s, 95 % ${at(0.95)} s, slowest ${at(1)} s`;
}
