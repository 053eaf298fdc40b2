/** Ending in good order, but ending: nothing that is waited for may keep a process that was told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether `work` was done within `ms` real milliseconds; rejects if it does. What takes longer is left to itself. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<boolean> {
  const done = new AbortController();
  const tooLong = sleep(ms, false, { signal: done.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), tooLong]);
  } finally {
    done.abort();
  }
}

/** The first signal stops, the second one ends at once: whoever sends it does not want to wait. */
export function stopOnSignals(
  stop: (signal: string) => Promise<void>,
  failed: (error: unknown) => void,
): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          failed(error);
          process.exit(1);
        },
      );
    });
  }
}
