/** What went wrong in a call to AWS, in words, and whether AWS said no or nothing could be learned. */

/**
 * `denied` and `refused`: AWS answered and did not do it, asking again gives the same answer. `throttled` and
 * `unsure`: could not tell; a write may even have been done.
 */
export type AwsFailure = 'denied' | 'refused' | 'throttled' | 'unsure';

export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly failure: AwsFailure;
  /** AWS's own name for it, such as `ClusterNotFoundException`. */
  readonly code: string;

  constructor(failure: AwsFailure, code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.failure = failure;
    this.code = code;
  }
}

/** True where AWS itself said no: the call changed nothing and will not do better next time. */
export const saidNo = (error: unknown): error is AwsError =>
  error instanceof AwsError && (error.failure === 'denied' || error.failure === 'refused');

export const isDenied = (error: unknown): boolean => error instanceof AwsError && error.failure === 'denied';

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof AwsError && error.code === code;

const throttles = [
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'RequestThrottled',
  'SlowDown',
];
const denials = ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'];
/** Their messages may quote the signed request, so they are never repeated. */
const credentialTroubles = [
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
];
/** Client faults that pass by themselves; the text is AWS's when two registrations of a family meet. */
const passing = /too many concurrent|try again|conflict/i;

/** `call` is the call as IAM names it: `ecs:UpdateService`. */
export function awsError(call: string, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const operation = call.replace(/^\w+:/, '');
  const code = nameOf(error);
  const status = statusOf(error);
  const said = messageOf(error);

  if (throttles.includes(code) || status === 429) {
    return new AwsError('throttled', code, `AWS is throttling ${operation}`, error);
  }
  if (denials.includes(code)) {
    const permission = /perform: ([\w-]+:\w+)/.exec(said)?.[1] ?? call;
    return new AwsError(
      'denied',
      code,
      `AWS denied ${operation}: the bot's role lacks the permission ${permission}`,
      error,
    );
  }
  if (credentialTroubles.includes(code)) {
    return new AwsError(
      'unsure',
      code,
      `${operation}: AWS did not accept the bot's credentials (${code})`,
      error,
    );
  }
  if (/^region is missing/i.test(said)) {
    return new AwsError(
      'unsure',
      code,
      `${operation}: no AWS region; set AWS_REGION or the target's region`,
      error,
    );
  }
  if (isClientFault(error, status) && /(Exception|Error)$/.test(code) && !passing.test(`${code} ${said}`)) {
    return new AwsError('refused', code, `AWS refused ${operation}: ${said || code}`, error);
  }
  return new AwsError(
    'unsure',
    code,
    `${operation}: AWS did not answer sensibly (${reason(code, status, said)})`,
    error,
  );
}

function reason(code: string, status: number | undefined, said: string): string {
  if (code === 'TimeoutError' || code === 'AbortError') return 'no answer in time';
  if (code === 'SyntaxError' || /<html|<!doctype|is not valid JSON|unexpected token/i.test(said)) {
    return status ? `HTTP ${status} without JSON` : 'not JSON';
  }
  // What the SDK makes of an answer that should be XML and is not.
  if (code === 'Unknown' && status) return `HTTP ${status} without XML`;
  return said || code;
}

/** Read by shape: errors of Node's own modules need not be instances of this realm's `Error`. */
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const nameOf = (error: unknown): string => {
  const name = field(error, 'name');
  return typeof name === 'string' && name ? name : 'UnknownError';
};

/** One line, cut, and without anything that looks like an access key. */
const messageOf = (error: unknown): string =>
  String(field(error, 'message') ?? '')
    .replace(/\n.*/s, '')
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, '(key)')
    .slice(0, 240)
    .trim();

function statusOf(error: unknown): number | undefined {
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

const isClientFault = (error: unknown, status: number | undefined): boolean =>
  status !== undefined && status >= 400 && status < 500 && field(error, '$fault') === 'client';
