/** All gates, in the order in which people read them. */
import type { Gate } from './gate.ts';
import { noActiveDeployment } from './no-active-deployment.ts';
import { verifiedBefore } from './verified-before.ts';

export const gates: readonly Gate[] = [verifiedBefore, noActiveDeployment];
