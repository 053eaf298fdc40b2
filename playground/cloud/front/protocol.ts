/** What the protocols of AWS have in common. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsFailure } from '../ecs/failure.ts';
import type { Operation } from '../ecs/operation.ts';
import type { World } from '../world.ts';

/** How a service of AWS is asked and answers. What is wrong with a request is thrown as an `AwsFailure`. */
export interface Protocol {
  read(request: IncomingMessage, body: string, world: World): Call;
  answer(response: ServerResponse, operation: string, output: object): void;
  refuse(response: ServerResponse, failure: Pick<AwsFailure, 'code' | 'status' | 'message'>): void;
  /** As the protocol names and numbers it: no policy allows the action. */
  denied(action: string, message: string): AwsFailure;
}

/** A signed call of an operation that there is. */
export interface Call {
  name: string;
  run: Operation;
  /** As IAM calls it: `ecs:UpdateService`. */
  action: string;
  input(): unknown;
}
