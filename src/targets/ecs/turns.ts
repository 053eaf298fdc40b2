/** Works through changes in order, cluster by cluster, for as long as the quotas have room: the rest waits for the next visit. */
import { chunk, groupBy, mapAsync } from 'es-toolkit';
import type { Rollout } from '../../records/rollout.ts';
import type { Advanced, Change } from '../target.ts';
import { clusterOf } from './services.ts';

/** A change and its place in the answer. */
export interface Numbered {
  change: Change;
  index: number;
}

/** `no-room`: a quota is used up, so nothing was done. What is thrown means that it could not be told. */
export type Step = (change: Change) => Promise<Rollout | 'no-room'>;

/** As many as DescribeServices takes. */
const together = 10;
/** Calls that may be wasted when the room ends: changes that are under way at once. */
const sideBySide = 4;
/** A visit begins nothing new after this much real time, in milliseconds, so that its results are saved soon. */
const visit = 1_000;

/** `look` is asked once for each ten changes, and gives the step that they then take one by one. */
export async function inTurn(
  changes: readonly Numbered[],
  answers: Advanced[],
  look: (changes: readonly Change[]) => Promise<Step>,
): Promise<void> {
  const began = performance.now();
  const clusters = Object.values(groupBy(changes, ({ change }) => clusterOf(change.place)));
  await mapAsync(clusters, async (cluster) => {
    let room = true;
    for (const batch of chunk(cluster, together)) {
      if (!room || performance.now() - began > visit) return;
      const [looked] = await Promise.allSettled([look(batch.map(({ change }) => change))]);
      await mapAsync(
        batch,
        async ({ change, index }) => {
          if (!room) return;
          answers[index] = await isolated(change, async () => {
            if (looked.status === 'rejected') throw looked.reason;
            const outcome = await looked.value(change);
            if (outcome !== 'no-room') return outcome;
            room = false;
            return change.rollout;
          });
        },
        { concurrency: sideBySide },
      );
    }
  });
}

/** One change's trouble is that change's alone. */
export async function isolated(change: Change, step: () => Promise<Rollout> | Rollout): Promise<Advanced> {
  try {
    return { rollout: await step() };
  } catch (error) {
    return { rollout: change.rollout, unknown: error instanceof Error ? error.message : String(error) };
  }
}
