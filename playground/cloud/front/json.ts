/** AWS's JSON 1.1 protocol, which ECS and ECR speak. */
import { randomUUID } from 'node:crypto';
import { AwsFailure } from '../ecs/failure.ts';
import { findOperation } from './operations.ts';
import type { Protocol } from './protocol.ts';
import { header, signatureOf } from './signature.ts';

export const jsonProtocol: Protocol = {
  read: (request, body) => {
    const target = header(request, 'x-amz-target');
    const operation = findOperation(target);
    if (!operation) throw new AwsFailure('UnknownOperationException', `Unknown operation: ${target}`);
    const signature = signatureOf(request);
    if (signature === 'missing')
      throw new AwsFailure('MissingAuthenticationTokenException', 'Missing Authentication Token');
    if (signature === 'incomplete') {
      const missing = 'Authorization header requires Credential, SignedHeaders and Signature.';
      throw new AwsFailure('IncompleteSignatureException', missing);
    }
    return { ...operation, action: `${signature.service}:${operation.name}`, input: () => parsed(body) };
  },

  answer: (response, _, output) => send(200, output, response),

  refuse: (response, { code, status, message }) => send(status, { __type: code, message }, response),

  denied: (_, message) => new AwsFailure('AccessDeniedException', message),
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body || '{}');
  } catch {
    throw new AwsFailure('SerializationException', 'The request body is not JSON.');
  }
}

function send(status: number, output: object, response: Parameters<Protocol['refuse']>[0]): void {
  const body = JSON.stringify(output);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
