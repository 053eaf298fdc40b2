/** Switches that make the API misbehave: each counts down the calls that it still spoils. */

export type ApiFault = 'throttle' | 'html500' | 'hang' | 'lose-answer' | 'denied';

export interface ApiFaults {
  set(operation: string, fault: ApiFault, times: number): void;
  /** The fault that the next call of an operation meets, taken off the count. */
  next(operation: string): ApiFault | undefined;
  /** What is still to come, for display; `times` null: for ever. */
  pending(): { operation: string; fault: ApiFault; times: number | null }[];
}

export function apiFaults(): ApiFaults {
  let pending: { operation: string; fault: ApiFault; times: number }[] = [];
  return {
    set: (operation, fault, times) => {
      pending = pending.filter((one) => one.operation !== operation || one.fault !== fault);
      if (times > 0) pending.push({ operation, fault, times });
    },
    next: (operation) => {
      const found = pending.find((one) => one.operation === operation || one.operation === '*');
      if (!found) return undefined;
      found.times -= 1;
      pending = pending.filter(({ times }) => times > 0);
      return found.fault;
    },
    pending: () => pending.map((one) => ({ ...one, times: Number.isFinite(one.times) ? one.times : null })),
  };
}
