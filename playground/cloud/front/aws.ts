/** Answers one call of AWS's JSON 1.1 protocol. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleepReal } from 'node:timers/promises';
import { AwsFailure } from '../ecs/failure.ts';
import type { Answer, Written } from '../ecs/operation.ts';
import { catchUp } from '../rollout/advance.ts';
import type { World } from '../world.ts';
import type { ApiFaults } from './faults.ts';
import { findOperation } from './operations.ts';
import type { Quotas } from './quotas.ts';

/** An accepted mutating call. */
export interface Write extends Written {
  /** Milliseconds since 1970 on the cloud's clock. */
  at: number;
  operation: string;
  input: unknown;
}

export interface AwsFront {
  world: World;
  faults: ApiFaults;
  /** Absent: no quotas. */
  quotas: Quotas | undefined;
  latencyMs: number;
  writes: Write[];
  calls: Record<string, number>;
}

export async function answerAws(
  front: AwsFront,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  await sleepReal(front.latencyMs);
  const target = header(request, 'x-amz-target');
  const operation = findOperation(target);
  try {
    if (!operation) throw new AwsFailure('UnknownOperationException', `Unknown operation: ${target}`);
    mustBeSigned(request);
    const fault = front.faults.next(operation.name);
    if (fault === 'hang') return;
    if (fault === 'html500') return sendHtml(response);
    if (fault === 'denied') throw denied(front.world, operation.name);
    if (fault === 'throttle' || front.quotas?.(operation.name) === false)
      throw throttled(front, operation.name);
    count(front, operation.name);
    catchUp(front.world);
    const answer = run(front, operation, body);
    if (fault === 'lose-answer') return void response.destroy();
    send(response, 200, answer.output);
  } catch (error) {
    const { code, status, message } = error instanceof AwsFailure ? error : serverException(error);
    send(response, status, { __type: code, message });
  }
}

function run(
  front: AwsFront,
  { name, run }: NonNullable<ReturnType<typeof findOperation>>,
  body: string,
): Answer {
  const input = parseJson(body);
  const answer = run(front.world, input);
  const at = front.world.clock.now();
  if (answer.written) front.writes.push({ at, operation: name, ...answer.written, input });
  return answer;
}

/** The shape of a Signature Version 4 header; the secret behind it is nobody's here, so it is not checked. */
const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=[^/\s]+\/\d{8}\/[\w-]+\/[\w-]+\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}$/;

function mustBeSigned(request: IncomingMessage): void {
  const authorization = header(request, 'authorization');
  if (authorization === '')
    throw new AwsFailure('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!SIGNATURE.test(authorization)) {
    throw new AwsFailure(
      'IncompleteSignatureException',
      'Authorization header requires Credential, SignedHeaders and Signature.',
    );
  }
}

function throttled(front: AwsFront, operation: string): AwsFailure {
  count(front, `Throttled:${operation}`);
  return new AwsFailure('ThrottlingException', 'Rate exceeded');
}

/** A mistake of the simulator itself: said aloud, so that it is not taken for a dropped connection. */
const serverException = (error: unknown) =>
  new AwsFailure('ServerException', `The simulated cloud failed: ${error}`, 500);

const denied = (world: World, operation: string) =>
  new AwsFailure(
    'AccessDeniedException',
    `User: arn:aws:iam::${world.account}:user/pilothouse is not authorized to perform: ecs:${operation} because no identity-based policy allows the ecs:${operation} action`,
  );

function count(front: AwsFront, name: string): void {
  front.calls[name] = (front.calls[name] ?? 0) + 1;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body || '{}');
  } catch {
    throw new AwsFailure('SerializationException', 'The request body is not JSON.');
  }
}

function send(response: ServerResponse, status: number, output: object): void {
  const body = JSON.stringify(output);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}

/** What a proxy in front of an overloaded endpoint says. */
function sendHtml(response: ServerResponse): void {
  response.writeHead(500, { 'content-type': 'text/html' });
  response.end('<html><body><h1>500 Internal Server Error</h1></body></html>');
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
