/** Answers one call to AWS, in the protocol that its service speaks. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleepReal } from 'node:timers/promises';
import { AwsFailure } from '../ecs/failure.ts';
import type { Written } from '../ecs/operation.ts';
import { catchUp } from '../rollout/advance.ts';
import type { World } from '../world.ts';
import type { ApiFaults } from './faults.ts';
import { jsonProtocol } from './json.ts';
import type { Call } from './protocol.ts';
import { isQuery, queryProtocol } from './query.ts';
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
  const protocol = isQuery(request) ? queryProtocol : jsonProtocol;
  try {
    const call = protocol.read(request, body, front.world);
    const fault = front.faults.next(call.name);
    if (fault === 'hang') return;
    if (fault === 'html500') return sendHtml(response);
    if (fault === 'denied') throw protocol.denied(call.action, notAllowed(front.world, call.action));
    if (fault === 'throttle' || front.quotas?.(call.name) === false) throw throttled(front, call.name);
    count(front, call.name);
    catchUp(front.world);
    const output = carryOut(front, call);
    if (fault === 'lose-answer') return void response.destroy();
    protocol.answer(response, call.name, output);
  } catch (error) {
    protocol.refuse(response, error instanceof AwsFailure ? error : serverException(error));
  }
}

function carryOut(front: AwsFront, { name, run, input: read }: Call): object {
  const input = read();
  const { output, written } = run(front.world, input);
  if (written) front.writes.push({ at: front.world.clock.now(), operation: name, ...written, input });
  return output;
}

function throttled(front: AwsFront, operation: string): AwsFailure {
  count(front, `Throttled:${operation}`);
  return new AwsFailure('ThrottlingException', 'Rate exceeded');
}

/** A mistake of the simulator itself: said aloud, so that it is not taken for a dropped connection. */
const serverException = (error: unknown) =>
  new AwsFailure('ServerException', `The simulated cloud failed: ${error}`, 500);

const notAllowed = (world: World, action: string) =>
  `User: arn:aws:iam::${world.account}:user/pilothouse is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;

function count(front: AwsFront, name: string): void {
  front.calls[name] = (front.calls[name] ?? 0) + 1;
}

/** What a proxy in front of an overloaded endpoint says. */
function sendHtml(response: ServerResponse): void {
  response.writeHead(500, { 'content-type': 'text/html' });
  response.end('<html><body><h1>500 Internal Server Error</h1></body></html>');
}
