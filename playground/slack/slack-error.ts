/** Slack's refusal of a call: `{ok: false, error: code, …}`. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  /** Further fields of the answer, for example `needed` and `provided` of missing_scope. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, details: Record<string, unknown> = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }

  get answer(): Record<string, unknown> {
    return { ok: false, error: this.code, ...this.details };
  }

  /** Slack's explanations, with JSON pointers. */
  get sentences(): string[] {
    const { errors } = this.details;
    if (!Array.isArray(errors)) return [];
    return errors.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  }
}
