/** "No, because …, do this instead": the one error that people are meant to see. */

export const refusalCodes = [
  'unknown-environment',
  'unknown-service',
  'unknown-flag',
  'unknown-command',
  'not-here',
  'bad-version',
  'unknown-version',
  'no-version',
  'missing-argument',
  'too-many-arguments',
  'unreadable',
  'not-allowed',
  'rights-unknown',
  'staging-first',
  'already-running',
  'busy',
  'nothing-to-do',
  'nothing-healthy',
  'reason-needed',
  'confirmation-needed',
  'gate-unknown',
  'stale',
  'already-decided',
  'own-approval',
  'no-such-deployment',
  'no-such-incident',
  'incident-over',
  'incident-unclear',
  'incidents-off',
  'unknown-severity',
  'store-unavailable',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Something else that the person may want instead, offered as a button that starts it. */
export interface Suggestion {
  label: string;
  /** A whole slash command, as it would be typed. */
  command: string;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  /** What to do now, in one sentence. */
  readonly hint: string;
  readonly suggestion?: Suggestion;

  constructor(code: RefusalCode, message: string, hint: string, suggestion?: Suggestion) {
    super(message);
    this.code = code;
    this.hint = hint;
    if (suggestion) this.suggestion = suggestion;
  }
}
