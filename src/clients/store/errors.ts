/** How the store says no, and how to tell a Redis that is away from a mistake of ours. */

/** A request or an answer that Redis got to too late to count; it left nothing behind. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** Somebody else saved it since it was read: the writer is late and must load it again. */
export class SaveConflict extends Error {
  override readonly name = 'SaveConflict';
}

/** Whether the store did not answer (in time), or answered that it cannot work now. Trying again later may help. */
export function isStoreAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof TooLate) return true;
  if (error.name === 'ReplyError') return cannotWork.test(error.message);
  if (awayNames.includes(error.name)) return true;
  return awayWords.test(error.message) || ('code' in error && awayCodes.includes(String(error.code)));
}

/** Redis documentation: the prefixes of errors that are about its state, not about what was asked. */
const cannotWork =
  /^(LOADING|READONLY|OOM|MISCONF|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|NOAUTH|WRONGPASS|NOPERM)\b/;
/** What ioredis throws of its own accord; most of it has no name but its words. */
const awayNames = ['MaxRetriesPerRequestError', 'AbortError', 'InterruptError'];
const awayWords =
  /^(Command timed out|Connection is closed|Stream isn't writeable|Redis does not tell the time|connect ETIMEDOUT)/;
const awayCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
];
