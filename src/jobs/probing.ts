/** Probes a few at a time: many at once would load this process so much that it finds healthy services slow. */
import { limitAsync } from 'es-toolkit/promise';
import type { World } from './deployment/world.ts';

/** Probes of one look that are under way at the same time. */
export const probesAtOnce = 20;

/** For one look; the next one makes its own. */
export const fewAtOnce = (probe: World['probe']): World['probe'] => limitAsync(probe, probesAtOnce);
