/** All gates, in the order in which people read them. */
import type { Gate } from './gate.ts';
import { noActiveDeployment } from './no-active-deployment.ts';
import { noActiveIncident } from './no-active-incident.ts';
import { noEmergency } from './no-emergency.ts';
import { notFrozen } from './not-frozen.ts';
import { verifiedBefore } from './verified-before.ts';

export const gates: readonly Gate[] = [
  verifiedBefore,
  noActiveDeployment,
  notFrozen,
  noActiveIncident,
  noEmergency,
];

/** Asked once more right before the lock is taken, which answers for other deployments itself. */
export const gatesAtClaim: readonly Gate[] = gates.filter((gate) => gate !== noActiveDeployment);
