/** An error as AWS answers it: the exception's name, a sentence, the HTTP status. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const clientException = (message: string) => new AwsFailure('ClientException', message);
export const invalidParameter = (message: string) => new AwsFailure('InvalidParameterException', message);
